-- The requests of one measurement, for wrk. It is told by the environment: REQUEST (create, read, inbox, track),
-- TOKEN_HEADER and TOKEN, CASES (loaded ones), SERVICES (ids, separated by blanks), PAIRS (code:PIN of some loaded cases), NONCE
-- (of this measurement).
-- Every twentieth loaded case belongs to the officer's institution.

local kind = os.getenv("REQUEST")
local cases = tonumber(os.getenv("CASES"))
local nonce = os.getenv("NONCE")
local headers = { [os.getenv("TOKEN_HEADER")] = os.getenv("TOKEN"), ["content-type"] = "application/json" }
local services = {}
for id in os.getenv("SERVICES"):gmatch("%S+") do services[#services + 1] = id end

local pairs_ = {}
for code, pin in os.getenv("PAIRS"):gmatch("(%S+):(%S+)") do pairs_[#pairs_ + 1] = { code, pin } end

local openings = { "Lampu jalan mati", "Antrean KTP terlalu lama", "Jalan berlubang", "Sampah tidak diangkut",
                   "Petugas loket tidak ramah", "Izin usaha tertunda", "Air bersih tidak mengalir", "Pungutan tanpa kuitansi" }
local names = { "Wayan", "Made", "Nyoman", "Ketut", "Siti", "Budi", "Agus", "Dewi" }
local story = " Sudah tiga minggu saya menunggu dan belum ada kabar dari petugas. Saya datang dua kali ke kantor, diminta "
           .. "kembali minggu depan, lalu berkas dikatakan belum lengkap padahal tanda terima sudah ada. Mohon ditindaklanjuti."

local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init()
  sent = 0
  math.randomseed(number * 7919 + tonumber(nonce, 16))
end

local function complaint()
  sent = sent + 1
  local opening = openings[math.random(#openings)]
  headers["idempotency-key"] = string.format("%s-0000-4000-8000-%04x%08x", nonce, number, sent)
  return string.format(
    '{"type":"complaint","title":"%s nomor %d","body":"%s.%s","service_id":"%s","category":"population",'
      .. '"channel":"website","reporter":{"name":"%s Wijaya","phone":"0812%08d","email":"pelapor%d@contoh.id"}}',
    opening, sent, opening, story, services[math.random(#services)], names[math.random(#names)],
    math.random(10000000, 99999999), math.random(1, 1000000))
end

local function seeded()
  return string.format("/v1/complaints/01900000-0000-7000-8000-%012x", 20 * math.random(1, math.floor(cases / 20)))
end

function request()
  if kind == "create" then
    local body = complaint()
    return wrk.format("POST", "/v1/complaints", headers, body)
  elseif kind == "read" then
    return wrk.format("GET", seeded(), headers)
  elseif kind == "track" then
    local pair = pairs_[math.random(#pairs_)]
    return wrk.format("POST", "/v1/tracking", headers, string.format('{"tracking_code":"%s","access_pin":"%s"}', pair[1], pair[2]))
  end
  return wrk.format("GET", "/v1/complaints?limit=50", headers)
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format('\n{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    failed.status, failed.connect + failed.read + failed.write + failed.timeout))
end
