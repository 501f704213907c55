"""Triage: verification, completion, classification, archival, referral, protection, each with what the law asks of it."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from complaints.cases import chain
from support.filings import Desk

CLASSIFIED = {"class": "non_supervisory", "category": "population"}


async def test_a_complete_file_is_verified(desk: Desk) -> None:
    filed = await desk.file()
    case = await desk.done(filed["id"], "verification", "admin", {"complete": True})
    assert case["state"] == "verified"
    assert case["file_complete_at"] is not None
    assert "assignment" not in case["allowed_actions"]  # not before it is classified
    assert "classification" in case["allowed_actions"]


async def test_the_reporter_is_asked_once_and_completes(desk: Desk) -> None:
    filed = await desk.file()
    empty = await desk.act(filed["id"], "verification", "admin", {"complete": False})
    assert (empty.status_code, empty.json()["errors"][0]["pointer"]) == (422, "/missing")
    case = await desk.done(filed["id"], "verification", "admin", {"complete": False, "missing": ["Tanggal datang"]})
    assert case["state"] == "awaiting_completion"
    reporter = await desk.tracking(filed)
    timeline = (await desk.service.call("GET", f"/v1/complaints/{filed['id']}/timeline", caller=reporter)).json()
    assert timeline["items"][-1]["public"]["missing"] == ["Tanggal datang"]
    reply = await desk.service.call(
        "POST",
        f"/v1/complaints/{filed['id']}/completion",
        caller=reporter,
        json={"body": "Saya datang 3 November.", "occurred_on": "2025-11-03"},
    )
    assert reply.status_code == 201, reply.text
    assert reply.json()["state"] == "submitted"
    assert reply.json()["occurred_on"] == "2025-11-03"
    again = await desk.act(filed["id"], "verification", "admin", {"complete": False, "missing": ["Lagi"]})
    assert (again.status_code, again.json()["code"]) == (409, "completed_once")


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"region_code": "99.99"}, "/region_code", "unknown_region"),
        ({"occurred_on": "2999-01-01"}, "/occurred_on", "in_the_future"),
        ({"location": {"lat": -8.6}}, "/location", "half_a_place"),
    ],
)
async def test_what_completes_a_file_is_checked_as_the_filing_was(
    desk: Desk, given: dict[str, Any], pointer: str, code: str
) -> None:
    filed = await desk.file()
    await desk.done(filed["id"], "verification", "admin", {"complete": False, "missing": ["Tempat dan tanggal"]})
    path, caller = f"/v1/complaints/{filed['id']}/completion", await desk.tracking(filed)
    reply = await desk.service.call("POST", path, caller=caller, json={"body": "Ini.", **given})
    error = reply.json()["errors"][0]
    assert (reply.status_code, error["pointer"], error["code"]) == (422, pointer, code)


async def test_taking_an_incomplete_file_needs_a_reason(desk: Desk) -> None:
    filed = await desk.file()
    await desk.done(filed["id"], "verification", "admin", {"complete": False, "missing": ["Foto"]})
    without = await desk.act(filed["id"], "verification", "admin", {"complete": True})
    assert (without.status_code, without.json()["errors"][0]["pointer"]) == (422, "/reason")
    case = await desk.done(filed["id"], "verification", "admin", {"complete": True, "reason": "Cukup jelas."})
    assert case["state"] == "verified"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"class": "aspiration", "category": "population"}, "/class"),
        ({"class": "tidak_ada", "category": "population"}, "/class"),
        ({"class": "supervisory", "sub_class": "bribery"}, "/sub_class"),
        ({"class": "non_supervisory", "sub_class": "policy_proposal"}, "/sub_class"),
        ({"class": "non_supervisory", "category": "x"}, "/category"),
        ({}, "/class"),
    ],
)
async def test_classification_is_checked(desk: Desk, body: dict[str, Any], pointer: str) -> None:
    filed = await desk.file()
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    reply = await desk.act(filed["id"], "classification", "admin", body)
    assert reply.status_code == 422
    assert pointer in {error["pointer"] for error in reply.json()["errors"]}


async def test_a_class_changes_the_due_date_from_the_same_start(desk: Desk) -> None:
    filed = await desk.file()
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    minor = await desk.done(filed["id"], "classification", "admin", {"class": "minor"})
    longer = await desk.done(filed["id"], "classification", "admin", CLASSIFIED)
    assert longer["file_complete_at"] == minor["file_complete_at"]
    assert longer["due_at"] > minor["due_at"]


async def test_a_move_that_the_state_forbids_names_what_it_allows(desk: Desk) -> None:
    filed = await desk.file()
    reply = await desk.act(filed["id"], "classification", "admin", CLASSIFIED)
    assert (reply.status_code, reply.json()["code"]) == (409, "move_not_allowed")
    assert "verification" in reply.json()["allowed_actions"]


async def test_rights_versions_and_keys(desk: Desk) -> None:
    filed = await desk.file()
    path = f"/v1/complaints/{filed['id']}/verification"
    body = {"complete": True}
    anonymous = await desk.service.call("POST", path, caller=desk.service.anonymous(), json=body)
    assert anonymous.status_code == 401
    citizen = await desk.service.call("POST", path, caller=desk.service.account(f"warga-{uuid4()}"), json=body)
    assert citizen.status_code == 403
    assert (await desk.act(filed["id"], "verification", "other_admin", body)).status_code == 404
    # The responsible officer sees every case of the institution, but doesn't verify.
    assert (await desk.act(filed["id"], "verification", "responsible", body)).status_code == 403
    admin = desk.account("admin")
    assert (await desk.service.call("POST", path, caller=admin, json=body)).status_code == 428
    stale = await desk.service.call("POST", path, caller=admin, headers={"if-match": '"7.x"'}, json=body)
    assert stale.status_code == 412
    key, matching = str(uuid4()), {"if-match": '"1.x"'}
    first = await desk.service.call("POST", path, caller=admin, key=key, headers=matching, json=body)
    again = await desk.service.call("POST", path, caller=admin, key=key, headers=matching, json=body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()


async def test_archival_needs_a_reason_that_holds_at_this_stage(desk: Desk) -> None:
    filed = await desk.file()
    unclear = {"reason": "unclear", "explanation": "Tidak jelas."}
    asked = await desk.act(filed["id"], "archival", "admin", unclear)
    assert (asked.status_code, asked.json()["errors"][0]["code"]) == (422, "ask_first")
    case = await desk.done(filed["id"], "archival", "admin", {"reason": "spam", "explanation": "Iklan."})
    assert (case["state"], case["due_at"]) == ("archived", None)
    working = await desk.in_progress()
    spam = await desk.act(working, "archival", "admin", {"reason": "spam", "explanation": "Iklan."})
    assert (spam.status_code, spam.json()["errors"][0]["code"]) == (422, "not_at_this_stage")


async def test_a_duplicate_names_the_earlier_case(desk: Desk) -> None:
    earlier, hidden = (await desk.file())["id"], (await desk.file(protected=True))["id"]
    for reason in ("duplicate", "already_answered"):
        filed = await desk.file()
        said = {"reason": reason, "explanation": "Sama dengan laporan terdahulu."}
        flawed: list[tuple[dict[str, str], str]] = [
            ({}, "missing"),
            ({"earlier_case_id": filed["id"]}, "unknown_case"),
            ({"earlier_case_id": str(uuid4())}, "unknown_case"),
            ({"earlier_case_id": hidden}, "unknown_case"),
        ]
        for more, code in flawed:
            refused = await desk.act(filed["id"], "archival", "admin", said | more)
            error = refused.json()["errors"][0]
            assert (refused.status_code, error["pointer"], error["code"]) == (422, "/earlier_case_id", code)
        done = await desk.done(filed["id"], "archival", "admin", said | {"earlier_case_id": earlier})
        assert done["state"] == "archived"


async def test_a_referral_names_the_body_and_records_the_hand_over(desk: Desk) -> None:
    filed = await desk.file()
    body = {"body": "police", "explanation": "Tindak pidana.", "handover": {"reference": "5/X", "date": "2025-11-03"}}
    unknown = await desk.act(filed["id"], "referral", "admin", body | {"body": "nobody"})
    assert unknown.status_code == 422
    assert (await desk.done(filed["id"], "referral", "admin", body))["state"] == "referred_out"
    public = (await desk.track(filed)).json()["timeline"][-1]["public"]
    assert public == {"body": "police", "explanation": "Tindak pidana."}


async def test_protection_hides_the_case_from_the_unit_at_once(desk: Desk) -> None:
    case_id = await desk.in_progress()
    body = {"trigger": "discovered", "reason": "Ada permintaan uang."}
    reply = await desk.act(case_id, "protection", "liaison", body)
    assert reply.status_code == 201
    assert reply.json()["allowed_actions"] == []
    for name in ("liaison", "head", "admin", "responsible", "supervisor"):
        assert (await desk.get(case_id, name)).status_code == 404
    case = (await desk.get(case_id, "auditor")).json()
    assert (case["state"], case["custody"], case["unit_id"]) == ("submitted", "protected", None)
    assert "verification" in case["allowed_actions"]


async def test_the_auditor_triages_a_protected_case_in_the_administrators_place(desk: Desk) -> None:
    filed = await desk.file(protected=True)
    assert (await desk.act(filed["id"], "verification", "admin", {"complete": True})).status_code == 404
    await desk.done(filed["id"], "verification", "auditor", {"complete": True})
    wrong = await desk.act(filed["id"], "assignment", "auditor", {"unit_id": str(desk.country.works)})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "not_the_inspectorate")
    case = await desk.done(filed["id"], "assignment", "auditor", {"unit_id": str(desk.country.inspectorate)})
    assert case["state"] == "assigned"


async def test_every_move_is_in_the_chain_and_told_once(desk: Desk) -> None:
    case_id = await desk.in_progress()
    async with desk.service.connection() as connection:
        rows = await connection.fetch("SELECT * FROM case_history WHERE case_id = $1 ORDER BY sequence", UUID(case_id))
        head = await connection.fetchval("SELECT chain FROM cases WHERE id = $1", UUID(case_id))
        facts = await connection.fetch(
            "SELECT type, sequence FROM (SELECT type, sequence, subject FROM outbox UNION ALL "
            "SELECT type, sequence, subject FROM events) told WHERE subject = $1 ORDER BY sequence",
            f"complaints/{case_id}",
        )
    assert [row["action"] for row in rows] == ["filing", "verification", "classification", "assignment", "acceptance"]
    assert chain.first_broken((row["sequence"], row["canonical"], row["chain"]) for row in rows) is None
    assert bytes(head) == bytes(rows[-1]["chain"])
    assert [fact["type"] for fact in facts] == [
        "case.filed",
        "case.verified",
        "case.classified",
        "case.assigned",
        "case.accepted",
    ]
    assert [fact["sequence"] for fact in facts] == [1, 2, 3, 4, 5]
    altered = [(row["sequence"], bytes(row["canonical"]), bytes(row["chain"])) for row in rows]
    altered[2] = (altered[2][0], altered[2][1].replace(b"non_supervisory", b"xxx_supervisory"), altered[2][2])
    assert chain.first_broken(altered) == 3
