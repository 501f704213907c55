"""`/v1/calendars`, `/v1/working-days`: read by everybody; changed by the platform, a region's layer by its own government."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import Path, Query, Request
from starlette.responses import Response

from chassis.data.transactions import Reading, Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.identity import Public
from chassis.http.models import RegionCode
from chassis.http.pages import PartOfList
from chassis.http.problems import BadRequest, Flaw, NotFound
from chassis.http.routing import router
from chassis.http.versions import FOREVER, MatchToReplace, encode, single
from chassis.ops.clock import Now
from directory.zones import DEFAULT_ZONE, iana_name
from registry.calendars import operations, queries
from registry.calendars.days import MOST_DAYS, SPAN, shown_day
from registry.calendars.schemas import Calendar, CalendarDocument, CalendarPage, CalendarVersions, WorkingDays
from registry.moments import OnDay
from registry.rights import Manager

CalendarCode = Annotated[str, Path(max_length=100, pattern=r"^[a-z0-9][a-z0-9._-]*$")]


routes = router(tags=["calendars"])


@routes.get("/calendars", operation_id="list_calendars", summary="Find calendars", response_model=CalendarPage)
async def list_calendars(
    _caller: Public,
    connection: Reading,
    _moment: OnDay,
    chosen: Annotated[Chosen, queries.FILTERS.dependency()],
) -> Response:
    """The versions in force. Each tells of all days, so that `as_of` changes nothing."""
    page = await queries.FILTERS.page(connection, chosen, queries.LISTED)
    return Response(encode(page.written([dict(row) for row in page.rows])), media_type="application/json")


@routes.get("/calendars/{code}", operation_id="get_calendar", summary="A calendar", response_model=Calendar)
async def get_calendar(
    request: Request,
    _caller: Public,
    connection: Reading,
    _moment: OnDay,
    code: CalendarCode,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="An earlier version")] = None,
) -> Response:
    """The version in force, or the one named."""
    if version is not None:
        document = await queries.find_version(connection, code, version)
        if document is None:
            raise NotFound
        return single(request, document, version=version, cache=FOREVER)
    row = await queries.find_calendar(connection, code)
    if row is None:
        raise NotFound
    return single(request, dict(row), version=row["version"])


@routes.get(
    "/calendars/{code}/versions",
    operation_id="list_calendar_versions",
    summary="The versions of a calendar",
    response_model=CalendarVersions,
)
async def list_calendar_versions(
    _caller: Public, connection: Reading, _moment: OnDay, code: CalendarCode, part: PartOfList
) -> Response:
    """Each by the decree that it rests on; one is read by `?version=`. Each tells of all days, so that `as_of` changes nothing."""
    rows = await queries.find_versions(connection, code)
    if not rows:
        raise NotFound
    content = part.of([dict(row) for row in rows], key="version")
    return Response(encode(content), media_type="application/json")


@routes.get(
    "/working-days",
    operation_id="list_working_days",
    summary="Which days are worked somewhere",
    response_model=WorkingDays,
)
async def list_working_days(
    request: Request,
    _caller: Public,
    connection: Snapshot,
    _moment: OnDay,
    first: Annotated[date, Query(alias="from", description="The first day")],
    until: Annotated[date, Query(alias="to", description=f"The day after the last, at most {MOST_DAYS} later")],
    region: Annotated[RegionCode | None, Query(description="Where; default by the national calendar alone")] = None,
) -> Response:
    """By the national calendar and the layers of the region and all that it lies in: what terms are counted by there.

    The days are those that are named: `as_of` changes nothing.
    """
    if not 0 < (until - first).days <= MOST_DAYS:
        raise BadRequest(SPAN, errors=[Flaw("query/to", "span", SPAN)])
    place = await queries.find_region(connection, region) if region else None
    if region is not None and place is None:
        raise NotFound
    layers = await queries.find_layers(connection, region)
    zone = iana_name((place and place["time_zone"]) or DEFAULT_ZONE)
    calendar = queries.laid(layers, zone)
    content = {
        "time_zone": zone,
        "layers": [{name: row[name] for name in ("code", "version", "region_code")} for row in layers],
        "items": [shown_day(calendar, first + timedelta(days=after)) for after in range((until - first).days)],
    }
    return single(request, content, version=0)  # it is of several calendars' versions: the tag's hash tells them apart


@routes.put("/calendars/{code}", operation_id="put_calendar", summary="Put a calendar", response_model=Calendar)
async def put_calendar(
    request: Request,
    actor: Manager,
    connection: Transaction,
    code: CalendarCode,
    document: CalendarDocument,
    expected: MatchToReplace,
    now: Now,
) -> Response:
    """A decree changed the year: the whole calendar as a new version. Open deadlines are computed anew from its fact.

    The platform puts any calendar; a local government the layer of its own region. A calendar whose code is that of an
    institution holds that institution's own days and hours, over those of its region: the platform alone puts it, so that nobody
    lengthens their own terms.
    """
    content = {**document.model_dump(mode="json"), "code": code}
    row = await operations.put_by(connection, content, actor=actor, now=now, expected=expected)
    return single(request, row, version=row["version"])
