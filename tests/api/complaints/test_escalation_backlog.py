"""A hundred thousand overdue cases: each is told, the longest due first, what fails holds up nobody, and lists don't read them all."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from asyncpg import LockNotAvailableError
from structlog.testing import capture_logs

from chassis.data.pool import Connection, Pool
from chassis.data.statements import Row
from chassis.http.filters import Chosen
from complaints.cases.callers import CaseCaller
from complaints.cases.queries import list_cases
from complaints.deadlines.shelf import Shelf
from complaints.escalation import operations, scanner
from complaints.escalation.scanner import AT_ONCE, BATCH, scan
from complaints.service import SERVICE
from devstack.postgres import Cluster
from directory.roles import Actor, Seat
from support.directory import settled_country
from support.filings import Desk
from support.services import service_under_test
from support.wall_clock import BALI, WallClock, wall_clock

OVERDUE = 100_000
# Of one filed case as many more, a second apart, each with its duty of verification and that duty's next look.
COPIES = """
WITH made AS (
    INSERT INTO cases SELECT copy.*
    FROM cases c, generate_series(1, $2::int) n, jsonb_populate_record(c, jsonb_build_object(
        'id', gen_random_uuid(), 'tracking_code', 'T' || n, 'received_at', c.received_at - n * interval '1 second')) copy
    WHERE c.id = $1
    RETURNING id, received_at
)
INSERT INTO deadline_duties SELECT copy.*
FROM made, deadline_duties d, jsonb_populate_record(d, jsonb_build_object(
    'id', gen_random_uuid(), 'case_id', made.id, 'check_at', d.check_at - (d.started_at - made.received_at))) copy
