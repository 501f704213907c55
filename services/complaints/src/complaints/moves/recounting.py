"""Counting every open case anew when a calendar changed: in batches, each case in its own transaction.

A case whose date moved gets an entry in its history, which tells the reporter.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from fastapi import FastAPI

from chassis.data.bell import Bell
from chassis.data.pool import Connection, Pool
from chassis.data.statements import Statement
from chassis.data.transactions import begin
from complaints.cases.callers import SYSTEM_RECORD
from complaints.cases.operations import lock_case
from complaints.deadlines import operations
from complaints.moves.moving import move
from directory.follower import CHANNEL

BATCH = 200
LOOK_EVERY_S = 60.0
ACTION, FACT = "recount", "recounted"
_FIRST = UUID(int=0)

_STAMP = Statement("SELECT string_agg(code || ':' || version, ' ' ORDER BY code) FROM directory_calendars")
_RECOUNT = Statement("""
INSERT INTO recounts (stamp) VALUES (:stamp) ON CONFLICT (stamp) DO UPDATE SET stamp = excluded.stamp
RETURNING last_case_id, finished_at
""")
_LAST_FINISHED = Statement("SELECT stamp FROM recounts WHERE finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT 1")
_NEXT = Statement("""
SELECT DISTINCT case_id FROM deadline_duties
WHERE stopped_at IS NULL AND case_id > CAST(:after AS uuid) ORDER BY case_id LIMIT CAST(:most AS integer)
""")
_ADVANCE = Statement("UPDATE recounts SET last_case_id = CAST(:last AS uuid) WHERE stamp = :stamp")
_FINISH = Statement(
    "UPDATE recounts SET last_case_id = NULL, finished_at = CAST(:now AS timestamptz) WHERE stamp = :stamp"
)

log = structlog.get_logger("complaints.recounting")


async def run(app: FastAPI) -> None:
    """Count anew after each change of a calendar, until cancelled; what was left undone by a stop is taken up again."""
    bell: Bell = app.state.bell
    while True:
        moved = await recount(app.state.side_pool, app.state.clock())
        if moved:
            log.info("recounted", moved=moved)
        await bell.wait(CHANNEL, LOOK_EVERY_S)
        await asyncio.sleep(0)


async def recount(pool: Pool, now: datetime) -> int:
    """Count all open cases by the calendars as they are, if these changed since the last time; how many dates moved.

    A case that fails holds up none behind it: it is tried once more at the end. One that fails then too keeps its old dates until the
    calendars change again: the log names it.
    """
    async with begin(pool) as connection:
        stamp = await _STAMP.fetchval(connection)
        if stamp is None or stamp == await _LAST_FINISHED.fetchval(connection):
            return 0
        row = await _RECOUNT.fetchrow(connection, stamp=stamp)
    assert row is not None
    after: UUID = row["last_case_id"] or _FIRST
    moved = 0
    failed: list[UUID] = []
    while True:
        async with pool.acquire() as connection:
            ids = [each["case_id"] for each in await _NEXT.fetch(connection, after=after, most=BATCH)]
        some, wrong = await _recount_each(pool, ids or failed, now)
        moved += some
        failed += wrong
        async with begin(pool) as connection:
            if not ids:
                await _FINISH.execute(connection, stamp=stamp, now=now)
                return moved
            after = ids[-1]
            await _ADVANCE.execute(connection, stamp=stamp, last=after)


async def _recount_each(pool: Pool, case_ids: Sequence[UUID], now: datetime) -> tuple[int, list[UUID]]:
    """How many dates moved, and the cases that failed."""
    moved, failed = 0, []
    for case_id in case_ids:
        try:
            async with begin(pool) as connection:
                moved += await recount_case(connection, case_id, now)
        except Exception:
            log.exception("case_fails", case_id=str(case_id))
            failed.append(case_id)
    return moved, failed


async def recount_case(connection: Connection, case_id: UUID, now: datetime) -> bool:
    """Count one case's running duties anew; True if its due date moved, which its history then tells."""
    case = await lock_case(connection, case_id)
    if case is None:
        return False
    book = await operations.open_book(connection, case)
    book.ledger.take("recomputed", now)
    due = book.ledger.due_at()
    if due == case["due_at"]:
        await operations.save(connection, case, book, now)
        return False
    await move(
        connection,
        case,
        action=ACTION,
        to_state=case["state"],
        actor=SYSTEM_RECORD,
        now=now,
        public={"reason": "calendar_changed", "due_at_before": case["due_at"], "due_at": due},
        clock=("recomputed",),
        fact=FACT,
    )
    return True
