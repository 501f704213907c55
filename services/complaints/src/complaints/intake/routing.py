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
from complaints.custody.routing.places import Named, find_place
from complaints.custody.routing.router import Router
from complaints.custody.routing.rules import Matter
from complaints.custody.routing.words import Wording
from complaints.intake.placing import Routing, route
from complaints.moves.moving import move
from directory.follower import CHANNEL
from directory.zones import national_day

EVERY_S = 300.0
_BATCH = 200
_WAITING = Statement("""
SELECT id, version, type, title, body, category, service_id, region_code, custody,
       CAST(NULLIF(h.internal ->> 'named_unit_id', '') AS uuid) AS named_unit_id
FROM cases JOIN case_history h ON h.case_id = id AND h.sequence = 1
WHERE routing = 'pending' AND id > CAST(:after AS uuid) ORDER BY id LIMIT CAST(:batch AS integer)
""")

log = structlog.get_logger("complaints.routing")


async def keep_routing(app: FastAPI) -> None:
    """Place waiting cases whenever the directory changes. A task of the service."""
    while True:
        placed = await route_pending(app.state.side_pool, app.state.router, app.state.clock())
        if placed:
            log.info("cases_placed", count=placed)
        await app.state.bell.wait(CHANNEL, EVERY_S)


async def route_pending(pool: Pool, router: Router, now: datetime) -> int:
    """Place every waiting case that the copy can place by now, by the rules in force; how many. Each in a transaction of its
    own; one that fails waits on, and holds up none behind it."""
    placed, after = 0, UUID(int=0)
    while True:
        async with pool.acquire() as connection:
            rows = await _WAITING.fetch(connection, after=after, batch=_BATCH)
        if not rows:
            return placed
        for row in rows:
            try:
                placed += await _route_one(pool, router, row, now)
            except Exception:
                log.exception("case_fails", case_id=str(row["id"]))
        after = rows[-1]["id"]


async def _route_one(pool: Pool, router: Router, row: Row, now: datetime) -> bool:
    named = Named(row["service_id"], row["named_unit_id"], row["region_code"])
    async with pool.acquire() as connection:
        place = await find_place(connection, named, national_day(now))
    if not place.known:
        return False
    matter = Matter(
        row["type"], row["category"], row["service_id"], row["region_code"], Wording(row["title"], row["body"])
    )
    routing = await route(place, named, matter, router, protected=row["custody"] != "ordinary", now=now)
    async with begin(pool) as connection:
        return await _place(connection, row, routing, now)


async def _place(connection: Connection, waiting: Row, routing: Routing, now: datetime) -> bool:
    case = await lock_case(connection, waiting["id"])
    if case is None or case["routing"] != "pending" or case["version"] != waiting["version"]:
        return False
    place = routing.place
    # Triage may have sent it somewhere meanwhile: then only the waiting ends.
    untouched = case["version"] == 1
    changes = {"institution_id": place.institution_id, "proposed_unit_id": place.unit_id} if untouched else {}
    told = {"routing": routing.trace} if untouched else {}
    await move(
        connection,
        case,
        action="note",
        to_state=case["state"],
        actor=SYSTEM_RECORD,
        now=now,
        changes={**changes, "routing": "done"},
        public={"hidden": True},
        internal={"routed": True, "institution_id": place.institution_id, "proposed_unit_id": place.unit_id, **told},
        clock=("recomputed",) if untouched else (),
        fact="routed",
    )
    return True