WHERE d.case_id = $1 AND d.stage = 'verification'
"""


@pytest.fixture(scope="module")
async def crowded(postgres: Cluster) -> AsyncIterator[Desk]:
    """A database of its own with the backlog in it: it would stand in the way of every other test."""
    async with service_under_test(postgres, SERVICE) as service:
        desk = Desk(service, await settled_country(service, "51.92"))
        with wall_clock(service):
            filed = await desk.file(anonymous=True, reporter=None)  # Monday 2 March: verification is due Thursday 5
            async with service.connection() as connection:
                await connection.execute("DROP INDEX cases_words_idx")  # what nobody searches here costs a minute
                await connection.execute(COPIES, UUID(filed["id"]), OVERDUE, timeout=120)
                await connection.execute("ANALYZE deadline_duties")
        yield desk


@pytest.fixture
async def wall(crowded: Desk) -> AsyncIterator[WallClock]:
    with wall_clock(crowded.service) as clock:
        clock.set(6, 9)  # all are overdue, and it is working time
        yield clock


async def told(connection: Connection) -> list[UUID]:
    """The cases that were escalated, in the order in which they were."""
    rows = await connection.fetch("SELECT case_id FROM case_history WHERE action = 'escalation' ORDER BY at, case_id")
    return [row["case_id"] for row in rows]


async def waiting(connection: Connection, most: int) -> list[UUID]:
    """The cases whose time has come, the longest due first."""
    rows = await connection.fetch(
        "SELECT case_id FROM deadline_duties WHERE stopped_at IS NULL ORDER BY check_at LIMIT $1", most
    )
    return [row["case_id"] for row in rows]


async def test_the_longest_due_come_first_and_what_fails_holds_up_nobody(
    crowded: Desk, wall: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = crowded.service.app.state.side_pool
    async with crowded.service.connection() as connection:
        before, first = set(await told(connection)), await waiting(connection, 3 * BATCH)
    # A whole transaction's worth at the head of the queue, and one here and there among those that are well.
    broken = frozenset(first[:AT_ONCE] + first[AT_ONCE::45])

    async def attend(connection: Connection, cases: Sequence[Row], now: datetime, shelf: Shelf) -> None:
        if broken & {case["id"] for case in cases}:
            raise RuntimeError("this case always fails")
        await operations.attend(connection, cases, now, shelf)

    monkeypatch.setattr(scanner, "attend", attend)
    with capture_logs() as logs:
        for _ in range(3):
            assert await scan(pool, wall.now, Shelf()) == BATCH
    assert [each["event"] for each in logs] == ["case_fails"] * len(broken)
    async with crowded.service.connection() as connection:
        assert set(await told(connection)) - before == set(first) - broken
        put_off = await connection.fetchval(
            "SELECT count(*) FROM deadline_duties WHERE stopped_at IS NULL AND case_id = ANY($1) AND check_at > $2",
            list(broken),
            wall.now,
        )
    assert put_off == len(broken)
    # Nothing is given up: once these can be told, they are.
    monkeypatch.setattr(scanner, "attend", operations.attend)
    async with crowded.service.connection() as connection:
        await connection.execute(
            "UPDATE deadline_duties SET check_at = started_at WHERE case_id = ANY($1)", list(broken)
        )
    await scan(pool, wall.now, Shelf())
    async with crowded.service.connection() as connection:
        assert broken <= set(await told(connection))


async def test_a_case_is_told_once_and_a_later_one_has_its_turn(crowded: Desk, wall: WallClock) -> None:
    pool = crowded.service.app.state.side_pool
    for _ in range(3):
        await scan(pool, wall.now, Shelf())
    async with crowded.service.connection() as connection:
        found = await told(connection)
        assert len(found) == len(set(found)) >= 3 * BATCH
        ahead = await connection.fetch(
            "SELECT check_at FROM deadline_duties WHERE case_id = ANY($1) AND stopped_at IS NULL", found
        )
    # What was told waits for its next level, fourteen working days on: it isn't looked at again before.
    assert {row["check_at"].astimezone(BALI).date().isoformat() for row in ahead} == {"2026-04-02"}


async def test_finding_the_next_costs_the_same_whatever_the_backlog(crowded: Desk, wall: WallClock) -> None:
    async with crowded.service.connection() as connection:
        plan = "\n".join(
            row[0]
            for row in await connection.fetch(
                "EXPLAIN (ANALYZE, BUFFERS OFF) SELECT case_id FROM deadline_duties "
                "WHERE stopped_at IS NULL AND check_at <= $1 ORDER BY check_at LIMIT $2",
                wall.now,
                BATCH,
            )
        )
    assert "deadline_duties_check_idx" in plan
    assert "Sort" not in plan
    assert "Aggregate" not in plan


class Crowded:
    """A pool of which one transaction of the scan gets no connection in time."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.refused = pool, 0

    def acquire(self, *, timeout: float | None = None) -> Any:
        if timeout is not None and not self.refused:
            self.refused += 1
            raise TimeoutError
        return self.pool.acquire(timeout=timeout)


async def looks(connection: Connection, case_ids: Sequence[UUID]) -> list[datetime]:
    rows = await connection.fetch("SELECT check_at FROM deadline_duties WHERE case_id = ANY($1) ORDER BY id", case_ids)
    return [row["check_at"] for row in rows]


async def test_a_pool_without_connections_blames_no_case(crowded: Desk, wall: WallClock) -> None:
    pool: Any = Crowded(crowded.service.app.state.side_pool)
    async with crowded.service.connection() as connection:
        due = await waiting(connection, BATCH)
        before = await looks(connection, due[:AT_ONCE])
        with capture_logs() as logs:
            assert await scan(pool, wall.now, Shelf()) == BATCH - AT_ONCE  # the others aren't held up
        assert [(each["event"], each["cases"]) for each in logs] == [("left_for_the_next_look", AT_ONCE)]
        assert await looks(connection, due[:AT_ONCE]) == before
        assert await scan(pool, wall.now, Shelf()) == BATCH
        assert set(due) <= set(await told(connection))


