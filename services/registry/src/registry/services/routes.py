"""`/v1/services`: the catalogue, read by everybody; written by the institution's people and, in their subtree, heads of units."""

from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from chassis.data.statements import Row
from chassis.data.transactions import Reading, Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.problems import BadRequest, Flaw, NotFound
from chassis.http.routing import router
from chassis.http.streams import RESPONSES, Stream, stream_form, walking
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from directory.zones import iana_name
from registry.calendars.days import MOST_DAYS, SPAN
from registry.calendars.queries import find_layers, laid
from registry.moments import OnDay
from registry.rights import Anyone, Contributor, reach_of_drafts
from registry.services import operations, queries
from registry.services.lists import FILTERS
from registry.services.openings import open_day
from registry.services.schemas import Activation, Deactivation, NewService, OpenDays, Service, ServicePage, ServicePatch
from registry.terms import KnownTerms

_STATE: dict[int | str, dict[str, Any]] = {409: {"description": "state_forbids"}}

routes = router(tags=["services"])


def _reply(request: Request, row: Row, *, status: int = 200) -> Response:
    headers = {"Location": f"/v1/services/{row['id']}"} if status == 201 else None
    return single(request, queries.shown(row), version=row["version"], status=status, headers=headers)


@routes.get(
    "/services",
    operation_id="list_services",
    summary="Find services",
    response_model=ServicePage,
    responses=RESPONSES,
)
async def list_services(
    request: Request,
    actor: Anyone,
    connection: Snapshot,
    moment: OnDay,
    chosen: Annotated[Chosen, FILTERS.dependency()],
) -> Response:
    """By words, place, life event, target group and more; with `as_of`, those that were offered on the day.

    Drafts are listed for who works on them: the institution's people and systems, each within reach, and the platform.
    """
    drafts = reach_of_drafts(actor)
    if (form := stream_form(request)) is not None:
        find = partial(queries.find_services, moment=moment, drafts=drafts)
        return Stream(request, form, walking(form, chosen, find, queries.shown, Service), name="services")
    page = await queries.find_services(connection, chosen, moment, drafts=drafts)
    return Response(encode(page.written([queries.shown(row) for row in page.rows])), media_type="application/json")


@routes.get("/services/{service_id}", operation_id="get_service", summary="A service", response_model=Service)
async def get_service(
    request: Request, actor: Anyone, connection: Reading, moment: OnDay, service_id: UUID
) -> Response:
    """Whatever its state, but a draft for who works on it alone; with `as_of`, if it was offered on the day."""
    row = await queries.find_seen_service(connection, service_id, moment, drafts=reach_of_drafts(actor))
    if row is None:
        raise NotFound
    return _reply(request, row)


@routes.get(
    "/services/{service_id}/opening-hours",
    operation_id="list_opening_hours",
    summary="When a service is open",
    response_model=OpenDays,
)
async def list_opening_hours(
    request: Request,
    actor: Anyone,
    connection: Snapshot,
    service_id: UUID,
    moment: OnDay,
    first: Annotated[date, Query(alias="from", description="The first day")],
    until: Annotated[date, Query(alias="to", description=f"The day after the last, at most {MOST_DAYS} later")],
) -> Response:
    """Day by day: its hours of the week, closed on holidays of the nation, the region and the institution itself unless it
    says otherwise.

    With `as_of`, if it was offered on the day.
    """
    if not 0 < (until - first).days <= MOST_DAYS:
        raise BadRequest(SPAN, errors=[Flaw("query/to", "span", SPAN)])
    row = await queries.find_seen_service(connection, service_id, moment, drafts=reach_of_drafts(actor))
    place = await queries.find_provider(connection, service_id)
    if row is None or place is None:
        raise NotFound
    zone = iana_name(place["time_zone"])
    calendar = laid(await find_layers(connection, place["region_code"], own=place["code"]), zone)
    days = [first + timedelta(days=after) for after in range((until - first).days)]
    content = {"time_zone": zone, "items": [open_day(row, calendar, day) for day in days]}
    return single(request, content, version=row["version"])


@routes.post(
    "/services",
    operation_id="enter_service",
    summary="Enter a service into the catalogue",
    response_model=Service,
    status_code=201,
    responses={409: {"description": "code_taken"}},
)
async def enter_service(
    request: Request,
    actor: Contributor,
    connection: Transaction,
    terms: KnownTerms,
    now: Now,
    _once: Once,
    body: NewService,
) -> Response:
    """A draft, until it is activated."""
    row = await operations.enter(connection, body.model_dump(), actor=actor, terms=terms, now=now)
    return _reply(request, row, status=201)


@routes.patch(
    "/services/{service_id}",
    operation_id="change_service",
    summary="Change a service",
    response_model=Service,
    responses={409: {"description": "code_taken"}},
)
async def change_service(
    request: Request,
    actor: Contributor,
    connection: Transaction,
    terms: KnownTerms,
    now: Now,
    expected: IfMatch,
    service_id: UUID,
    body: ServicePatch,
) -> Response:
    """Lists are replaced as a whole."""
    row = await operations.change(
        connection, service_id, body.stated(), actor=actor, terms=terms, now=now, expected=expected
    )
    return _reply(request, row)


@routes.post(
    "/services/{service_id}/activation",
    operation_id="activate_service",
    summary="Activate a service",
    response_model=Service,
    responses=_STATE,
)
async def activate_service(
    request: Request,
    actor: Contributor,
    connection: Transaction,
    now: Now,
    _once: Once,
    expected: IfMatch,
    service_id: UUID,
    body: Activation = Activation(),
) -> Response:
    """It needs a legal basis; goods and services also the route of their funding, unless the provider's kind leaves no choice.

    At a unit that ends it is offered until then at most (`active_until`). Of a service with an end to come, that end is taken back.
    """
    row = await operations.activate(
        connection,
        service_id,
        effective_on=body.effective_on,
        until=body.active_until,
        actor=actor,
        now=now,
        expected=expected,
    )
    return _reply(request, row)


@routes.post(
    "/services/{service_id}/deactivation",
    operation_id="deactivate_service",
    summary="Deactivate a service",
    response_model=Service,
    responses=_STATE,
)
async def deactivate_service(
    request: Request,
    actor: Contributor,
    connection: Transaction,
    now: Now,
    _once: Once,
    expected: IfMatch,
    service_id: UUID,
    body: Deactivation = Deactivation(),
) -> Response:
    """It stays in the catalogue, and may be activated again. Until a day to come it stays active."""
    row = await operations.deactivate(
        connection, service_id, effective_on=body.effective_on, actor=actor, now=now, expected=expected
    )
    return _reply(request, row)
