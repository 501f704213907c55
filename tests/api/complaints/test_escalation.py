"""What happens by itself when time runs out, through the real application: each level once, each lapse by the table."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from complaints.audit.verifying import walk
from complaints.deadlines.shelf import Shelf
from complaints.escalation.operations import attend
from complaints.escalation.scanner import scan
from support.directory import settled_country
from support.filings import Desk
from support.services import ServiceUnderTest
from support.wall_clock import WallClock, wall_clock

ANSWER = "Kartu dicetak pada 5 Maret dan dapat diambil di loket 3."


@pytest.fixture(scope="module")
async def own_desk(complaints: ServiceUnderTest) -> Desk:
    """A city of its own, so that other tests' cases don't stand in the way of what is read here."""
    return Desk(complaints, await settled_country(complaints, "51.97"))


@pytest.fixture
def wall(own_desk: Desk) -> Iterator[WallClock]:
    with wall_clock(own_desk.service) as clock:
        yield clock


async def pass_time(desk: Desk, wall: WallClock, day: int, hour: int = 9, *, month: int = 3) -> None:
    """Let it be that moment and the scanner finish."""
    wall.set(day, hour, month=month)
    while await scan(desk.service.app.state.side_pool, wall.now, Shelf()):
        pass


async def seen(desk: Desk, case_id: str) -> dict[str, Any]:
    case: dict[str, Any] = (await desk.service.call("GET", f"/v1/complaints/{case_id}")).json()
    return case


async def escalations(desk: Desk, case_id: str) -> list[tuple[str, str]]:
    entries = (await desk.service.call("GET", f"/v1/complaints/{case_id}/timeline")).json()["items"]
    return [(e["internal"]["stage"], e["internal"]["level"]) for e in entries if e["action"] == "escalation"]


async def responded(desk: Desk, **changes: Any) -> dict[str, Any]:
    filed = await desk.file()
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    await desk.done(filed["id"], "classification", "admin", {"class": "non_supervisory", "category": "population"})
    await desk.done(filed["id"], "assignment", "admin", {"unit_id": str(desk.country.counter)})
    await desk.done(filed["id"], "acceptance", "liaison")
    body = {"kind": "substantive", "body": ANSWER, "proposed_outcome": "fixed"} | changes
    await desk.done(filed["id"], "response", "liaison", body)
    await desk.done(filed["id"], "approval", "head", {"decision": "approved"})
    return filed


async def test_levels_rise_once_each_and_in_working_time(own_desk: Desk, wall: WallClock) -> None:
    filed = await own_desk.file(anonymous=True, reporter=None)  # Monday 2: verification is due Thursday 5
    case_id = filed["id"]
    await pass_time(own_desk, wall, 4, 23)
    assert await escalations(own_desk, case_id) == []
    await pass_time(own_desk, wall, 5, 8)
    await pass_time(own_desk, wall, 5, 10)
    assert await escalations(own_desk, case_id) == [("verification", "reminder")]
    await pass_time(own_desk, wall, 6, 7)  # late since midnight, but nobody is at work
    assert len(await escalations(own_desk, case_id)) == 1
    await pass_time(own_desk, wall, 6, 8)
    assert await escalations(own_desk, case_id) == [("verification", "reminder"), ("verification", "national")]
    case = await seen(own_desk, case_id)
    assert (case["escalation_level"], case["late"], case["state"]) == ("national", True, "submitted")


async def test_who_comes_late_to_a_level_tells_it_in_working_time(own_desk: Desk, wall: WallClock) -> None:
    """After a stop of the service, or a backlog, the night isn't the time to tell: the morning is, and Monday after Saturday."""
    filed = await own_desk.file(anonymous=True, reporter=None)  # verification is due Thursday 5
    case_id = filed["id"]
    for day, hour in ((6, 20), (7, 10), (8, 12), (9, 7)):  # from Friday night to Monday morning
        await pass_time(own_desk, wall, day, hour)
        assert await escalations(own_desk, case_id) == [], (day, hour)
    await pass_time(own_desk, wall, 9, 8)
    told = await escalations(own_desk, case_id)
    assert len(told) == 1
    await pass_time(own_desk, wall, 9, 10)
    assert await escalations(own_desk, case_id) == told


async def test_a_lapse_waits_for_no_morning(own_desk: Desk, wall: WallClock) -> None:
    case_id = await own_desk.assigned()  # acceptance is due Wednesday 4; the first response Monday 9
    await pass_time(own_desk, wall, 7, 12)  # Saturday
    assert (await seen(own_desk, case_id))["state"] == "in_progress"
    assert await escalations(own_desk, case_id) == []


async def test_an_assignment_that_nobody_takes_is_deemed_accepted(own_desk: Desk, wall: WallClock) -> None:
    case_id = await own_desk.assigned()  # acceptance is due Wednesday 4
    await pass_time(own_desk, wall, 5, 1)
    assert (await seen(own_desk, case_id))["state"] == "in_progress"


