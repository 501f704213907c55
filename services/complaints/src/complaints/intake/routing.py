"""Placing what was taken before the registry's facts had arrived: cases whose routing is pending."""

from datetime import datetime
from uuid import UUID

import structlog
from fastapi import FastAPI

from chassis.data.pool import Connection, Pool
from chassis.data.statements import Row, Statement
from chassis.data.transactions import begin
from complaints.cases.callers import SYSTEM_RECORD
from complaints.cases.operations import lock_case
from complaints.intake.placing import Named, find_place
from complaints.moves.moving import move
from directory.follower import CHANNEL
from directory.zones import DEFAULT_ZONE, local_day

EVERY_S = 300.0
_BATCH = 200
_WAITING = Statement("""
SELECT id, CAST(NULLIF(h.internal ->> 'named_unit_id', '') AS uuid) AS named_unit_id
FROM cases JOIN case_history h ON h.case_id = id AND h.sequence = 1
WHERE routing = 'pending' AND id > CAST(:after AS uuid) ORDER BY id LIMIT CAST(:batch AS integer)
""")

log = structlog.get_logger("complaints.routing")


async def keep_routing(app: FastAPI) -> None:
    """Place waiting cases whenever the directory changes. A task of the service."""
    while True:
        placed = await route_pending(app.state.side_pool, app.state.clock())
        if placed:
            log.info("cases_placed", count=placed)
        await app.state.bell.wait(CHANNEL, EVERY_S)


async def route_pending(pool: Pool, now: datetime) -> int:
    """Place every waiting case that the copy can place by now; how many. Each in a transaction of its own."""
    placed, after = 0, UUID(int=0)
    while True:
        async with pool.acquire() as connection:
            rows = await _WAITING.fetch(connection, after=after, batch=_BATCH)
        if not rows:
            return placed
        for row in rows:
            async with begin(pool) as connection:
                placed += await _place(connection, row, now)
        after = rows[-1]["id"]


async def _place(connection: Connection, waiting: Row, now: datetime) -> int:
    case = await lock_case(connection, waiting["id"])
    if case is None or case["routing"] != "pending":
        return 0
    named = Named(case["service_id"], waiting["named_unit_id"], case["region_code"])
    place = await find_place(connection, named, local_day(now, DEFAULT_ZONE))
    if not place.known:
        return 0
    # Triage may have sent it somewhere meanwhile: then only the waiting ends.
    untouched = case["version"] == 1
    changes = {"institution_id": place.institution_id, "proposed_unit_id": place.unit_id} if untouched else {}
    await move(
        connection,
        case,
        action="note",
        to_state=case["state"],
        actor=SYSTEM_RECORD,
        now=now,
        changes={**changes, "routing": "done"},
        public={"hidden": True},
        internal={"routed": True, "institution_id": place.institution_id, "proposed_unit_id": place.unit_id},
        clock=("recomputed",) if untouched else (),
        fact="routed",
    )
    return 1