async def test_a_table_that_is_locked_blames_no_case(
    crowded: Desk, wall: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def attend(*_arguments: Any) -> None:
        raise LockNotAvailableError("canceling statement due to lock timeout")

    pool = crowded.service.app.state.side_pool
    async with crowded.service.connection() as connection:
        due = await waiting(connection, BATCH)
        before = await looks(connection, due)
        with monkeypatch.context() as patched, capture_logs() as logs:
            patched.setattr(scanner, "attend", attend)
            assert await scan(pool, wall.now, Shelf()) == 0
        assert {each["event"] for each in logs} == {"left_for_the_next_look"}
        assert await looks(connection, due) == before


async def test_what_another_replica_holds_is_nothing_to_do(crowded: Desk, wall: WallClock) -> None:
    """So the scan rests before it looks again, in place of asking for the same rows without end."""
    pool = crowded.service.app.state.side_pool
    async with crowded.service.connection() as connection:
        due = await waiting(connection, BATCH)
        async with connection.transaction():
            await connection.execute("SELECT FROM cases WHERE id = ANY($1) FOR UPDATE", due)
            assert await scan(pool, wall.now, Shelf()) == 0
    assert await scan(pool, wall.now, Shelf()) == BATCH


def officer(role: str, institution_id: UUID, unit_id: UUID | None = None) -> CaseCaller:
    seat = Seat(
        role=role,
        institution_id=institution_id,
        unit_id=unit_id,
        person_id=UUID(int=1),
        acting="definitive",
        valid_from=date(2020, 1, 1),
        valid_to=None,
    )
    return CaseCaller(Actor(kind="account", id="officer", person_id=UUID(int=1), seats=(seat,)))


async def blocks_read(desk: Desk, caller: CaseCaller, now: datetime, sort: str, **values: Any) -> int:
    """How many blocks a page of the list takes."""
    chosen = Chosen(values, sort, 50, None, count=False, path="/v1/complaints", query=())
    asked: list[Any] = []
    async with desk.service.app.state.side_pool.acquire() as connection:
        with connection.query_logger(asked.append):
            await list_cases(connection, chosen, caller, now)
            await connection.fetchval("SELECT 1")
        explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {asked[0].query}"
        [plan] = json.loads(await connection.fetchval(explain, *asked[0].args))
    return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])


NOWHERE: dict[str, Any] = {
    "category": ["waters"],
    "type": ["input"],
    "channel": ["letter"],
    "state": ["in_arbitration"],
    "region": "94.71",
    "institution": [UUID(int=1)],
    "unit": [UUID(int=1)],
    "service": [UUID(int=1)],
}
"""By each filter, what no case of the backlog is."""


@pytest.mark.parametrize("sort", ["due_at", "-due_at", "created_at", "-created_at"])
async def test_a_list_reads_no_more_than_what_it_is_of(crowded: Desk, wall: WallClock, sort: str) -> None:
    """A state in which nobody is, an institution that has none, a unit that has none, in the midst of a hundred thousand."""
    country = crowded.country
    async with crowded.service.connection() as connection:
        await connection.execute("ANALYZE cases")
    admin, national = officer("institution_admin", country.city), officer("national_admin", country.city)
    everywhere = CaseCaller(Actor(kind="client", id="all", unbound=True))
    asked: list[tuple[CaseCaller, dict[str, Any]]] = [
        (admin, {"state": ["in_arbitration"]}),
        (national, {"state": ["in_arbitration"]}),
        (national, {"institution": [country.other_city]}),
        (officer("institution_admin", country.other_city), {}),
        (officer("liaison", country.city, country.works), {}),
        (officer("unit_head", country.city, country.registry_office), {"state": ["in_progress", "assigned"]}),
        (admin, {}),
        (admin, {"unit": [country.works]}),
        *((everywhere, {name: value}) for name, value in NOWHERE.items()),
    ]
    for caller, values in asked:
        assert await blocks_read(crowded, caller, wall.now, sort, **values) < 400, (caller.actor.seats, values)
