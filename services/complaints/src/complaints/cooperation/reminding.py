"""Telling the head of a unit, once, that what it was asked is overdue; and the coordinator reads it in the history."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import structlog
from fastapi import FastAPI

from chassis.data.pool import Connection, Pool
from chassis.data.statements import Statement
from chassis.data.transactions import begin
from complaints.cases.callers import SYSTEM_RECORD
from complaints.cases.lifecycle import OPEN_STATES
from complaints.cases.operations import lock_case
from complaints.cooperation.operations import ACTION
from complaints.moves.moving import move

LOOK_EVERY_S = 30.0
BATCH = 100
_EVER, _FIRST = datetime.min.replace(tzinfo=UTC), UUID(int=0)

_DUE = Statement("""
SELECT id, case_id, due_at FROM contributions
WHERE state = 'asked' AND reminded_at IS NULL AND due_at < CAST(:now AS timestamptz)
  AND (due_at, id) > (CAST(:after_due_at AS timestamptz), CAST(:after_id AS uuid))
ORDER BY due_at, id LIMIT CAST(:most AS integer)
""")
_REMIND = Statement("""
UPDATE contributions SET reminded_at = CAST(:now AS timestamptz)
WHERE id = CAST(:id AS uuid) AND state = 'asked' AND reminded_at IS NULL RETURNING unit_id, due_at
""")

log = structlog.get_logger("complaints.cooperation")


async def run(app: FastAPI) -> None:
    """Remind until cancelled."""
    while True:
        await remind(app.state.side_pool, app.state.clock())
        await asyncio.sleep(LOOK_EVERY_S)


async def remind(pool: Pool, now: datetime) -> None:
    """Remind of all that is overdue at `now`, each in a transaction of its own; one that fails holds up none behind it."""
    after_due_at, after_id = _EVER, _FIRST
    while True:
        async with pool.acquire() as connection:
            due = await _DUE.fetch(connection, now=now, after_due_at=after_due_at, after_id=after_id, most=BATCH)
        if not due:
            return
        for row in due:
            try:
                async with begin(pool) as connection:
                    await _one(connection, row["case_id"], row["id"], now)
            except Exception:
                log.exception("case_fails", case_id=str(row["case_id"]))
        after_due_at, after_id = due[-1]["due_at"], due[-1]["id"]


async def _one(connection: Connection, case_id: UUID, contribution_id: UUID, now: datetime) -> None:
    case = await lock_case(connection, case_id)
    assert case is not None, "a contribution has its case"
    overdue = await _REMIND.fetchrow(connection, id=contribution_id, now=now)
    if overdue is None or case["state"] not in OPEN_STATES:
        return
    await move(
        connection,
        case,
        action=ACTION,
        to_state=case["state"],
        actor=SYSTEM_RECORD,
        now=now,
        public={"hidden": True},
        internal={
            "contribution_id": contribution_id,
            "unit_id": overdue["unit_id"],
            "due_at": overdue["due_at"],
            "state": "overdue",
        },
        fact="contribution_overdue",
    )
