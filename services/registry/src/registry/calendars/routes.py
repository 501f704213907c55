"""`/v1/calendars`: read by everybody; changed by whoever holds `registry:write` for the platform."""

from typing import Annotated

from fastapi import Path, Query, Request
from starlette.responses import Response

from chassis.data.transactions import Reading, Transaction
from chassis.http.filters import Chosen
from chassis.http.identity import Caller, Public, scoped
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import FOREVER, MayMatch, encode, single
from chassis.ops.clock import Now
from registry.calendars import operations, queries
from registry.calendars.schemas import Calendar, CalendarDocument, CalendarPage
from registry.moments import OnDay

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
    version: Annotated[int | None, Query(ge=1, description="An earlier version")] = None,
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


@routes.put("/calendars/{code}", operation_id="put_calendar", summary="Put a calendar", response_model=Calendar)
async def put_calendar(
    request: Request,
    _caller: Annotated[Caller, scoped("registry:write", "platform:admin")],
    connection: Transaction,
    code: CalendarCode,
    document: CalendarDocument,
    expected: MayMatch,
    now: Now,
) -> Response:
    """A decree changed the year: the whole calendar as a new version. Open deadlines are computed anew from its fact."""
    content = {**document.model_dump(mode="json"), "code": code}
    row = await operations.put_calendar(connection, content, now=now, expected=expected)
    return single(request, row, version=row["version"])
