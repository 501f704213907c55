"""`/v1/routing-rules`: versions, the one in force on a day, simulation; and on a case why it was proposed to its unit."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from chassis.data.statements import Row
from chassis.data.transactions import Reading, Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.problems import Forbidden, NotFound, Unprocessable
from chassis.http.routing import router
from chassis.http.versions import encode, single
from chassis.ops.clock import Now
from complaints.cases import access, shown
from complaints.cases.callers import CaseCaller
from complaints.cases.queries import Choice
from complaints.cases.rights import Reader
from complaints.cases.routes import seen
from complaints.cases.visibility import sees_content, visible
from complaints.codes import KnownCodes
from complaints.custody.routing import operations, queries, simulation, traces
from complaints.custody.routing.rights import RuleMaker, RuleReader, made_by, may_make, seen_institutions
from complaints.custody.routing.rules import RuleSet, read_rules
from complaints.custody.routing.schemas import (
    RoutingTraces,
    RuleSetBody,
    RuleSetPage,
    RuleSetShape,
    Simulation,
    SimulationResult,
)
from directory.roles import Actor
from directory.zones import national_day

routes = router(tags=["routing"])
_JSON = "application/json"
_PRIVATE = {"Cache-Control": "private, no-cache"}
_SUMMARY = ("id", "institution_id", "version", "effective_from", "note", "created_at")


@routes.get(
    "/routing-rules", operation_id="list_routing_rules", summary="Versions of routing rules", response_model=RuleSetPage
)
async def list_routing_rules(
    actor: RuleReader,
    connection: Snapshot,
    chosen: Annotated[Chosen, queries.FILTERS.dependency()],
) -> Response:
    """The nation's and those of the caller's institutions, newest first; with `as_of` only what is in force on that day."""
    page = await queries.list_rule_sets(connection, chosen, seen_institutions(actor))
    items = [{**_summary(row), "rule_count": row["rule_count"]} for row in page.rows]
    return Response(encode(page.written(items)), media_type=_JSON, headers=_PRIVATE)


@routes.get(
    "/routing-rules/{rule_set_id}",
    operation_id="get_routing_rules",
    summary="A version of routing rules",
    response_model=RuleSetShape,
)
async def get_routing_rules(request: Request, rule_set_id: UUID, actor: RuleReader, connection: Reading) -> Response:
    """With its rules in their order. A version never changes."""
    row = await queries.find_rule_set(connection, rule_set_id)
    if row is None or not _sees(actor, row["institution_id"]):
        raise NotFound
    return single(request, _whole(row), version=row["version"])


@routes.post(
    "/routing-rules",
    operation_id="make_routing_rules",
    summary="Make a new version of routing rules",
    response_model=RuleSetShape,
    status_code=201,
    responses={409: {"description": "newer_routing_rules"}},
)
async def make_routing_rules(
    request: Request,
    actor: RuleMaker,
    connection: Transaction,
    _once: Once,
    codes: KnownCodes,
    now: Now,
    body: RuleSetBody,
) -> Response:
    """In force from its day on for what is filed then; cases that were routed before stay where they are."""
    _check_maker(actor, body.institution_id)
    today = national_day(now)
    row = await operations.make(connection, body, codes, made_by=made_by(actor), today=today, now=now)
    headers = {"Location": f"/v1/routing-rules/{row['id']}"}
    return single(request, _whole(row), version=row["version"], status=201, headers=headers)


@routes.post(
    "/routing-rules/simulation",
    operation_id="simulate_routing_rules",
    summary="Try routing rules on past cases",
    response_model=SimulationResult,
)
async def simulate_routing_rules(
    actor: RuleMaker,
    connection: Snapshot,
    codes: KnownCodes,
    now: Now,
    chosen: Choice,
    body: Simulation,
    most: Annotated[int, Query(ge=1, le=simulation.MOST, description="Cases at most, the newest first")] = 2_000,
) -> Response:
    """Nothing is kept and no case is touched. The filter is that of the list of cases; protected ones never take part."""
    _check_maker(actor, body.institution_id)
    day = national_day(now)
    flaws = await operations.find_flaws(connection, body.rules, body.institution_id, codes, day)
    if flaws:
        raise Unprocessable(errors=flaws)
    documents = [rule.model_dump(mode="json") for rule in body.rules]
    rules = RuleSet(id=UUID(int=0), institution_id=body.institution_id, version=0, rules=read_rules(documents))
    rows = await simulation.find_past(connection, chosen, visible(CaseCaller(actor), now, content=True), most)
    found = await simulation.simulate(connection, rules, rows, most, day)
    return Response(encode(found), media_type=_JSON, headers=_PRIVATE)


@routes.get(
    "/complaints/{case_id}/routing",
    operation_id="get_complaint_routing",
    summary="Why a case was proposed to its unit",
    response_model=RoutingTraces,
)
async def get_routing(request: Request, case_id: UUID, caller: Reader, connection: Reading, now: Now) -> Response:
    """Each routing, the first one first: what the authority answered, which rules were asked and held. For officers alone."""
    row, roles = await seen(connection, case_id, caller, now)
    if shown.is_outside(roles):
        raise NotFound
    await access.note_reading(connection, row, caller, roles=roles, what="routing", now=now)
    found = await traces.find_traces(connection, case_id, content=sees_content(roles, row))
    return single(request, {"items": found}, version=row["version"])


def _sees(actor: Actor, institution_id: UUID | None) -> bool:
    institutions = seen_institutions(actor)
    return institution_id is None or institutions is None or institution_id in institutions


def _check_maker(actor: Actor, institution_id: UUID | None) -> None:
    if not may_make(actor, institution_id):
        raise Forbidden if institution_id is None else NotFound


def _summary(row: Row) -> dict[str, object]:
    made = row["made_by"]
    return {name: row[name] for name in _SUMMARY} | {"made_by": {name: made[name] for name in ("person_id", "role")}}


def _whole(row: Row) -> dict[str, object]:
    return {
        **_summary(row),
        "rule_count": len(row["rules"]),
        "rules": [{"assigns": False} | rule for rule in row["rules"]],
    }
