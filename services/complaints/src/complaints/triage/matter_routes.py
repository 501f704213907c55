"""`/v1/complaints/{id}/merge`, `/split` and `/parts`."""

from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Snapshot, Transaction
from chassis.http.idempotency import Once
from chassis.http.problems import Forbidden
from chassis.http.routing import router
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from complaints.cases import queries, shown
from complaints.cases.operations import open_case
from complaints.cases.replies import acted
from complaints.cases.rights import Keys, Reader, Staff
from complaints.cases.routes import seen
from complaints.cases.schemas import Case
from complaints.cases.visibility import REPORTER
from complaints.codes import KnownCodes
from complaints.reporters.codes import access_pin
from complaints.triage import merging, splitting
from complaints.triage.matters import Merge, Parts, Split, SplitCase

routes = router(tags=["triage"])


@routes.post(
    "/complaints/{case_id}/merge",
    operation_id="merge_complaint",
    summary="Merge a case into another",
    response_model=Case,
    status_code=201,
    responses={409: {"description": "move_not_allowed, parent_not_open, paths_differ"}},
)
async def merge(
    request: Request,
    case_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    body: Merge,
) -> Response:
    """The same matter: this case's reporter keeps code, PIN and rating, and follows what happens to the other."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="merge", now=now)
    await merging.merge(connection, opened, body, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/split",
    operation_id="split_complaint",
    summary="Split a case into its matters",
    response_model=SplitCase,
    status_code=201,
)
async def split(
    request: Request,
    case_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    codes: KnownCodes,
    keys: Keys,
    body: Split,
) -> Response:
    """The case keeps the first matter. The reporter finds a code and a PIN for each other at `/parts`."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="split", now=now)
    after, parts = await splitting.split(connection, opened, body, codes=codes, keys=keys, now=now)
    row = await queries.find_case(connection, case_id, now)
    assert row is not None
    content = {**shown.detail(row, opened.roles, request.state.language), "part_ids": parts}
    headers = {"Location": f"/v1/complaints/{case_id}/parts"}
    return single(request, content, version=after["version"], status=201, headers=headers)


@routes.get(
    "/complaints/{case_id}/parts",
    operation_id="list_complaint_parts",
    summary="The cases split off a case",
    response_model=Parts,
)
async def list_parts(case_id: UUID, caller: Reader, connection: Snapshot, now: Now, keys: Keys) -> Response:
    """For the reporter with the code and PIN of each. Officers are named the ids alone; what they may read of them is asked there."""
    _row, roles = await seen(connection, case_id, caller, now)
    reporter = REPORTER in roles and caller.actor.kind != "client"
    if not reporter and shown.is_outside(roles):
        raise Forbidden
    items = [
        {
            "id": part["id"],
            "tracking_code": part["tracking_code"] if reporter else None,
            "access_pin": access_pin(keys.pin, part["id"]) if reporter else None,
        }
        for part in await splitting.find_parts(connection, case_id)
    ]
    return Response(encode({"items": items}), media_type="application/json", headers={"Cache-Control": "no-store"})
