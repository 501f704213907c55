"""Reports that weren't completed within their term are not followed up: found and ended in the background."""

import asyncio
from datetime import datetime

from fastapi import FastAPI

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.data.transactions import begin
from evaluation.gratification.clocks import COMPLETION
from evaluation.gratification.lifecycle import NOT_FOLLOWED_UP
from evaluation.gratification.operations import carry_out

EVERY_S = 60.0
SYSTEM = "system:lapses"

_LAPSED = Statement("""
SELECT * FROM gratification_reports
WHERE state = 'incomplete' AND EXISTS (
    SELECT 1 FROM jsonb_to_recordset(duties) AS duty (stage text, due_at timestamptz, met_at timestamptz)
    WHERE duty.stage = :stage AND duty.met_at IS NULL AND duty.due_at < CAST(:now AS timestamptz))
ORDER BY due_at LIMIT 50 FOR UPDATE SKIP LOCKED
""")


async def end_lapsed(connection: Connection, now: datetime) -> int:
    """End up to fifty reports whose term to be completed has passed, in the caller's transaction; how many."""
    rows = await _LAPSED.fetch(connection, stage=COMPLETION, now=now)
    for row in rows:
        await carry_out(connection, row, "lapse", NOT_FOLLOWED_UP, SYSTEM, now=now)
    return len(rows)


async def run(app: FastAPI) -> None:
    """Look once a minute, as long as the service runs."""
    while True:
        async with begin(app.state.side_pool) as connection:
            ended = await end_lapsed(connection, app.state.clock())
        if not ended:
            await asyncio.sleep(EVERY_S)
