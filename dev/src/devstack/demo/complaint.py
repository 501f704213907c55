"""(c) A citizen without an account files a complaint and follows it; (d) officials handle it to the end."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from devstack.demo.calling import Voice, until
from devstack.demo.organisation import Organisation
from devstack.demo.telling import Story

ZONE = ZoneInfo("Asia/Makassar")


@dataclass
class Filed:
    """What the citizen was given, and the voice that acts with the tracking token."""

    id: str
    tracking_code: str
    access_pin: str
    voice: Voice


async def file_complaint(citizen: Voice, service: dict[str, Any], story: Story) -> Filed:
    """File it without an account, and look at it with the code and the PIN."""
    story.chapter("c", "A citizen without an account complains, and follows it")
    body = {
        "type": "complaint",
        "title": "Akta kelahiran belum jadi setelah seminggu",
        "body": "Berkas lengkap diserahkan, dijanjikan selesai 24 jam, sampai hari ini belum ada kabar.",
        "service_id": service["id"],
        "category": "population",
        "region_code": "51.71",
        "occurred_on": datetime.now(ZONE).date().isoformat(),
        "requested_solution": "Akta diterbitkan dan diberi kepastian waktu.",
        "reporter": {"name": "Warga Contoh", "phone": "081234567890"},
    }
    filed = await citizen.post("/complaints", body)
    story.tell(f"Receipt: code {filed['tracking_code']}, PIN {filed['access_pin']} (shown once)")
    pair = {"tracking_code": filed["tracking_code"], "access_pin": filed["access_pin"]}
    seen = await citizen.post("/tracking", pair)
    story.tell(f"Tracking says: {seen['status']}; next date {_local(seen['next_deadline']['due_at'])}")
    token = Voice(citizen.http, {"tracking-token": seen["tracking_token"]})
    return Filed(filed["id"], filed["tracking_code"], filed["access_pin"], token)


async def handle(organisation: Organisation, filed: Filed, story: Story) -> dict[str, Any]:
    """Verified, classified, assigned by authority, accepted, answered, approved, resolved, rated."""
    story.chapter("d", "It is handled to the end")
    admin, liaison = organisation.voices["institution_admin"], organisation.voices["liaison"]
    head, at = organisation.voices["unit_head"], f"/complaints/{filed.id}"
    await until("the arrival of the appointments at complaints", lambda: _readable(admin, at))
    await admin.act(at, "verification", {"complete": True})
    await admin.act(at, "classification", {"class": "non_supervisory", "category": "population"})
    assigned = await admin.act(at, "assignment", {})
    story.tell(f"Assigned by authority to: {assigned['unit_name']}")
    await liaison.act(at, "acceptance", {})
    first = {"kind": "first", "body": "Laporan kami terima, berkas sedang kami telusuri di loket verifikasi."}
    await liaison.act(at, "response", first)
    await _explain(admin, at, story)
    answer = {
        "kind": "substantive",
        "body": "Akta terlambat karena gangguan jaringan. Akta sudah terbit hari ini dan dikirim ke alamat Anda tanpa biaya.",
        "proposed_outcome": "fixed",
    }
    await liaison.act(at, "response", answer)
    await head.act(at, "approval", {"decision": "approved"})
    proof = [{"kind": "service_product", "note": "Kutipan akta kelahiran diterbitkan dan diserahkan."}]
    await liaison.act(at, "resolution", {"outcome_code": "fixed", "proof": proof})
    await filed.voice.post(f"{at}/rating", {"rating": 5, "reasons": ["fast", "problem_solved"]})
    await filed.voice.post(f"{at}/reply", {"satisfied": True, "body": "Terima kasih."})
    timeline = (await admin.get(f"{at}/timeline"))["items"]
    story.table(
        "What happened",
        ("", "Action", "State", "By"),
        [(entry["sequence"], entry["action"], entry["to_state"], _by(entry)) for entry in timeline],
    )
    case: dict[str, Any] = await admin.get(at)
    story.tell(
        f"State {case['state']}, outcome {case['outcome_code']}, rated {case['rating']} of 5, late: {case['late']}"
    )
    return case


async def _readable(admin: Voice, at: str) -> bool:
    return (await admin.ask("GET", at)).is_success


async def _explain(admin: Voice, at: str, story: Story) -> None:
    deadline = await admin.get(f"{at}/deadline")
    rows = []
    for duty in deadline["duties"]:
        skipped = [day for interval in duty["intervals"] for day in interval["skipped"]]
        free = [day for day in skipped if day["reason"] not in ("event_day", "paused")]
        named = sorted({day["name"]["id"] for day in free if day["name"] and day["reason"] != "weekend"})
        rows.append(
            (
                duty["stage"],
                duty["status"],
                f"{duty['amount']} {duty['unit']}",
                _local(duty["due_at"]),
                f"{len(free)} days" + (f" ({', '.join(named)})" if named else ""),
                f"{duty['policy']['code']} v{duty['policy']['version']}, {duty['law']}"[:60],
            )
        )
    story.table("Why it is due then", ("Duty", "Status", "Term", "Due", "Skipped", "By"), rows)


def _by(entry: dict[str, Any]) -> str:
    actor = entry["actor"] or {}
    return str(actor.get("person_name") or actor.get("role") or actor.get("kind") or "")


def _local(instant: str | None) -> str:
    if instant is None:
        return "-"
    return datetime.fromisoformat(instant).astimezone(ZONE).strftime("%a %d %b %Y %H:%M WITA")
