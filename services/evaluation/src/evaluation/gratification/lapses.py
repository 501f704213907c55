"""Reports that weren't completed within their term are not followed up: found and ended in the background.

Before that, terms are counted anew whenever a calendar has changed: no report ends by a day that became a holiday.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from fastapi import FastAPI

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.data.transactions import begin
from evaluation.gratification.clocks import COMPLETION
from evaluation.gratification.lifecycle import NOT_FOLLOWED_UP
from evaluation.gratification.operations import carry_out
from evaluation.gratification.recounting import FIRST, find_calendars, recount

EVERY_S = 60.0
SYSTEM = "system:lapses"

_LAPSED = Statement("""
SELECT * FROM gratification_reports
WHERE state = 'incomplete' AND id > CAST(:after AS uuid) AND EXISTS (
    SELECT 1 FROM jsonb_to_recordset(duties) AS duty (stage text, due_at timestamptz, met_at timestamptz)
    WHERE duty.stage = :stage AND duty.met_at IS NULL AND duty.due_at < CAST(:now AS timestamptz))
ORDER BY id LIMIT 50 FOR UPDATE SKIP LOCKED
""")

log = structlog.get_logger("evaluation.lapses")


async def end_lapsed(connection: Connection, after: UUID, now: datetime) -> UUID | None:
    """End the next reports whose term to be completed has passed, in the caller's transaction; one that fails holds up none.

    `after`: the last report looked at so far, FIRST to begin with; the last of these, or None when there are no more.
    """
    rows = await _LAPSED.fetch(connection, stage=COMPLETION, after=after, now=now)
    for row in rows:
        try:
            async with connection.transaction():
                await carry_out(connection, row, "lapse", NOT_FOLLOWED_UP, SYSTEM, now=now)
        except Exception:
            log.exception("report_fails", report_id=str(row["id"]))
    return rows[-1]["id"] if rows else None


async def run(app: FastAPI) -> None:
    """Look once a minute, as long as the service runs. At the start all are counted anew: a calendar may have come meanwhile."""
    counted_by: Sequence[Row] = ()
    while True:
        counted_by = await _keep_up(app, counted_by)
        after: UUID | None = FIRST
        while after is not None:
            async with begin(app.state.side_pool) as connection:
                after = await end_lapsed(connection, after, app.state.clock())
        await asyncio.sleep(EVERY_S)


async def _keep_up(app: FastAPI, counted_by: Sequence[Row]) -> Sequence[Row]:
    async with begin(app.state.side_pool) as connection:
        calendars = await find_calendars(connection)
    after: UUID | None = FIRST if calendars != counted_by else None
    while after is not None:
        async with begin(app.state.side_pool) as connection:
            after = await recount(connection, after, app.state.clock())
    return calendars
