"""Cases of one city in every state, ordinary and protected, with their files, for whoever may know of them."""

from functools import partial
from typing import Any
from uuid import uuid4

from api.complaints.test_recaps import row as lapor_row
from api.complaints.test_recaps import written as lapor_recap
from api.every_operation.officers import enlist
from api.every_operation.world import World
from complaints.attachments import scanning
from complaints.attachments.scanners import BuiltIn
from support import files
from support.directory import seat, settle, settled_country
from support.filings import Desk, complaint
from support.services import ServiceUnderTest
from support.stages import ANSWER, HANDOVER, RESOLVED, WAYS, bring_to, say

INSPECTORATE_ABOVE = "internal_auditor@above"
"""An auditor of the province: of the city's protected cases its supervising inspectorate."""
UPLOAD = {"content-type": "application/octet-stream", "content-disposition": 'attachment; filename="a.png"'}


async def complaints_world(complaints: ServiceUnderTest) -> World:
    """One case in each state; all were filed by the same citizen's account, the `filer`."""
    desk = Desk(complaints, await settled_country(complaints))
    cast, _ = await enlist(complaints, desk.country)
    cast.accounts[INSPECTORATE_ABOVE] = f"akun-{uuid4()}"
    await settle(
        complaints, seat(uuid4(), cast.accounts[INSPECTORATE_ABOVE], "internal_auditor", desk.country.province, None)
    )
    filer = complaints.account("pelapor")
    cast.others["filer"] = partial(complaints.account, "pelapor")
    world = World(cast)
    cases = {state: await bring_to(desk, state, filer) for state in WAYS}
    protected = await desk.file(filer, protected=True)
    confidential = await desk.file(filer, confidential=True)
    shared, claimed = [await bring_to(desk, "in_progress", filer) for _ in range(2)]
    question = {"unit_id": str(desk.country.works), "question": "Apakah trotoar sudah diperbaiki?"}
    asked = await desk.done(shared["id"], "contributions", "liaison", question)
    claim = {"amount_idr": 750_000, "grounds": "Tiket hangus."}
    await say(desk, claimed, "compensation", claim)
    progressing = cases["in_progress"]
    tracking = (await desk.tracking(progressing))["tracking-token"]
    cast.others["reporter"] = lambda: {**complaints.anonymous(), "tracking-token": tracking}
    world.ids |= {f"case_id:{state}": case["id"] for state, case in cases.items()}
    world.ids |= {
        "case_id": progressing["id"],
        "case_id:protected": protected["id"],
        "case_id:confidential": confidential["id"],
        "case_id:shared": shared["id"],
        "case_id:claimed": claimed["id"],
        "contribution_id": asked["id"],
        "code": "sp4n_local_minor_3_hours",
        "name": "case_states",
        "institution_id": str(desk.country.city),
        "inspectorate": str(desk.country.inspectorate),
    }
    await complaints.sequenced()
    [own] = [each for each in complaints.app.state.followers if each.feed == "complaints"]
    while await own.step(0):  # who is invited to a survey
        pass
    await _files(world, desk, progressing)
    await _jobs(world, desk)
    await _rules(world, desk)
    world.queries["preview_response_template"] = {"case_id": progressing["id"]}
    world.bodies |= {"ask_for_contribution": question, "claim_compensation": claim}
    world.bodies |= _bodies(world, desk, cases)
    return world


async def _files(world: World, desk: Desk, case: dict[str, Any]) -> None:
    service, liaison = desk.service, desk.account("liaison")
    taken = []
    for caller in (liaison, world.cast.headers("client")):
        reply = await service.call(
            "POST", "/v1/uploads", caller=dict(caller), key=None, headers=UPLOAD, content=files.png()
        )
        assert reply.status_code == 201, reply.text
        taken.append(reply.json())
    path = f"/v1/complaints/{case['id']}/attachments"
    body = {"upload_ids": [taken[0]["id"]], "kind": "official_letter"}
    kept = await service.call("POST", path, caller=liaison, json=body)
    assert kept.status_code == 201, kept.text
    while await scanning.scan_next(service.app.state.side_pool, BuiltIn(), service.app.state.clock()):
        pass
    world.ids |= {"attachment_id": kept.json()["items"][0]["id"], "upload_id": taken[1]["id"]}
    world.files["upload_file"] = ("application/octet-stream", files.png())


async def _jobs(world: World, desk: Desk) -> None:
    """An export of the agency's own system, and a recap of the city."""
    recap = lapor_recap([lapor_row(1)])
    world.files["import_complaints"] = ("text/csv", recap)
    world.queries["import_complaints"] = {"institution": str(desk.country.city), "dry_run": "true"}
    world.bodies["export_complaints"] = {"resource": "complaints", "format": "csv"}
    sent = await desk.service.call(
        "POST",
        f"/v1/imports/complaints?institution={desk.country.city}",
        caller=desk.account("admin"),
        headers={"content-type": "text/csv"},
        content=recap,
    )
    asked = await desk.service.call(
        "POST",
        "/v1/exports/complaints",
        caller=dict(world.cast.headers("client")),
        json=world.bodies["export_complaints"],
    )
    for reply, name in ((sent, "import_id"), (asked, "export_id")):
        assert reply.status_code == 202, reply.text
        world.ids[name] = reply.json()["id"]


