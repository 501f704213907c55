"""The scanner: finds by index whose time has come, and attends to each case in a transaction of its own.

What another replica holds is skipped; what fails is put off, so that it starves nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from fastapi import FastAPI

from chassis.data.pool import Connection, Pool
from chassis.data.statements import Statement
from chassis.data.transactions import begin
from complaints.escalation.operations import attend, end_pause

BATCH = 100
LOOK_EVERY_S = 5.0
PUT_OFF = timedelta(minutes=5)

_DUE = Statement("""
SELECT case_id, min(check_at) AS since FROM deadline_duties
WHERE stopped_at IS NULL AND check_at <= CAST(:now AS timestamptz)
GROUP BY case_id ORDER BY since LIMIT CAST(:most AS integer)
""")
_PAUSED = Statement("""
SELECT case_id FROM clock_intervals
WHERE to_at IS NULL AND until_at <= CAST(:now AS timestamptz) ORDER BY until_at LIMIT CAST(:most AS integer)
""")
_TAKE = Statement("SELECT 1 FROM cases WHERE id = CAST(:case_id AS uuid) FOR UPDATE SKIP LOCKED")
_PUT_OFF = Statement("""
UPDATE deadline_duties SET check_at = CAST(:until AS timestamptz)
WHERE case_id = CAST(:case_id AS uuid) AND stopped_at IS NULL AND check_at < CAST(:until AS timestamptz)
""")
_PUT_OFF_PAUSE = Statement("""
UPDATE clock_intervals SET until_at = CAST(:until AS timestamptz)
WHERE case_id = CAST(:case_id AS uuid) AND to_at IS NULL
""")

Attend = Callable[[Connection, UUID, datetime], Awaitable[int | bool]]

log = structlog.get_logger("complaints.scanner")


async def run(app: FastAPI) -> None:
    """Scan until cancelled."""
    while True:
        found = await scan(app.state.side_pool, app.state.clock())
        if found < BATCH:
            await asyncio.sleep(LOOK_EVERY_S)


async def scan(pool: Pool, now: datetime) -> int:
    """Attend to one batch of what is due at `now`; how many cases were looked at."""
    async with pool.acquire() as connection:
        paused = [row["case_id"] for row in await _PAUSED.fetch(connection, now=now, most=BATCH)]
        due = [row["case_id"] for row in await _DUE.fetch(connection, now=now, most=BATCH)]
    for case_id in paused:
        await _one(pool, case_id, now, end_pause, _PUT_OFF_PAUSE)
    for case_id in due:
        await _one(pool, case_id, now, attend, _PUT_OFF)
    return max(len(paused), len(due))


async def _one(pool: Pool, case_id: UUID, now: datetime, do: Attend, put_off: Statement) -> None:
    try:
        async with begin(pool) as connection:
            if await _TAKE.fetchval(connection, case_id=case_id) is not None:
                await do(connection, case_id, now)
    except Exception:
        log.exception("case_fails", case_id=str(case_id))
        async with begin(pool) as connection:
            await put_off.execute(connection, case_id=case_id, until=now + PUT_OFF)
