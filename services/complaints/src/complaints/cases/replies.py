"""The replies that show one case: read again in the transaction, for the caller, with its ETag."""

from datetime import datetime
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.http.versions import single
from complaints.cases import queries, shown
from complaints.cases.callers import CaseCaller
from complaints.cases.operations import Opened
from complaints.cases.visibility import roles_on


async def acted(
    request: Request, connection: Connection, opened: Opened, *, now: datetime, status: int = 201
) -> Response:
    """After a move: the case as it is now, for the one who made the move (who may have just handed it away)."""
    return await show(request, connection, opened.row["id"], opened.caller, before=opened.roles, now=now, status=status)


async def show(
    request: Request,
    connection: Connection,
    case_id: UUID,
    caller: CaseCaller,
    *,
    before: frozenset[str],
    now: datetime,
    status: int = 200,
) -> Response:
    """The case for a caller who had the roles `before`; what is allowed is asked of the roles that are left."""
    row = await queries.find_case(connection, case_id, now)
    assert row is not None
    left = roles_on(caller, row, row["ancestors"], now)
    content = shown.detail(row, left or before, request.state.language)
    if not left:
        content["allowed_actions"] = []
    headers = {"Location": f"/v1/complaints/{case_id}"} if status == 201 else {}
    return single(request, content, version=row["version"], status=status, headers=headers)
