"""Assignment by a routing rule: the lifecycle's row of the role `system`, in the transaction in which triage ends."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.cases.allowing import allowed
from complaints.cases.callers import SYSTEM_RECORD
from complaints.cases.lifecycle import SYSTEM
from complaints.custody.queries import find_unit
from complaints.custody.receiving import may_have
from complaints.custody.routing.places import Named, find_place, without_rules
from complaints.custody.routing.router import Router
from complaints.custody.routing.rules import Answer, Matter, Routed
from complaints.custody.routing.words import Wording
from complaints.moves.moving import move
from directory.zones import national_day

_NAMED_UNIT = Statement("""
SELECT CAST(NULLIF(internal ->> 'named_unit_id', '') AS uuid) FROM case_history
WHERE case_id = CAST(:id AS uuid) AND sequence = 1
""")


async def assign_by_rule(connection: Connection, case: Row, router: Router, *, now: datetime) -> Row:
    """Hand the case to the unit of the rule that assigns by itself; the case as it is then, or as it was.

    The rules are asked anew: triage may have said that it is of another type or category. What a unit refused before, a rule
    doesn't send there again.
    """
    rows = allowed(case, "assignment", [SYSTEM])
    if not rows or case["refusal_count"] or case["custody"] != "ordinary":
        return case
    routed = await _routed(connection, case, router, now)
    if routed is None or not routed.assigns or routed.unit_id is None:
        return case
    unit = await find_unit(connection, routed.unit_id, national_day(now))
    if unit is None or not may_have(unit, case) or case["institution_id"] not in (None, unit["institution_id"]):
        return case
    changes: dict[str, Any] = {
        "institution_id": unit["institution_id"],
        "unit_id": unit["id"],
        "proposed_unit_id": unit["id"],
        "holder_person": None,
        "routing": "done",
    }
    return await move(
        connection,
        case,
        action="assignment",
        to_state=rows[0].to,
        actor=SYSTEM_RECORD,
        now=now,
        changes=changes,
        public={"unit_id": unit["id"], "unit_name": unit["name"]},
        internal={"routing": routed.trace, "from_unit_id": case["unit_id"]},
        clock=rows[0].clock,
    )


async def _routed(connection: Connection, case: Row, router: Router, now: datetime) -> Routed | None:
    """What the rules say of the case as triage left it; None where a reporter named the unit, or nothing is known of it."""
    named_unit: UUID | None = await _NAMED_UNIT.fetchval(connection, id=case["id"])
    named = Named(case["service_id"], named_unit, case["region_code"])
    place = await find_place(connection, named, national_day(now))
    if without_rules(place, named, protected=False) is not None:
        return None
    # An institution to which triage sent it asks its own rules, whatever the authority says of the place.
    here = case["institution_id"] in (None, place.institution_id)
    answer = place.answer if here else Answer(case["institution_id"], None)
    text = Wording(case["title"], case["body"])
    matter = Matter(case["type"], case["category"], case["service_id"], case["region_code"], text)
    return await router.route(answer, matter, now)
