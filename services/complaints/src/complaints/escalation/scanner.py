"""The scanner: finds by index whose time has come, and attends to each case in a transaction of its own, a few at once.

The longest due come first, whatever the backlog; what another replica holds is skipped, and what fails is put off, so that it
starves nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from fastapi import FastAPI

from chassis.data.pool import Connection, Pool
from chassis.data.statements import Row, Statement
from chassis.data.transactions import begin
from complaints.deadlines.shelf import Shelf
from complaints.escalation.operations import attend, end_pause

BATCH = 200
HANDS = 3
"""Cases attended to at once: as many connections, of those that aren't for requests."""
LOOK_EVERY_S = 5.0
PUT_OFF = timedelta(minutes=5)

# Read in the order of the partial index and no further than the batch: a backlog costs nothing.
_DUE = Statement("""
SELECT case_id FROM deadline_duties
WHERE stopped_at IS NULL AND check_at <= CAST(:now AS timestamptz) ORDER BY check_at LIMIT CAST(:most AS integer)
""")
_PAUSED = Statement("""
SELECT case_id FROM clock_intervals
WHERE to_at IS NULL AND until_at <= CAST(:now AS timestamptz) ORDER BY until_at LIMIT CAST(:most AS integer)
""")
_TAKE = Statement("SELECT * FROM cases WHERE id = CAST(:case_id AS uuid) FOR UPDATE SKIP LOCKED")
_PUT_OFF = Statement("""
UPDATE deadline_duties SET check_at = CAST(:until AS timestamptz)
WHERE case_id = CAST(:case_id AS uuid) AND stopped_at IS NULL AND check_at < CAST(:until AS timestamptz)
""")
_PUT_OFF_PAUSE = Statement("""
UPDATE clock_intervals SET until_at = CAST(:until AS timestamptz)
WHERE case_id = CAST(:case_id AS uuid) AND to_at IS NULL
""")

Attend = Callable[[Connection, Row, datetime, Shelf], Awaitable[int]]

log = structlog.get_logger("complaints.scanner")


async def run(app: FastAPI) -> None:
    """Scan until cancelled."""
    while True:
        found = await scan(app.state.side_pool, app.state.clock())
        if found < BATCH:
            await asyncio.sleep(LOOK_EVERY_S)


async def scan(pool: Pool, now: datetime) -> int:
    """Attend to one batch of what is due at `now`; how many were found."""
    async with pool.acquire() as connection:
        paused = [row["case_id"] for row in await _PAUSED.fetch(connection, now=now, most=BATCH)]
        due = [row["case_id"] for row in await _DUE.fetch(connection, now=now, most=BATCH)]
    work: list[tuple[UUID, Attend, Statement]] = [(each, end_pause, _PUT_OFF_PAUSE) for each in paused]
    work += [(each, attend, _PUT_OFF) for each in dict.fromkeys(due)]
    shelf, left = Shelf(), iter(work)

    async def hand() -> None:
        for case_id, do, put_off in left:
            await _one(pool, case_id, now, shelf, do, put_off)

    await asyncio.gather(*(hand() for _ in range(HANDS)))
    return max(len(paused), len(due))


async def _one(pool: Pool, case_id: UUID, now: datetime, shelf: Shelf, do: Attend, put_off: Statement) -> None:
    try:
        async with begin(pool) as connection:
            case = await _TAKE.fetchrow(connection, case_id=case_id)
            if case is not None:
                await do(connection, dict(case), now, shelf)
    except Exception:
        log.exception("case_fails", case_id=str(case_id))
        async with begin(pool) as connection:
            await put_off.execute(connection, case_id=case_id, until=now + PUT_OFF)