async def _rules(world: World, desk: Desk) -> None:
    city = str(desk.country.city)
    made = (
        ("response-templates", "write_response_template", "template_id", template_body(city)),
        ("routing-rules", "make_routing_rules", "rule_set_id", routing_body(desk)),
        ("handling-policies", "set_handling_policy", "policy_id", policy_body(city)),
    )
    for collection, operation, name, body in made:
        reply = await desk.service.call("POST", f"/v1/{collection}", caller=desk.account("admin"), json=body)
        assert reply.status_code == 201, reply.text
        world.ids[name] = reply.json()["id"]
        world.bodies[operation] = body
    world.bodies |= {
        "write_response_template": template_body(city, name="Balasan lain"),
        "simulate_routing_rules": {"institution_id": city, "rules": routing_body(desk)["rules"]},
    }


def template_body(institution_id: str, **changes: Any) -> dict[str, Any]:
    """A template of the institution's answers."""
    texts = {"id": "Laporan {{tracking_code}} selesai.", "en": "Report {{tracking_code}} is done."}
    return {"institution_id": institution_id, "name": "Balasan", "kind": "substantive", "texts": texts} | changes


def routing_body(desk: Desk) -> dict[str, Any]:
    """Rules of the city that come into force much later."""
    rule = {"code": "loket", "name": "Loket", "unit_id": str(desk.country.counter)}
    return {
        "institution_id": str(desk.country.city),
        "effective_from": "2099-01-01",
        "note": "SK Wali Kota 1/2026",
        "rules": [rule],
    }


def policy_body(institution_id: str) -> dict[str, Any]:
    """How answers of the city are approved, much later."""
    return {
        "institution_id": institution_id,
        "effective_from": "2099-01-01",
        "legal_source": "Perwali 7/2026",
        "rules": [{"class": "minor", "approval": "head"}],
    }


def _bodies(world: World, desk: Desk, cases: dict[str, dict[str, Any]]) -> dict[str, Any]:
    country, asked = desk.country, {"explanation": "Sesuai pemeriksaan.", "reason": "Sesuai pemeriksaan."}
    matters = [{"title": f"Pokok {number}", "body": "Di loket."} for number in (1, 2)]
    recipients = [{"name": "I Made Arta", "post": "Auditor madya", "purpose": "pemeriksaan"}]
    return {
        "file_complaint": complaint(country),
        "file_complaint_batch": {"items": [complaint(country)]},
        "verify_complaint": {"complete": True},
        "complete_complaint": {"body": "Tanggal 10 Februari."},
        "classify_complaint": {"class": "minor", "category": "population", "reason": "Ringan."},
        "assign_complaint": {"unit_id": str(country.works)},
        "refuse_complaint": asked | {"reason": "other_unit", "proposed_unit_id": str(country.works)},
        "arbitrate_complaint": {"unit_id": str(country.counter), "reason": "Layanan loket."},
        "transfer_complaint": {
            "institution_id": str(country.other_city),
            "reason": "Wewenang kota lain.",
            "consent": "Surat 5/2026",
        },
        "protect_complaint": {"trigger": "discovered", "reason": "Ada permintaan uang."},
        "archive_complaint": asked | {"reason": "in_court"},
        "refer_complaint": {"body": "police", "explanation": "Tindak pidana.", "handover": HANDOVER},
        "merge_complaint": {"parent_id": cases["submitted"]["id"], "reason": "Pokok yang sama."},
        "split_complaint": {"reason": "Dua pokok.", "matters": matters},
        "pause_complaint": {"reason": "force_majeure"},
        "extend_complaint": {"reason": "Arsip di luar kota."},
        "note_on_complaint": {"body": "Hubungi gudang."},
        "respond_to_complaint": ANSWER | {"kind": "interim"},
        "approve_response": {"decision": "approved"},
        "reply_to_complaint": {"body": "Terima kasih.", "satisfied": True},
        "resolve_complaint": RESOLVED,
        "rate_complaint": {"rating": 4},
        "reopen_complaint": {"reason": "Belum selesai.", "ground": "new_facts"},
        "appeal_complaint": {"reason": "Tidak sesuai bukti."},
        "decide_appeal": {"decision": "granted", "reasons": "Benar, belum selesai."},
        "withdraw_complaint": {"reason": "Sudah selesai."},
        "disclose_identity": {"reason": "Saksi tunggal.", "recipients": recipients, "legal_basis": "UU 27/2022"},
        "attach_files": {"upload_ids": [world.ids["upload_id"]]},
        "put_public_text": {"answer": "Lampu sudah diganti."},
        "track_case": {name: cases["in_progress"][name] for name in ("tracking_code", "access_pin")},
        "decide_compensation": {"decision": "rejected", "reasons": "Tidak terbukti."},
        "record_compensation_payment": {"amount_idr": 1, "paid_on": "2026-01-05", "reference": "SP2D 1"},
        "decline_contribution": {"reason": "not_our_authority", "explanation": "Bukan kami."},
        "write_response_template_version": {"texts": {"id": "Selesai.", "en": "Done."}},
        "suggest_categories": {"title": "KTP belum jadi", "body": "Tiga minggu menunggu KTP di loket."},
        "adopt_deadline_policy": {"institution_id": str(country.city), "adopted_on": "2026-12-01"},
    }
