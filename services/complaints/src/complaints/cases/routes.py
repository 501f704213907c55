"""`/v1/complaints`: list, detail, timeline, custody, access log. What a caller may not know of is 404."""

from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.data.transactions import Reading
from chassis.http.problems import Forbidden, NotFound
from chassis.http.routing import router
from chassis.http.streams import RESPONSES, Stream, stream_form
from chassis.http.versions import encode, single
from chassis.ops.clock import Now
from complaints.cases import access, queries, shown
from complaints.cases.callers import CaseCaller
from complaints.cases.rights import Reader
from complaints.cases.schemas import Case, CasePage, Custody, Timeline
from complaints.cases.visibility import CONTRIBUTOR, roles_on

routes = router(tags=["complaints"])
_JSON = "application/json"
_PRIVATE = {"Cache-Control": "private, no-cache"}


async def seen(
    connection: Connection, case_id: UUID, caller: CaseCaller, now: Now, *, cooperating: bool = False
) -> tuple[Row, frozenset[str]]:
    """The case and the caller's roles on it. Raises NotFound where there are none.

    Forbidden for an officer of a unit that only cooperates, unless what is read is also for these (`cooperating`).
    """
    row = await queries.find_case(connection, case_id, now)
    roles = frozenset[str]() if row is None else roles_on(caller, row, row["ancestors"], now)
    if row is None or not roles:
        raise NotFound
    if roles == {CONTRIBUTOR} and not cooperating:
        raise Forbidden
    return row, roles


@routes.get(
    "/complaints", operation_id="list_complaints", summary="Find cases", response_model=CasePage, responses=RESPONSES
)
async def list_complaints(
    request: Request, caller: Reader, connection: Reading, now: Now, chosen: queries.Choice
) -> Response:
    """The cases that the caller's roles reach; a citizen's own. The same filter gives the same rows everywhere."""
    if (form := stream_form(request)) is not None:
        return Stream(request, form, queries.stream_cases(form, chosen, caller, now), name="complaints")
    page = await queries.list_cases(connection, chosen, caller, now)
    return Response(encode(page.written([shown.summary(row) for row in page.rows])), media_type=_JSON, headers=_PRIVATE)


@routes.get("/complaints/{case_id}", operation_id="get_complaint", summary="A case", response_model=Case)
async def get_complaint(request: Request, case_id: UUID, caller: Reader, connection: Reading, now: Now) -> Response:
    """One case with what the caller may do now. Reading a confidential or protected one is logged."""
    row, roles = await seen(connection, case_id, caller, now, cooperating=True)
    await access.note_reading(connection, row, caller, roles=roles, what="detail", now=now)
    return single(request, shown.detail(row, roles, request.state.language), version=row["version"])


@routes.get(
    "/complaints/{case_id}/timeline",
    operation_id="get_complaint_timeline",
    summary="What happened to a case",
    response_model=Timeline,
)
async def get_timeline(request: Request, case_id: UUID, caller: Reader, connection: Reading, now: Now) -> Response:
    """The history, oldest first. The reporter reads what is meant for them."""
    row, roles = await seen(connection, case_id, caller, now)
    await access.note_reading(connection, row, caller, roles=roles, what="timeline", now=now)
    entries = await queries.find_shown_timeline(connection, row, roles)
    return single(request, {"items": entries}, version=row["version"])


@routes.get(
    "/complaints/{case_id}/custody",
    operation_id="get_complaint_custody",
    summary="Who held a case when",
    response_model=Custody,
)
async def get_custody(request: Request, case_id: UUID, caller: Reader, connection: Reading, now: Now) -> Response:
    """The holders, oldest first, without a gap. Of a protected case its reporter isn't told."""
    row, roles = await seen(connection, case_id, caller, now)
    if row["custody"] == "protected" and shown.is_outside(roles):
        raise NotFound
    intervals = [dict(interval) for interval in await queries.find_custody(connection, case_id)]
    if shown.is_outside(roles):
        intervals = [{**interval, "person_id": None} for interval in intervals]
    return single(request, {"items": intervals}, version=row["version"])
