"""The scopes that a client may hold, and what each is good for."""

from collections.abc import Mapping

from chassis.http.languages import Text

SCOPES: Mapping[str, Text] = {
    "registry:read": Text("membaca registri, termasuk yang tidak terbuka", "read the registry, also what isn't public"),
    "registry:write": Text("mengubah registri", "change the registry"),
    "complaints:file": Text("menyampaikan pengaduan", "file complaints"),
    "complaints:read": Text("membaca pengaduan", "read complaints"),
    "complaints:act": Text("menindaklanjuti pengaduan", "act on complaints"),
    "evaluation:read": Text("membaca evaluasi", "read the evaluation"),
    "evaluation:write": Text("mengubah evaluasi", "change the evaluation"),
    "evaluation:answer": Text("mengirim jawaban survei", "send answers to surveys"),
    "reports:read": Text("membaca laporan kinerja", "read performance reports"),
    "feeds:read": Text("mengikuti umpan peristiwa", "follow the feeds of events"),
    "webhooks:manage": Text("mengelola webhook", "manage webhooks"),
    "clients:manage": Text("mengelola klien dan akun", "manage clients and accounts"),
    "platform:admin": Text("mengelola seluruh platform", "administer the whole platform"),
}
