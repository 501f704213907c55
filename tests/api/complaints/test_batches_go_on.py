"""What is done for many cases in the background goes on past one that fails, at the head of the queue as well."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from chassis.data.pool import Connection
from chassis.ops.metrics import exposition
from complaints.cooperation import reminding
from complaints.intake import routing
from complaints.moves import recounting
from complaints.service import SERVICE
from devstack.postgres import Cluster
from support.directory import event, national_calendar, service, settle, settled_country
from support.filings import Desk
from support.services import service_under_test
from support.wall_clock import WallClock, wall_clock


@pytest.fixture(scope="module")
async def own_desk(postgres: Cluster) -> AsyncIterator[Desk]:
    """A database of its own: calendars change in it."""
    async with service_under_test(postgres, SERVICE) as service:
        yield Desk(service, await settled_country(service, "51.96"))


@pytest.fixture
def wall(own_desk: Desk) -> Iterator[WallClock]:
    with wall_clock(own_desk.service) as clock:
        yield clock


def failing(original: Any, case_id: str) -> Any:
    """The original, but it fails for one case."""

    async def instead(connection: Connection, what: Any, *more: Any) -> Any:
        found = what["id"] if isinstance(what, dict) or hasattr(what, "keys") else what
        if found == UUID(case_id):
            raise RuntimeError("this case always fails")
        return await original(connection, what, *more)

    return instead


async def test_a_reminder(own_desk: Desk, wall: WallClock, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [await own_desk.in_progress() for _ in range(3)]
    for case_id in cases:
        body = {"unit_id": str(own_desk.country.works), "question": "Apakah trotoar sudah diperbaiki?"}
        await own_desk.done(case_id, "contributions", "liaison", body)
    monkeypatch.setattr(reminding, "BATCH", 1)
    monkeypatch.setattr(reminding, "_one", failing(reminding._one, cases[0]))
    with capture_logs() as logs:
        await reminding.remind(own_desk.service.app.state.pool, wall.set(6, 9))
    assert [each["case_id"] for each in logs if each["event"] == "case_fails"] == [cases[0]]

    async def reminded(case_id: str) -> bool:
        items = (await own_desk.get(case_id, "admin", "/timeline")).json()["items"]
        return any(each["internal"].get("state") == "overdue" for each in items)

    assert [await reminded(case_id) for case_id in cases] == [False, True, True]


async def test_placing_what_waited_for_the_registry(own_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    late = uuid4()
    cases = [str((await own_desk.file(service_id=str(late)))["id"]) for _ in range(3)]
    await settle(own_desk.service, [service(late, own_desk.country.city, own_desk.country.works, "IMB")])
    monkeypatch.setattr(routing, "_place", failing(routing._place, cases[0]))
    state = own_desk.service.app.state
    await routing.route_pending(state.pool, state.router, datetime.now(UTC))
    found = [(await own_desk.service.call("GET", f"/v1/complaints/{each}")).json()["routing"] for each in cases]
    assert found == ["pending", "done", "done"]


async def test_counting_anew_tries_what_failed_again_by_itself(
    own_desk: Desk, wall: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = own_desk.service.app.state.side_pool
    await recounting.recount(pool, wall.set(9))  # Monday: verification is due Thursday 12
    tried: list[UUID] = []
    broken = UUID((await own_desk.file())["id"])
    after = UUID((await own_desk.file())["id"])
    original = recounting.recount_case

    async def instead(connection: Connection, case_id: UUID, reason: str, *, now: datetime) -> bool:
        tried.append(case_id)
        if case_id == broken:
            raise RuntimeError("this case always fails")
        return await original(connection, case_id, reason, now=now)

    monkeypatch.setattr(recounting, "recount_case", instead)
    shipped = dict(national_calendar().data)
    leave = {"date": "2026-03-12", "kind": "collective_leave", "name_id": "Cuti bersama", "name_en": "Leave"}
    changed = shipped | {"days": [*shipped["days"], leave], "version": 2}
    await settle(own_desk.service, [event("calendar.changed", "calendars/national", changed, 2)])
    start = wall.set(10)
    with capture_logs() as logs:
        await recounting.recount(pool, start)
    assert (tried.count(broken), tried.count(after)) == (1, 1)
    [told] = [each for each in logs if each["event"] == "case_fails"]
    assert (told["case_id"], told["attempts"]) == (str(broken), 1)
    assert "prima_failed_recounts 1.0" in exposition().decode()

    # After a minute, then after twice as long each time, six hours at most; nobody else is counted again for it.
    soon = [(0.5, 1), (1, 2), (2, 2), (3, 3), (6, 3), (7, 4)]
    days = [(1_440 * day, 4 + day) for day in range(1, 11)]
    for minute, attempts in (*soon, *days, (14_400 + 359, 14), (14_400 + 360, 15)):
        await recounting.recount(pool, start + timedelta(minutes=minute))
        assert tried.count(broken) == attempts, minute
    assert tried.count(after) == 1

    monkeypatch.setattr(recounting, "recount_case", original)
    assert await recounting.recount(pool, start + timedelta(minutes=200_000)) == 1
    [entry] = [
        each
        for each in (await own_desk.get(str(broken), "admin", "/timeline")).json()["items"]
        if each["action"] == "recount"
    ]
    assert entry["public"]["reason"] == "calendar_changed"
    assert await recounting.recount(pool, start + timedelta(minutes=300_000)) == 0
    assert "prima_failed_recounts 0.0" in exposition().decode()
