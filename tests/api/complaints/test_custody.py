"""Custody: who has the case, who says it isn't theirs, who decides, and that the record has no gap."""

from itertools import pairwise
from uuid import uuid4

import pytest

from support.directory import event, settle, unit
from support.filings import Desk
from support.wall_clock import wall_clock


async def test_a_case_goes_to_the_unit_that_the_directory_proposes(desk: Desk) -> None:
    filed = await desk.file()
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    await desk.done(filed["id"], "classification", "admin", {"class": "minor"})
    assert (await desk.get(filed["id"], "liaison")).status_code == 404
    case = await desk.done(filed["id"], "assignment", "admin", {})
    assert (case["state"], case["unit_id"]) == ("assigned", str(desk.country.counter))
    assert case["unit_name"] == "Loket KTP"
    assert case["status"] == "Terdisposisi ke Loket KTP"
    assert (await desk.get(filed["id"], "liaison")).status_code == 200
    assert (await desk.get(filed["id"], "head")).status_code == 200  # the office above the counter
    assert (await desk.get(filed["id"], "works_liaison")).status_code == 404


async def test_the_one_who_accepts_holds_it(desk: Desk) -> None:
    case_id = await desk.assigned()
    case = await desk.done(case_id, "acceptance", "liaison")
    assert case["state"] == "in_progress"
    custody = (await desk.get(case_id, "admin", "/custody")).json()["items"]
    assert custody[-1]["person_id"] == str(desk.country.people["liaison"])
    assert custody[-1]["to_at"] is None
    for before, after in pairwise(custody):
        assert before["to_at"] == after["from_at"]


async def test_the_reporter_sees_who_has_the_case_but_no_person(desk: Desk) -> None:
    filed = await desk.file()
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    await desk.done(filed["id"], "classification", "admin", {"class": "minor"})
    await desk.done(filed["id"], "assignment", "admin", {})
    await desk.done(filed["id"], "acceptance", "liaison")
    caller = await desk.tracking(filed)
    reply = await desk.service.call("GET", f"/v1/complaints/{filed['id']}/custody", caller=caller)
    assert reply.status_code == 200
    assert (reply.json()["items"][-1]["institution_name"], reply.json()["items"][-1]["unit_name"]) == (
        "Kota Contoh",
        "Loket KTP",
    )
    assert {each["person_id"] for each in reply.json()["items"]} == {None}


async def test_a_holder_is_named_as_it_was_called_on_its_local_day(desk: Desk) -> None:
    """Renamed on Wednesday 4 March; it got the case at the beginning of that day, when it was Tuesday by UTC."""
    renamed = uuid4()
    [version] = unit(renamed, desk.country.city, "Dinas Lama").data["versions"]
    versions = [
        version | {"valid_to": "2026-03-04"},
        version | {"name": "Dinas Baru", "valid_from": "2026-03-04", "valid_to": "2026-04-01"},
        version | {"name": "Dinas Nanti", "valid_from": "2026-04-01"},
    ]
    told = {"id": str(renamed), "institution_id": str(desk.country.city), "versions": versions}
    await settle(desk.service, [event("unit.changed", f"units/{renamed}", told)])
    with wall_clock(desk.service) as wall:
        filed = await desk.file()
        await desk.done(filed["id"], "verification", "admin", {"complete": True})
        await desk.done(filed["id"], "classification", "admin", {"class": "minor"})
        wall.set(4, 1)
        await desk.done(filed["id"], "assignment", "admin", {"unit_id": str(renamed)})
        assert (await desk.get(filed["id"], "admin", "/custody")).json()["items"][-1]["unit_name"] == "Dinas Baru"


async def test_a_refusal_with_a_proposal_goes_back_the_second_to_an_arbiter(desk: Desk) -> None:
    case_id = await desk.assigned()
    needs = await desk.act(case_id, "refusal", "liaison", {"reason": "other_unit", "explanation": "Bukan kami."})
    assert (needs.status_code, needs.json()["errors"][0]["pointer"]) == (422, "/proposed_unit_id")
    body = {"reason": "other_unit", "explanation": "Jalan.", "proposed_unit_id": str(desk.country.works)}
    refused = await desk.done(case_id, "refusal", "liaison", body)
    assert refused["state"] == "verified"
    assert refused["allowed_actions"] == []  # it left the unit's hands
    again = await desk.done(case_id, "assignment", "admin", {})
    assert again["unit_id"] == str(desk.country.works)
    back = {"reason": "other_unit", "explanation": "KTP.", "proposed_unit_id": str(desk.country.counter)}
    disputed = await desk.done(case_id, "refusal", "works_liaison", back)
    assert (disputed["state"], disputed["refusal_count"]) == ("in_arbitration", 2)
    decision = {"unit_id": str(desk.country.counter), "reason": "Layanan loket."}
    assert (await desk.act(case_id, "arbitration", "admin", decision)).status_code == 403
    decided = await desk.done(case_id, "arbitration", "responsible", decision)
    assert (decided["state"], decided["binding"]) == ("assigned", True)
    bound = await desk.act(case_id, "refusal", "liaison", body)
    assert (bound.status_code, bound.json()["code"]) == (409, "move_not_allowed")