async def test_an_uncompleted_file_lapses_by_type_and_custody(own_desk: Desk, wall: WallClock) -> None:
    missing = {"complete": False, "missing": ["tanggal kejadian"]}
    complaint, wish = await own_desk.file(), await own_desk.file(type="aspiration")
    secret = await own_desk.file(ethics_values=["refuses_bribes"])
    for case, who in ((complaint, "admin"), (wish, "admin"), (secret, "auditor")):
        await own_desk.done(case["id"], "verification", who, missing)
    await pass_time(own_desk, wall, 1, 23, month=4)  # the thirtieth day
    assert (await seen(own_desk, complaint["id"]))["state"] == "awaiting_completion"
    await pass_time(own_desk, wall, 2, 1, month=4)
    case = await seen(own_desk, complaint["id"])
    assert (case["state"], case["closure_kind"]) == ("withdrawn", "deemed")
    assert (await seen(own_desk, wish["id"]))["state"] == "archived"
    assert (await seen(own_desk, secret["id"]))["state"] == "submitted"
    caller = await own_desk.tracking(complaint)
    back = await own_desk.service.call(
        "POST", f"/v1/complaints/{complaint['id']}/reopening", caller=caller, json={"reason": "Tanggalnya 1 Maret."}
    )
    assert back.json()["state"] == "submitted"


async def test_a_case_closes_by_itself_ten_days_after_the_answer(own_desk: Desk, wall: WallClock) -> None:
    filed = await responded(own_desk)
    await pass_time(own_desk, wall, 12, 23)
    assert (await seen(own_desk, filed["id"]))["state"] == "responded"
    await pass_time(own_desk, wall, 13, 1)
    case = await seen(own_desk, filed["id"])
    assert (case["state"], case["closure_kind"], case["outcome_code"]) == ("closed", "automatic", "fixed")
    assert case["closed_at"] == "2026-03-12T17:00:00Z"
    assert case["due_at"] is None


async def test_nothing_closes_while_a_commitment_is_open(own_desk: Desk, wall: WallClock) -> None:
    promise = {"what": "Loket kedua dibuka", "due_on": "2026-05-01"}
    filed = await responded(own_desk, proposed_outcome="commitment", commitments=[promise])
    await pass_time(own_desk, wall, 13, 1)
    assert (await seen(own_desk, filed["id"]))["state"] == "responded"
    await pass_time(own_desk, wall, 30, 9)  # Monday: handling was due on Friday 27
    assert ("handling", "unit") in await escalations(own_desk, filed["id"])


async def test_an_answer_that_nobody_approves_moves_up(own_desk: Desk, wall: WallClock) -> None:
    case_id = await own_desk.in_progress()
    body = {"kind": "substantive", "body": ANSWER, "proposed_outcome": "fixed"}
    await own_desk.done(case_id, "response", "liaison", body)
    await pass_time(own_desk, wall, 5, 1)  # two working days end on Wednesday 4
    assert (await seen(own_desk, case_id))["state"] == "awaiting_approval"
    duties = (await own_desk.service.call("GET", f"/v1/complaints/{case_id}/deadline")).json()["duties"]
    approvals = [(duty["status"], duty["due_at"]) for duty in duties if duty["stage"] == "approval"]
    assert approvals == [("breached", "2026-03-04T15:59:59Z"), ("running", "2026-03-09T15:59:59Z")]


async def test_a_dispute_that_nobody_decides_falls_to_the_unit_first_named(own_desk: Desk, wall: WallClock) -> None:
    case_id = await own_desk.assigned()  # to the counter
    works = {"proposed_unit_id": str(own_desk.country.works)}
    refusal = {"reason": "other_unit", "explanation": "Bukan kami."}
    await own_desk.done(case_id, "refusal", "liaison", refusal | works)
    await own_desk.done(case_id, "assignment", "admin", {"unit_id": str(own_desk.country.works)})
    elsewhere = {"reason": "not_our_authority", "explanation": "Bukan wewenang kami."}
    await own_desk.done(case_id, "refusal", "works_liaison", elsewhere)  # proposes nobody
    await pass_time(own_desk, wall, 5, 23)
    assert (await seen(own_desk, case_id))["state"] == "in_arbitration"
    await pass_time(own_desk, wall, 6, 1)  # three working days end on Thursday 5
    case = await seen(own_desk, case_id)
    assert (case["state"], case["unit_id"], case["binding"]) == ("assigned", str(own_desk.country.counter), True)
    assert case["escalation_level"] == "unit"
    bound = await own_desk.act(case_id, "refusal", "liaison", refusal | works)
    assert bound.status_code == 409


