"""The scanner: finds by index whose time has come, and attends to many cases in one transaction.

The longest due come first, whatever the backlog; what another replica holds is skipped. Where a transaction fails its cases are
tried by halves, down to the one that fails by itself: that is put off, and starves nobody. Where the database fails no case is
to blame: they wait for the next look.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg
import structlog
from fastapi import FastAPI

from chassis.data.pool import Connection, Pool
from chassis.data.statements import Row, Statement
from chassis.data.transactions import ACQUIRE_TIMEOUT_S, begin
from complaints.deadlines.shelf import Shelf
from complaints.escalation.operations import attend, end_pauses

BATCH = 400
AT_ONCE = 50
"""Cases of one transaction: their locks are held for less than a tenth of a second."""
HANDS = 2
"""Transactions at once, one decides while the other writes: as many connections, of those that aren't for requests."""
LOOK_EVERY_S = 5.0
PUT_OFF = timedelta(minutes=5)

UNAVAILABLE = (
    OSError,  # also the time that a connection, or an answer, was waited for
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.LockNotAvailableError,
)
"""What a database raises that can't do it now, whatever is asked. A statement that takes too long is another thing: fewer cases
may do."""

# Read in the order of the partial index and no further than the batch: a backlog costs nothing.
_DUE = Statement("""
SELECT case_id FROM deadline_duties
WHERE stopped_at IS NULL AND check_at <= CAST(:now AS timestamptz) ORDER BY check_at LIMIT CAST(:most AS integer)
""")
_PAUSED = Statement("""
SELECT case_id FROM clock_intervals
WHERE to_at IS NULL AND until_at <= CAST(:now AS timestamptz) ORDER BY until_at LIMIT CAST(:most AS integer)
""")
_TAKE = Statement("SELECT * FROM cases WHERE id = ANY(CAST(:case_ids AS uuid[])) FOR UPDATE SKIP LOCKED")
_PUT_OFF = Statement("""
UPDATE deadline_duties SET check_at = CAST(:until AS timestamptz)
WHERE case_id = CAST(:case_id AS uuid) AND stopped_at IS NULL AND check_at < CAST(:until AS timestamptz)
""")
_PUT_OFF_PAUSE = Statement("""
UPDATE clock_intervals SET until_at = CAST(:until AS timestamptz)
WHERE case_id = CAST(:case_id AS uuid) AND to_at IS NULL
""")


class Errand(NamedTuple):
    """What is done with cases whose time has come, and how one that fails is put off."""

    attend: Callable[[Connection, Sequence[Row], datetime, Shelf], Awaitable[None]]
    put_off: Statement


log = structlog.get_logger("complaints.scanner")


async def run(app: FastAPI) -> None:
    """Scan until cancelled; rest when there is no more than a transaction's worth to do, or others do it."""
    while True:
        done = await scan(app.state.side_pool, app.state.clock(), app.state.shelf)
        if done < AT_ONCE:
            await asyncio.sleep(LOOK_EVERY_S)


async def scan(pool: Pool, now: datetime, shelf: Shelf) -> int:
    """Attend to one batch of what is due at `now`, by what is on the shelf; how many were done with. What another replica holds
    and what is left for the next look isn't among them."""
    async with pool.acquire() as connection:
        paused = [row["case_id"] for row in await _PAUSED.fetch(connection, now=now, most=BATCH)]
        due = [row["case_id"] for row in await _DUE.fetch(connection, now=now, most=BATCH)]
    work = [(Errand(end_pauses, _PUT_OFF_PAUSE), ids) for ids in _parts(paused)]
    work += [(Errand(attend, _PUT_OFF), ids) for ids in _parts(list(dict.fromkeys(due)))]
    left = iter(work)

    async def hand() -> int:
        done = 0
        for errand, ids in left:
            try:
                done += await _run(pool, errand, ids, now, shelf)
            except UNAVAILABLE:
                log.warning("left_for_the_next_look", cases=len(ids), exc_info=True)
        return done

    return sum(await asyncio.gather(*(hand() for _ in range(HANDS))))


def _parts(ids: Sequence[UUID]) -> list[Sequence[UUID]]:
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


async def _run(pool: Pool, errand: Errand, ids: Sequence[UUID], now: datetime, shelf: Shelf) -> int:
    """How many cases were attended to or put off. Raises what is UNAVAILABLE."""
    async with pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
        try:
            async with connection.transaction():
                taken = await _TAKE.fetch(connection, case_ids=ids)
                await errand.attend(connection, [dict(case) for case in taken], now, shelf)
            return len(taken)
        except UNAVAILABLE:
            raise
        except Exception:
            shelf.forget()  # what failed may be older than what it is about
            if len(ids) == 1:
                log.exception("case_fails", case_id=str(ids[0]))
    if len(ids) > 1:
        half = len(ids) // 2
        first = await _run(pool, errand, ids[:half], now, shelf)
        return first + await _run(pool, errand, ids[half:], now, shelf)
    async with begin(pool) as connection:
        await errand.put_off.execute(connection, case_id=ids[0], until=now + PUT_OFF)
    return 1
