"""(b) A service and its standard of 14 components: consulted on, stipulated, published.

What an interrupted demonstration left is found: a decree is published, a draft is abandoned for a new one.
"""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from devstack.demo.calling import Voice, until
from devstack.demo.organisation import Organisation
from devstack.demo.telling import Story
from devstack.layout import DATA

EXAMPLE = "birth_certificate"
PUBLIC_TEST = timedelta(seconds=2)
"""So short for the demonstration alone: an institution may set the least number of days."""

DRAFTED = ("draft", "in_consultation", "public_test", "finalising")
"""The states before the decree: one version of a service at most is in them."""

PARTICIPANTS = [
    {"element": "provider", "name": "Dinas Kependudukan dan Pencatatan Sipil"},
    {"element": "service_users", "name": "Wakil pengguna layanan (contoh)"},
    {"element": "civil_society_organisations", "name": "Forum warga (contoh)"},
    {"element": "related_institutions", "name": "RSUD Wangaya"},
]


async def make_promise(organisation: Organisation, citizen: Voice, story: Story) -> dict[str, Any]:
    """The service, with a standard in force; made once, found by later demonstrations."""
    story.chapter("b", "A service gets its standard, with the public")
    head, unit = organisation.voices["unit_head"], organisation.civil_registry
    example = next(found for found in _examples() if found["code"] == EXAMPLE)
    service = await head.first("/services", unit=unit["id"], q=example["service"]["name"])
    if service is None:
        service = await _service(head, unit, example["service"])
    if service["state"] == "draft":
        service = await head.act(f"/services/{service['id']}", "activation", {})
    in_force = await head.first(f"/services/{service['id']}/standards", in_force_on=_today().isoformat())
    if in_force is None:
        stipulated = await _left(head, service, story)
        if stipulated is None:
            stipulated = await _stipulate(organisation, citizen, service, example["standard"], story)
        in_force = await _publish(organisation, citizen, stipulated, story)
    else:
        story.tell(f"Standard {in_force['number']} is in force since {in_force['effective_on']}")
    story.table(
        f"Promised to whoever asks for: {service['name']}",
        ("Component", "Content"),
        [(code, _short(content)) for code, content in in_force["components"].items()],
    )
    charter = await citizen.get(f"/standards/{in_force['id']}/charter")
    story.tell(f"Charter {charter['number']}, signed by {charter['signer']['name']}, with three statements")
    return dict(service)


def _examples() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / "standards" / "examples.json").read_text("utf-8"))["examples"]
    return found


def _today() -> date:
    return datetime.now(ZoneInfo("Asia/Makassar")).date()


def _short(content: Any) -> str:
    if isinstance(content, list):
        return f"{content[0]} (+{len(content) - 1})" if len(content) > 1 else str(content[0])
    if "amount" in content:
        return f"{content['amount']} {content['unit']}, counted from {content.get('counted_from')}"
    if "free" in content:
        return "free" if content["free"] else f"Rp {content['amount_idr']:,}"
    text = content.get("text") or content.get("commitment") or next(iter(content.values()))
    return f"{len(text)} entries" if isinstance(text, list) else str(text)