async def test_many_disputes_cost_no_more_statements_than_one(own_desk: Desk, wall: WallClock) -> None:
    elsewhere = {"reason": "not_our_authority", "explanation": "Bukan wewenang kami."}
    cases = []
    for _ in range(4):
        case_id = await own_desk.assigned()
        await own_desk.done(case_id, "refusal", "liaison", elsewhere)
        await own_desk.done(case_id, "assignment", "admin", {"unit_id": str(own_desk.country.works)})
        await own_desk.done(case_id, "refusal", "works_liaison", elsewhere)
        cases.append(case_id)
    asked: list[int] = []
    for some in (cases[:1], cases[1:]):
        statements: list[str] = []
        async with own_desk.service.app.state.side_pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch("SELECT * FROM cases WHERE id = ANY($1) FOR UPDATE", some)
            with connection.query_logger(lambda record, kept=statements: kept.append(record.query)):
                await attend(connection, [dict(row) for row in rows], wall.set(6, 1), Shelf())
        asked.append(len(statements))
    assert 0 < asked[1] <= asked[0]  # a connection learns of types when it first meets them
    assert {(await seen(own_desk, case_id))["unit_id"] for case_id in cases} == {str(own_desk.country.counter)}


async def test_a_dispute_never_falls_to_the_unit_complained_of(own_desk: Desk, wall: WallClock) -> None:
    case_id = await own_desk.assigned()
    elsewhere = {"reason": "not_our_authority", "explanation": "Bukan wewenang kami."}
    await own_desk.done(case_id, "refusal", "liaison", elsewhere)
    await own_desk.done(case_id, "assignment", "admin", {"unit_id": str(own_desk.country.works)})
    await own_desk.done(case_id, "refusal", "works_liaison", elsewhere)
    async with own_desk.service.connection() as connection:
        await connection.execute(
            "UPDATE cases SET accused_unit_id = $2 WHERE id = $1", case_id, own_desk.country.registry_office
        )
    await pass_time(own_desk, wall, 6, 1)
    case = await seen(own_desk, case_id)
    assert (case["state"], case["unit_id"]) == ("assigned", str(own_desk.country.works))


async def test_a_pause_ends_at_its_maximum(own_desk: Desk, wall: WallClock) -> None:
    case_id = await own_desk.in_progress()
    await own_desk.done(case_id, "pause", "liaison", {"reason": "force_majeure"})
    await pass_time(own_desk, wall, 31, 23)
    assert (await seen(own_desk, case_id))["state"] == "paused"
    await pass_time(own_desk, wall, 1, 10, month=4)  # thirty days
    assert (await seen(own_desk, case_id))["state"] == "in_progress"
    refused = await own_desk.act(case_id, "pause", "liaison", {"reason": "force_majeure"})
    assert refused.json()["code"] == "pause_used_up"


async def test_two_scanners_at_once_do_everything_once(own_desk: Desk, wall: WallClock) -> None:
    ids = [(await own_desk.file())["id"] for _ in range(12)]
    wall.set(6, 9)
    pool = own_desk.service.app.state.side_pool
    await asyncio.gather(*(scan(pool, wall.now, Shelf()) for _ in range(4)))
    await pass_time(own_desk, wall, 6, 9)
    for case_id in ids:
        assert await escalations(own_desk, case_id) == [("verification", "national")]


async def test_what_is_done_for_many_at_once_is_recorded_of_each(own_desk: Desk, wall: WallClock) -> None:
    """A level of two duties at once, a lapse that ends a case, one that moves it to a unit, one that only notes."""
    told = (await own_desk.file())["id"]
    ended = (await responded(own_desk))["id"]
    promise = {"what": "Loket kedua dibuka", "due_on": "2026-05-01"}
    kept_open = (await responded(own_desk, proposed_outcome="commitment", commitments=[promise]))["id"]
    fallen = await own_desk.assigned()
    elsewhere = {"reason": "not_our_authority", "explanation": "Bukan wewenang kami."}
    await own_desk.done(fallen, "refusal", "liaison", elsewhere)
    await own_desk.done(fallen, "assignment", "admin", {"unit_id": str(own_desk.country.works)})
    await own_desk.done(fallen, "refusal", "works_liaison", elsewhere)
    await pass_time(own_desk, wall, 17, 9)  # the fourteenth calendar day ended on Monday 16
    assert len([stage for stage, _ in await escalations(own_desk, told)]) > 1
    states = [(await seen(own_desk, case_id))["state"] for case_id in (ended, kept_open, fallen)]
    assert states == ["closed", "responded", "assigned"]
    await own_desk.service.sequenced()
    async with own_desk.service.connection() as connection:
        assert (await walk(connection)).broken is None
        for case_id in (told, ended, kept_open, fallen):
            version = await connection.fetchval("SELECT version FROM cases WHERE id = $1", case_id)
            facts = await connection.fetch(
                "SELECT sequence FROM events WHERE subject = $1 ORDER BY position", f"complaints/{case_id}"
            )
            assert [row["sequence"] for row in facts] == list(range(1, version + 1))
            held = await connection.fetch(
                """SELECT to_at, lead(from_at) OVER (ORDER BY sequence) AS next_from
                   FROM custody_intervals WHERE case_id = $1 ORDER BY sequence""",
                case_id,
            )
            assert all(row["to_at"] == row["next_from"] for row in held[:-1])
            assert (held[-1]["to_at"] is not None) == (case_id == ended)