async def test_a_refusal_proposes_what_there_is_and_not_itself(desk: Desk) -> None:
    case_id = await desk.assigned()
    said = {"reason": "other_institution", "explanation": "Bukan kami."}
    flawed = [
        ({"proposed_unit_id": str(desk.country.counter)}, "/proposed_unit_id", "same_unit"),
        ({"proposed_unit_id": str(uuid4())}, "/proposed_unit_id", "unknown_unit"),
        ({"proposed_institution_id": str(uuid4())}, "/proposed_institution_id", "unknown_institution"),
    ]
    for proposal, pointer, code in flawed:
        refused = await desk.act(case_id, "refusal", "liaison", said | proposal)
        error = refused.json()["errors"][0]
        assert (refused.status_code, error["pointer"], error["code"]) == (422, pointer, code)
    proposal = {"proposed_institution_id": str(desk.country.other_city)}
    assert (await desk.done(case_id, "refusal", "liaison", said | proposal))["state"] == "verified"


async def test_handling_isnt_renewed_by_the_agencys_own_moves(desk: Desk) -> None:
    case_id = await desk.assigned()
    before = (await desk.get(case_id, "admin")).json()
    await desk.done(case_id, "refusal", "liaison", {"reason": "not_our_authority", "explanation": "Bukan."})
    after = await desk.done(case_id, "assignment", "admin", {"unit_id": str(desk.country.works)})
    assert after["file_complete_at"] == before["file_complete_at"]
    assert after["received_at"] == before["received_at"]


@pytest.mark.parametrize("unit", ["other_unit", None])
async def test_a_unit_elsewhere_or_unknown_gets_nothing(desk: Desk, unit: str | None) -> None:
    case_id = await desk.assigned()
    wanted = str(getattr(desk.country, unit)) if unit else str(uuid4())
    reply = await desk.act(case_id, "assignment", "admin", {"unit_id": wanted})
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/unit_id")


async def test_a_head_reassigns_inside_the_own_subtree_only(desk: Desk) -> None:
    case_id = await desk.in_progress()
    away = await desk.act(case_id, "assignment", "head", {"unit_id": str(desk.country.works)})
    assert (away.status_code, away.json()["errors"][0]["code"]) == (422, "out_of_reach")
    case = await desk.done(case_id, "assignment", "head", {"unit_id": str(desk.country.registry_office)})
    assert (case["state"], case["unit_id"]) == ("assigned", str(desk.country.registry_office))


async def test_a_transfer_moves_the_case_out_of_sight_and_keeps_the_citizens_clock(desk: Desk) -> None:
    case_id = await desk.in_progress()
    before = (await desk.get(case_id, "admin")).json()
    body = {"institution_id": str(desk.country.other_city), "reason": "Wilayah lain."}
    without = await desk.act(case_id, "transfer", "admin", body)
    assert (without.status_code, without.json()["errors"][0]["pointer"]) == (422, "/consent")
    moved = await desk.done(case_id, "transfer", "admin", body | {"consent": "Surat 12/2025"})
    assert (moved["state"], moved["transfer_count"]) == ("submitted", 1)
    for name in ("admin", "liaison", "head"):
        assert (await desk.get(case_id, name)).status_code == 404
    received = (await desk.get(case_id, "other_admin")).json()
    assert received["received_at"] == before["received_at"]
    assert received["file_complete_at"] == before["file_complete_at"]
    assert "verification" in received["allowed_actions"]


async def test_a_final_state_ends_the_last_holders_interval(desk: Desk) -> None:
    case_id = await desk.in_progress()
    await desk.done(case_id, "archival", "admin", {"reason": "in_court", "explanation": "Sidang berjalan."})
    custody = (await desk.get(case_id, "admin", "/custody")).json()["items"]
    assert all(interval["to_at"] is not None for interval in custody)