async def _service(head: Voice, unit: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    taken = ("name", "kind", "field", "legal_basis", "target_groups", "vulnerable_groups", "channels", "life_events")
    hours = {day: [["08:00", "15:00"]] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    body = {name: described[name] for name in taken}
    body |= {"unit_id": unit["id"], "code": "akta-kelahiran", "region_codes": ["51.71"], "opening_hours": hours}
    service: dict[str, Any] = await head.post("/services", body)
    return service


async def _left(head: Voice, service: dict[str, Any], story: Story) -> dict[str, Any] | None:
    """The version that an interrupted demonstration stipulated and didn't publish; its draft is abandoned."""
    for version in (await head.get(f"/services/{service['id']}/standards"))["items"]:
        if version["state"] == "stipulated":
            return dict(version)
        if version["state"] in DRAFTED:
            reason = {"reason": "Peragaan sebelumnya terputus; disusun kembali.", "participants_told": True}
            await head.act(f"/standards/{version['id']}", "abandonment", reason)
            story.tell(f"Draft {version['number']}, which an interrupted demonstration left, is abandoned")
    return None


async def _stipulate(
    organisation: Organisation, citizen: Voice, service: dict[str, Any], example: dict[str, Any], story: Story
) -> dict[str, Any]:
    head, name = organisation.voices["unit_head"], organisation.names["unit_head"]
    body = {"provider_team": [{"name": name, "post": "Kepala Dinas"}], "considerations": example["considerations"]}
    draft = await head.post(f"/services/{service['id']}/standards", body | {"components": example["components"]})
    at = f"/standards/{draft['id']}"
    opening = {"topic": service["name"], "method": "hybrid", "team": [name], "participants": PARTICIPANTS}
    consultation = await head.act(at, "consultation", opening)
    attendance = [participant["id"] for participant in consultation["participants"]]
    session = {"held_on": _today().isoformat(), "summary": "Rancangan dibahas bersama.", "attendance": attendance}
    await head.act(at, "consultation/sessions", session)
    remark = {"component": "facilities", "body": "Mohon ada ruang bermain anak yang dekat dengan loket."}
    comment = await citizen.post(f"{at}/comments", remark)
    story.tell(f"Draft {draft['number']} was discussed by four elements of society; a citizen commented on facilities")
    change = {"component": "facilities", "summary": "Area bermain anak ditempatkan di samping loket."}
    answer = {"disposition": "accepted", "reason": "Sesuai kebutuhan keluarga muda.", "change": change}
    await head.post(f"{at}/comments/{comment['id']}/disposition", answer)
    closes = await until("the beginning of the public test", lambda: _tested(head, at))
    await asyncio.sleep(max(0.0, (closes - datetime.now(UTC)).total_seconds()))
    await until("the end of the public test", lambda: _finalised(head, at))
    facilities = [*example["components"]["facilities"], "Area bermain anak di samping loket"]
    await head.act(at, "", {"components": {"facilities": facilities}}, method="PATCH")
    await head.post(f"{at}/minutes", _minutes(name))
    decree = {"decree_number": "CONTOH/SK/AKTA/2026", "decree_date": _today().isoformat()}
    signer = {"name": name, "post": "Kepala Dinas"}
    stipulated: dict[str, Any] = await head.act(at, "stipulation", decree | {"signer": signer})
    story.tell(f"Stipulated by decree {decree['decree_number']}")
    return stipulated


async def _publish(
    organisation: Organisation, citizen: Voice, stipulated: dict[str, Any], story: Story
) -> dict[str, Any]:
    head, at = organisation.voices["unit_head"], f"/standards/{stipulated['id']}"
    signer = {"name": organisation.names["unit_head"], "post": "Kepala Dinas"}
    charter = {"number": "CONTOH/MP/2026", "signer": signer, "signed_on": _today().isoformat()}
    charter["statements"] = ["promise_to_serve", "promise_to_improve", "accept_sanction"]
    channels = [{"medium": "website", "address": "https://dukcapil.contoh.id"}, {"medium": "banner_board"}]
    publication = {"effective_on": _today().isoformat(), "channels": channels, "charter": charter}
    await head.act(at, "publication", publication)
    published: dict[str, Any] = await citizen.get(at)
    story.tell(f"Published; in force from {published['effective_on']}")
    return published


async def _tested(head: Voice, at: str) -> datetime | None:
    """When the public test closes; None if it was refused: with the registry away, so short a time was over before it began."""
    closes, etag = datetime.now(UTC) + PUBLIC_TEST, (await head.held(at)).headers["etag"]
    body = {"closes_at": closes.isoformat()}
    reply = await head.ask("POST", f"{at}/public-test", json=body, headers={"if-match": etag})
    return closes if reply.is_success else None


async def _finalised(head: Voice, at: str) -> bool:
    etag = (await head.held(at)).headers["etag"]
    reply = await head.ask("POST", f"{at}/finalisation", json={}, headers={"if-match": etag})
    return reply.is_success


def _minutes(name: str) -> dict[str, Any]:
    today = _today().isoformat()
    agreement = {"issue": "Fasilitas", "agreement": "Area bermain anak", "owner": "Sekretaris Dinas"}
    signers = [
        {"element": "provider", "name": name, "signed_on": today},
        {"element": "service_users", "name": "Wakil pengguna layanan (contoh)", "signed_on": today},
    ]
    due = (_today() + timedelta(days=60)).isoformat()
    return {"held_on": today, "agreements": [agreement | {"due_on": due}], "signers": signers}
