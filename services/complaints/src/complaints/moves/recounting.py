"""Counting open cases anew: all when a calendar changed, an institution's when the registry corrects its place. Each case in its
own transaction.

A case whose date moved gets an entry in its history, which tells the reporter. One that fails holds up none behind it, and is
tried again by itself, each time after twice as long.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from fastapi import FastAPI
from prometheus_client import Gauge

from chassis.data.bell import Bell
from chassis.data.pool import Connection, Pool
from chassis.data.statements import Statement
from chassis.data.transactions import begin
from chassis.ops import metrics
from complaints.cases.callers import SYSTEM_RECORD
from complaints.cases.operations import lock_case
from complaints.deadlines import operations
from complaints.moves.moving import move
from directory.follower import CHANNEL

BATCH = 200
LOOK_EVERY_S = 60.0
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=6)
ACTION, FACT = "recount", "recounted"
CALENDAR_CHANGED, PLACE_CHANGED = "calendar_changed", "place_changed"
"""Reasons that a case's history tells."""
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

# An institution that is new counts as moved: cases may have waited for it.
_MOVED = Statement("""
SELECT i.id, i.code, i.region_code, i.time_zone
FROM directory_institutions i LEFT JOIN counted_places c ON c.institution_id = i.id
WHERE (c.code, c.region_code, c.time_zone) IS DISTINCT FROM (i.code, i.region_code, i.time_zone) ORDER BY i.id
""")
_RUNNING = Statement("""
SELECT id FROM cases WHERE institution_id = CAST(:id AS uuid)
    AND EXISTS (SELECT FROM deadline_duties WHERE case_id = cases.id AND stopped_at IS NULL) ORDER BY id
""")
_COUNTED = Statement("""
INSERT INTO counted_places (institution_id, code, region_code, time_zone)
VALUES (CAST(:id AS uuid), :code, :region_code, :time_zone)
ON CONFLICT (institution_id) DO UPDATE
SET code = excluded.code, region_code = excluded.region_code, time_zone = excluded.time_zone
""")

_DUE_AGAIN = Statement("""
SELECT case_id, reason FROM failed_recounts WHERE retry_at <= CAST(:now AS timestamptz) ORDER BY retry_at LIMIT CAST(:most AS integer)
""")
# Who takes it holds its lock: another replica finds it gone, or put off.
_TAKE = Statement("""
DELETE FROM failed_recounts WHERE case_id = CAST(:case_id AS uuid) AND retry_at <= CAST(:now AS timestamptz) RETURNING case_id
""")
_PUT_OFF = Statement("""
INSERT INTO failed_recounts (case_id, reason, attempts, retry_at)
VALUES (CAST(:case_id AS uuid), :reason, 1, CAST(:now AS timestamptz) + CAST(:first AS interval))
ON CONFLICT (case_id) DO UPDATE SET attempts = failed_recounts.attempts + 1, retry_at = CAST(:now AS timestamptz)
    + least(CAST(:first AS interval) * power(2, least(failed_recounts.attempts, 30)), CAST(:longest AS interval))
RETURNING attempts, retry_at
""")
_FAILING = Statement("SELECT count(*) FROM failed_recounts")

failing = Gauge(
    "prima_failed_recounts", "Cases that couldn't be counted anew and are tried again", registry=metrics.registry
)
log = structlog.get_logger("complaints.recounting")


async def run(app: FastAPI) -> None:
    """Count anew after each change of a calendar or of an institution's place, until cancelled; what was left undone by a stop is
    taken up again."""
    bell: Bell = app.state.bell
    while True:
        moved = await recount(app.state.side_pool, app.state.clock())
        if moved:
            log.info("recounted", moved=moved)
        await bell.wait(CHANNEL, LOOK_EVERY_S)
        await asyncio.sleep(0)


async def recount(pool: Pool, now: datetime) -> int:
    """Count the open cases by the copy as it is where it changed since the last time, and those again that failed and whose time has
    come; how many dates moved. Until it is counted a case keeps its old dates: log and metric tell of it."""
    moved = await _recount_all(pool, now) + await _recount_places(pool, now) + await _recount_failed(pool, now)
    async with pool.acquire() as connection:
        failing.set(await _FAILING.fetchval(connection))
    return moved


async def _recount_all(pool: Pool, now: datetime) -> int:
    async with begin(pool) as connection:
        stamp = await _STAMP.fetchval(connection)
        if stamp is None or stamp == await _LAST_FINISHED.fetchval(connection):
            return 0
        row = await _RECOUNT.fetchrow(connection, stamp=stamp)
    assert row is not None
    after: UUID = row["last_case_id"] or _FIRST
    moved = 0
    while True:
        async with pool.acquire() as connection:
            ids = [each["case_id"] for each in await _NEXT.fetch(connection, after=after, most=BATCH)]
        for case_id in ids:
            moved += await _attempt(pool, case_id, CALENDAR_CHANGED, now)
        async with begin(pool) as connection:
            if not ids:
                await _FINISH.execute(connection, stamp=stamp, now=now)
                return moved
            after = ids[-1]
            await _ADVANCE.execute(connection, stamp=stamp, last=after)


async def _recount_places(pool: Pool, now: datetime) -> int:
    """The cases of each institution whose place isn't the one by which they were counted; after a stop, from its first case on."""
    moved = 0
    async with pool.acquire() as connection:
        places = await _MOVED.fetch(connection)
    for place in places:
        async with pool.acquire() as connection:
            ids = [each["id"] for each in await _RUNNING.fetch(connection, id=place["id"])]
        for case_id in ids:
            moved += await _attempt(pool, case_id, PLACE_CHANGED, now)
        async with begin(pool) as connection:
            await _COUNTED.execute(connection, **place)
    return moved


async def _recount_failed(pool: Pool, now: datetime) -> int:
    moved = 0
    while True:
        async with pool.acquire() as connection:
            rows = await _DUE_AGAIN.fetch(connection, now=now, most=BATCH)
        if not rows:
            return moved
        for row in rows:
            moved += await _attempt(pool, row["case_id"], row["reason"], now, again=True)


async def _attempt(pool: Pool, case_id: UUID, reason: str, now: datetime, *, again: bool = False) -> bool:
    """Count one case; True if its date moved. Where it fails, note when it is tried again."""
    try:
        async with begin(pool) as connection:
            if again and await _TAKE.fetchval(connection, case_id=case_id, now=now) is None:
                return False
            return await recount_case(connection, case_id, reason, now=now)
    except Exception:
        async with begin(pool) as connection:
            later = await _PUT_OFF.fetchrow(
                connection, case_id=case_id, reason=reason, now=now, first=FIRST_RETRY, longest=LONGEST_RETRY
            )
        assert later is not None
        log.exception("case_fails", case_id=str(case_id), attempts=later["attempts"], retry_at=str(later["retry_at"]))
        return False


async def recount_case(connection: Connection, case_id: UUID, reason: str, *, now: datetime) -> bool:
    """Count one case's running duties anew; True if its due date moved, which its history then tells with the reason."""
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
        public={"reason": reason, "due_at_before": case["due_at"], "due_at": due},
        clock=("recomputed",),
        fact=FACT,
    )
    return True
