"""`/v1/imports/complaints`: a recap from SP4N-LAPOR! in, what becomes of it, and a way back until it is written."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from chassis.data.transactions import Reading, Transaction
from chassis.http.idempotency import Once
from chassis.http.routing import router
from chassis.http.versions import MayMatch, single
from chassis.imports.wire import FORMS, form_of
from chassis.ops.clock import Now
from complaints.cases.rights import ACT
from complaints.recaps import operations, queries
from complaints.recaps.schemas import Import, Kind
from complaints.recaps.words import COLUMNS
from directory.access import acting
from directory.roles import Actor

_NAMES: dict[str, list[str]] = {}
for _written, _name in COLUMNS.items():
    _NAMES.setdefault(_name, []).append(_written)
_COLUMNS = "; ".join(f"{name}: {', '.join(written)}" for name, written in _NAMES.items())
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": (
            "At most 32 MiB, 200,000 rows and 64 columns. CSV in UTF-8, by commas or semicolons; of a workbook the first "
            "sheet. The first row names the columns as LAPOR! or agencies do, whatever their capitals and blanks; number, status and "
            f"date of receipt must be there, others aren't read. Names by what they mean: {_COLUMNS}"
        ),
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in FORMS},
    }
}
Keeper = Annotated[Actor, acting(*operations.ROLES, scope=ACT)]

routes = router(tags=["imports"])


@routes.post(
    "/imports/complaints",
    operation_id="import_complaints",
    summary="Import a recap of SP4N-LAPOR!",
    response_model=Import,
    status_code=202,
    openapi_extra=_BODY,
    responses={415: {"description": "not_a_spreadsheet"}},
)
async def import_complaints(
    request: Request,
    actor: Keeper,
    connection: Transaction,
    now: Now,
    _once: Once,
    kind: Annotated[Kind, Query(description="What the file is")] = "lapor_recap",
    dry_run: Annotated[bool, Query(description="Only check and report: nothing is written")] = False,
    institution: Annotated[UUID | None, Query(description="Whose recap; default the caller's only institution")] = None,
) -> Response:
    """All rows or none. They make statistics whole (`source=lapor`) and never become cases; of a number that is known already,
    the newer row stands. Reporters' names and texts aren't read."""
    form = form_of(request.headers.get("content-type", ""))
    row = await operations.accept(
        connection,
        await request.body(),
        kind=kind,
        form=form,
        dry_run=dry_run,
        institution_id=institution,
        actor=actor,
        now=now,
    )
    headers = {"Location": f"/v1/imports/complaints/{row['id']}"}
    return single(request, queries.shown(row), version=row["version"], status=202, headers=headers)


@routes.get(
    "/imports/complaints/{import_id}",
    operation_id="get_complaints_import",
    summary="An import of a recap",
    response_model=Import,
)
async def get_complaints_import(request: Request, actor: Keeper, connection: Reading, import_id: UUID) -> Response:
    """Its state, and in the end its result: by row and column what is wrong, and how much became of it."""
    row = await operations.find_visible(connection, import_id, actor=actor)
    return single(request, queries.shown(row), version=row["version"])


@routes.delete(
    "/imports/complaints/{import_id}",
    operation_id="cancel_complaints_import",
    summary="Cancel an import of a recap",
    response_model=Import,
    responses={409: {"description": "already_finished"}},
)
async def cancel_complaints_import(
    request: Request, actor: Keeper, connection: Transaction, now: Now, expected: MayMatch, import_id: UUID
) -> Response:
    """Nothing of it is written. Once it is being written it can't be stopped any more: 409, and it will be done in moments."""
    row = await operations.cancel(connection, import_id, actor=actor, now=now, expected=expected)
    return single(request, queries.shown(row), version=row["version"])
