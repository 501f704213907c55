"""`/v1/complaints/{id}/deadline`: why a case is due then, and when it would be under another calendar."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.data.transactions import Snapshot
from chassis.http.models import Instant
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import single
from chassis.ops.clock import Now
from complaints.cases.rights import Reader
from complaints.cases.routes import seen
from complaints.cases.shown import is_outside
from complaints.deadlines import queries
from complaints.deadlines.explanation import as_of as stood_at
from complaints.deadlines.explanation import counted, explain_duty
from complaints.deadlines.schemas import DeadlineShape
from complaints.policies.queries import load_policies

routes = router(tags=["deadlines"])


@routes.get(
    "/complaints/{case_id}/deadline",
    operation_id="get_complaint_deadline",
    summary="Why a case is due then",
    response_model=DeadlineShape,
)
async def get_deadline(
    request: Request,
    case_id: UUID,
    caller: Reader,
    connection: Snapshot,
    now: Now,
    calendar_version: Annotated[
        int | None, Query(ge=1, le=2_000_000_000, description="What if: this version of the national calendar")
    ] = None,
    as_of: Annotated[Instant | None, Query(description="As it stood at this instant")] = None,
) -> Response:
    """Each duty with its policy, version, law and mark; interval by interval which days counted and which didn't, and why."""
    case, roles = await seen(connection, case_id, caller, now)
    if case["custody"] == "protected" and is_outside(roles):
        raise NotFound
    content = await explained(connection, case, now=as_of or now, calendar_version=calendar_version)
    content["hypothetical"] = calendar_version is not None or as_of is not None
    return single(request, content, version=case["version"])


async def explained(
    connection: Connection, case: Row, *, now: datetime, calendar_version: int | None
) -> dict[str, Any]:
    """Why a case is due then, as it stood at `now`. Raises NotFound for a version of the calendar that was never held."""
    institution = case["institution_id"]
    if calendar_version is None:
        calendar = await queries.calendar_of(connection, institution)
    else:
        earlier = await queries.calendar_as_of(connection, institution, calendar_version)
        if earlier is None:
            raise NotFound
        calendar = earlier
    policies = await load_policies(connection)
    duties, standstills = stood_at(
        await queries.find_duties(connection, case["id"], policies),
        await queries.find_standstills(connection, case["id"]),
        now,
    )
    duties = counted(duties, standstills, calendar)
    running = [each.due_at for each in duties if each.running and each.rule.party == "agency" and each.due_at]
    return {
        "due_at": min(running, default=None),
        "time_zone": calendar.zone_name,
        "as_of": now,
        "legal_clock": case["legal_clock"],
        "legal_clock_reason": case["legal_clock_reason"],
        "calendar": {"code": calendar.code, "version": calendar.version},
        "duties": [explain_duty(duty, standstills, calendar, now) for duty in duties],
        "standstills": [each._asdict() for each in standstills],
    }
