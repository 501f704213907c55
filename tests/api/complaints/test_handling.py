"""Answers, their approval, notes, pauses, extensions and replies, through the real application."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from support.filings import Desk
from support.wall_clock import WallClock, wall_clock

ANSWER = "Blangko KTP tiba pada 5 Maret; kartu Anda dicetak hari itu juga dan dapat diambil di loket 3."
SUBSTANTIVE = {"kind": "substantive", "body": ANSWER, "proposed_outcome": "fixed"}


@pytest.fixture
def wall(desk: Desk) -> Iterator[WallClock]:
    with wall_clock(desk.service) as clock:
        yield clock


async def reply(desk: Desk, filed: dict[str, Any], body: dict[str, Any]) -> httpx.Response:
    """What the reporter says, with the tracking token of this moment."""
    caller = await desk.tracking(filed)
    return await desk.service.call("POST", f"/v1/complaints/{filed['id']}/reply", caller=caller, json=body)


async def accepted(desk: Desk, case_class: str = "non_supervisory", **changes: Any) -> dict[str, Any]:
    """A case in progress at the counter: the reply to its filing."""
    filed = await desk.file(**changes)
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    await desk.done(filed["id"], "classification", "admin", {"class": case_class, "category": "population"})
    await desk.done(filed["id"], "assignment", "admin", {"unit_id": str(desk.country.counter)})
    await desk.done(filed["id"], "acceptance", "liaison")
    return filed


async def responded(desk: Desk, **changes: Any) -> dict[str, Any]:
    """A case whose substantive answer went out."""
    filed = await accepted(desk)
    await desk.done(filed["id"], "response", "liaison", SUBSTANTIVE | changes)
    await desk.done(filed["id"], "approval", "head", {"decision": "approved"})
    return filed


async def test_a_first_response_counts_as_acceptance(desk: Desk, wall: WallClock) -> None:
    case_id = await desk.assigned()
    case = await desk.done(case_id, "response", "liaison", {"kind": "first", "body": "Kami periksa hari ini."})
    assert case["state"] == "in_progress"
    assert case["first_response_at"] is not None


async def test_a_substantive_answer_goes_out_when_a_superior_approves_it(desk: Desk, wall: WallClock) -> None:
    filed = await accepted(desk)
    case = await desk.done(filed["id"], "response", "liaison", SUBSTANTIVE)
    assert case["state"] == "awaiting_approval"
    before = (await desk.track(filed)).json()
    assert ANSWER not in str(before)
    case = await desk.done(filed["id"], "approval", "head", {"decision": "approved"})
    assert (case["state"], case["proposed_outcome"]) == ("responded", "fixed")
    assert case["substantive_at"] is not None
    assert ANSWER in str((await desk.track(filed)).json())


async def test_a_returned_answer_needs_remarks_and_is_never_shown(desk: Desk, wall: WallClock) -> None:
    filed = await accepted(desk)
    await desk.done(filed["id"], "response", "liaison", SUBSTANTIVE)
    refused = await desk.act(filed["id"], "approval", "head", {"decision": "returned"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/remarks")
    case = await desk.done(filed["id"], "approval", "head", {"decision": "returned", "remarks": "Sebut tanggal ambil."})
    assert case["state"] == "in_progress"
    assert "Sebut tanggal" not in str((await desk.track(filed)).json())


async def test_nobody_approves_an_own_answer(desk: Desk, wall: WallClock) -> None:
    filed = await accepted(desk)
    etag = (await desk.service.call("GET", f"/v1/complaints/{filed['id']}")).headers["etag"]
    made = await desk.service.call(
        "POST", f"/v1/complaints/{filed['id']}/response", headers={"if-match": etag}, json=SUBSTANTIVE
    )  # the platform's own client holds every role
    assert made.json()["state"] == "awaiting_approval"
    refused = await desk.service.call(
        "POST",
        f"/v1/complaints/{filed['id']}/approval",
        headers={"if-match": made.headers["etag"]},
        json={"decision": "approved"},
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "own_response")


async def test_a_head_answers_light_classes_alone(desk: Desk, wall: WallClock) -> None:
    filed = await accepted(desk, "normative")
    case = await desk.done(filed["id"], "response", "head", SUBSTANTIVE | {"proposed_outcome": "explained"})
    assert case["state"] == "responded"
    heavy = await accepted(desk, "non_supervisory")
    refused = await desk.act(heavy["id"], "response", "head", SUBSTANTIVE)
    assert refused.status_code == 409


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"body": "Laporan Anda telah kami terima dan diteruskan ke dinas terkait."}, "/body", "not_substantive"),
        ({"body": "Noted, thank you. Forwarded to the relevant unit."}, "/body", "not_substantive"),
        ({"proposed_outcome": None}, "/proposed_outcome", "missing"),
        ({"proposed_outcome": "adopted"}, "/proposed_outcome", "outcome_not_for_type"),
        ({"proposed_outcome": "no_such"}, "/proposed_outcome", "outcome_not_for_type"),
        ({"proposed_outcome": "commitment"}, "/commitments", "missing"),
    ],
)
async def test_what_isn_t_an_answer(
    desk: Desk, wall: WallClock, changes: dict[str, Any], pointer: str, code: str
) -> None:
    filed = await accepted(desk)
    refused = await desk.act(filed["id"], "response", "liaison", SUBSTANTIVE | changes)
    assert refused.status_code == 422
    error = refused.json()["errors"][0]
    assert (error["pointer"], error["code"]) == (pointer, code)


async def test_who_may_not_answer(desk: Desk, wall: WallClock) -> None:
    filed = await accepted(desk)
    path = f"/v1/complaints/{filed['id']}/response"
    etag = (await desk.service.call("GET", f"/v1/complaints/{filed['id']}")).headers["etag"]
    matching = {"if-match": etag}

    async def status(caller: dict[str, str], headers: dict[str, str]) -> int:
        reply = await desk.service.call("POST", path, caller=caller, headers=headers, json=SUBSTANTIVE)
        return reply.status_code

    assert await status(desk.service.anonymous(), matching) == 401
    assert await status(desk.account("evaluator"), matching) == 403
    assert await status(desk.account("auditor"), matching) == 403
    assert await status(desk.account("other_liaison"), matching) == 404
    assert await status(desk.account("liaison"), {}) == 428
    assert await status(desk.account("liaison"), {"if-match": '"1.x"'}) == 412


async def test_a_move_that_the_state_forbids_names_those_that_it_allows(desk: Desk, wall: WallClock) -> None:
    filed = await responded(desk)
    refused = await desk.act(filed["id"], "pause", "liaison", {"reason": "force_majeure"})
    assert refused.status_code == 409
    assert refused.json()["code"] == "move_not_allowed"
    assert {"resolution", "response", "note"} <= set(refused.json()["allowed_actions"])


async def test_a_pause_moves_the_due_date_by_the_days_it_took(desk: Desk, wall: WallClock) -> None:
    filed = await accepted(desk, "normative")  # Monday 2 March: due Monday 9
    case = (await desk.get(filed["id"], "liaison")).json()
    assert case["due_at"] == "2026-03-09T15:59:59Z"
    wall.set(3)  # Tuesday
    question = {"reason": "awaiting_reporter", "question": "Kapan Anda datang ke loket?"}
    paused = await desk.done(filed["id"], "pause", "liaison", question)
    assert paused["state"] == "paused"
    assert question["question"] in str((await desk.track(filed)).json())
    wall.set(5)  # Thursday: Wednesday and Thursday come back
    answered = await reply(desk, filed, {"body": "Tanggal 10 Februari."})
    assert (answered.status_code, answered.json()["state"]) == (201, "in_progress")
    assert (await desk.get(filed["id"], "liaison")).json()["due_at"] == "2026-03-11T15:59:59Z"


async def test_a_pause_for_another_reason_is_the_agency_s_own_time(desk: Desk, wall: WallClock) -> None:
    filed = await accepted(desk, "normative")
    await desk.done(filed["id"], "pause", "liaison", {"reason": "awaiting_field_work"})
    answered = await reply(desk, filed, {"body": "Foto terlampir."})
    assert answered.json()["state"] == "paused"
    case = await desk.done(filed["id"], "resumption", "liaison")
    assert (case["state"], case["due_at"]) == ("in_progress", "2026-03-09T15:59:59Z")


async def test_what_may_not_be_paused(desk: Desk, wall: WallClock) -> None:
    filed = await accepted(desk, "normative")
    strange = await desk.act(filed["id"], "pause", "liaison", {"reason": "holiday"})
    assert (strange.status_code, strange.json()["errors"][0]["code"]) == (422, "unknown_code")
    mute = await desk.act(filed["id"], "pause", "liaison", {"reason": "awaiting_reporter"})
    assert mute.json()["errors"][0]["pointer"] == "/question"
    wall.set(10)  # Tuesday, a day late
    late = await desk.act(filed["id"], "pause", "liaison", {"reason": "force_majeure"})
    assert (late.status_code, late.json()["code"]) == (409, "overdue")


async def test_only_a_formal_request_is_extended_once_and_in_time(desk: Desk, wall: WallClock) -> None:
    filed = await accepted(desk, "normative")
    refused = await desk.act(filed["id"], "extension", "head", {"reason": "Banyak pekerjaan."})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_extension")
    formal = await accepted(
        desk, "public_information", type="information_request", sub_class="formal_public_information"
    )
    await desk.done(formal["id"], "extension", "head", {"reason": "Arsip berada di luar kota."})
    deadline = (await desk.get(formal["id"], "head", "/deadline")).json()
    answer = next(duty for duty in deadline["duties"] if duty["stage"] == "answer")
    assert (answer["extended"], answer["due_at"]) == (7, "2026-04-01T15:59:59Z")
    again = await desk.act(formal["id"], "extension", "head", {"reason": "Belum juga."})
    assert again.json()["code"] == "no_extension"


async def test_notes_are_internal_unless_they_say_otherwise(desk: Desk, wall: WallClock) -> None:
    filed = await accepted(desk)
    await desk.done(filed["id"], "note", "officer", {"body": "Hubungi gudang."})
    await desk.done(filed["id"], "note", "officer", {"body": "Blangko dipesan.", "visible_to_reporter": True})
    told = str((await desk.track(filed)).json())
    assert "Hubungi gudang" not in told
    assert "Blangko dipesan" in told
    assert "Hubungi gudang" in str((await desk.get(filed["id"], "head", "/timeline")).json())


async def test_a_dissatisfied_reporter_begins_a_second_round(desk: Desk, wall: WallClock) -> None:
    filed = await responded(desk)
    mute = await reply(desk, filed, {"body": "Hm."})
    assert mute.json()["errors"][0]["pointer"] == "/satisfied"
    back = await reply(desk, filed, {"body": "KTP masih belum ada.", "satisfied": False})
    assert back.json()["state"] == "in_progress"
    stages = {duty["stage"]: duty for duty in (await desk.get(filed["id"], "head", "/deadline")).json()["duties"]}
    assert stages["round_response"]["due_at"] == "2026-03-09T15:59:59Z"
    assert stages["handling"]["status"] == "running"


async def test_a_satisfied_reporter_closes_the_case(desk: Desk, wall: WallClock) -> None:
    filed = await responded(desk)
    closed = await reply(desk, filed, {"satisfied": True})
    assert closed.json()["state"] == "closed"
    case = (await desk.service.call("GET", f"/v1/complaints/{filed['id']}")).json()
    assert (case["outcome_code"], case["closure_kind"]) == ("fixed", "reporter_confirmed")
    assert case["closed_at"] is not None
    none = await reply(desk, filed, {"body": "Terima kasih."})
    assert none.status_code == 409


async def test_a_promise_is_for_a_day_to_come_and_of_a_unit_that_there_is(desk: Desk, wall: WallClock) -> None:
    filed = await accepted(desk)
    late = {"what": "Loket kedua dibuka", "due_on": "2026-03-01"}  # it is Monday 2 March
    nobodys = {"what": "Jalan ditambal", "due_on": "2026-03-02", "unit_id": str(uuid4())}
    works = {"what": "Jalan ditambal", "due_on": "2026-03-02", "unit_id": str(desk.country.works)}
    answer = {"kind": "substantive", "body": ANSWER, "proposed_outcome": "commitment"}
    refused = await desk.act(filed["id"], "response", "liaison", answer | {"commitments": [late, nobodys, works]})
    assert refused.status_code == 422
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [
        ("/commitments/0/due_on", "in_the_past"),
        ("/commitments/1/unit_id", "unknown_unit"),
    ]
    await desk.done(filed["id"], "response", "liaison", answer | {"commitments": [works]})


async def test_an_open_commitment_keeps_the_case_open(desk: Desk, wall: WallClock) -> None:
    promise = {"what": "Loket kedua dibuka", "due_on": "2026-05-01"}
    filed = await responded(desk, proposed_outcome="commitment", commitments=[promise])
    answered = await reply(desk, filed, {"satisfied": True})
    assert answered.json()["state"] == "responded"


async def test_a_retry_with_the_key_answers_once(desk: Desk, wall: WallClock) -> None:
    filed = await accepted(desk)
    etag = (await desk.get(filed["id"], "liaison")).headers["etag"]
    key = f"key-{filed['id']}"
    replies = [
        await desk.service.call(
            "POST",
            f"/v1/complaints/{filed['id']}/response",
            caller=desk.account("liaison"),
            key=key,
            headers={"if-match": etag},
            json={"kind": "interim", "body": "Masih kami periksa di gudang."},
        )
        for _ in range(2)
    ]
    assert [each.status_code for each in replies] == [201, 201]
    assert replies[0].content == replies[1].content
    assert replies[1].headers["idempotency-replayed"] == "true"
