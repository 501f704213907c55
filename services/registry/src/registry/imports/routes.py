"""`/v1/imports/registry`: a file in, what becomes of it, and a way back until it is written."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from chassis.data.transactions import Reading, Transaction
from chassis.http.idempotency import Once
from chassis.http.routing import router
from chassis.http.versions import MayMatch, single
from chassis.imports.wire import FORMS, form_of
from chassis.ops.clock import Now
from registry.imports import operations, queries
from registry.imports.rows import KINDS, ordered_columns
from registry.imports.schemas import Import, Kind
from registry.rights import Manager

_COLUMNS = "; ".join(f"{kind}: {', '.join(ordered_columns(kind))}" for kind in KINDS)
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": (
            "At most 32 MiB, 200,000 rows and 64 columns. CSV in UTF-8, by commas or semicolons; of a workbook the first "
            "sheet. The first row names the columns (* must be there). Items of a list stand on lines or between bars. "
            f"Columns by kind: {_COLUMNS}"
        ),
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in FORMS},
    }
}

routes = router(tags=["imports"])


@routes.post(
    "/imports/registry",
    operation_id="import_registry",
    summary="Import a file",
    response_model=Import,
    status_code=202,
    openapi_extra=_BODY,
    responses={415: {"description": "not_a_spreadsheet"}},
)
async def import_registry(
    request: Request,
    actor: Manager,
    connection: Transaction,
    now: Now,
    _once: Once,
    kind: Annotated[Kind, Query(description="What the rows are")],
    dry_run: Annotated[bool, Query(description="Only check and report: nothing is written")] = False,
    institution: Annotated[
        UUID | None, Query(description="Whose rows without institution_code are; default the caller's only institution")
    ] = None,
    effective_on: Annotated[
        date | None, Query(description="From when what differs is so. Without it, it is corrected: it was always so")
    ] = None,
) -> Response:
    """All rows or none. The first row names the columns; an empty cell says nothing, so that what is registered stays.

    Items of a list stand on lines or between bars. Opening hours, locations, partners and special hours of a service are JSON in the
    form of `POST /v1/services`; so are the components of a standard, save for those that are a text, a list, a number or
    "3 working_day".
    """
    form = form_of(request.headers.get("content-type", ""))
    row = await operations.accept(
        connection,
        await request.body(),
        kind=kind,
        form=form,
        dry_run=dry_run,
        institution_id=institution,
        effective_on=effective_on,
        actor=actor,
        now=now,
    )
    headers = {"Location": f"/v1/imports/registry/{row['id']}"}
    return single(request, queries.shown(row), version=row["version"], status=202, headers=headers)


@routes.get(
    "/imports/registry/{import_id}", operation_id="get_registry_import", summary="An import", response_model=Import
)
async def get_registry_import(request: Request, actor: Manager, connection: Reading, import_id: UUID) -> Response:
    """Its state, and in the end its result: by row and column what is wrong, and how much became of it."""
    row = await operations.find_visible(connection, import_id, actor=actor)
    return single(request, queries.shown(row), version=row["version"])


@routes.delete(
    "/imports/registry/{import_id}",
    operation_id="cancel_registry_import",
    summary="Cancel an import",
    response_model=Import,
    responses={409: {"description": "already_finished"}},
)
async def cancel_registry_import(
    request: Request, actor: Manager, connection: Transaction, now: Now, expected: MayMatch, import_id: UUID
) -> Response:
    """Nothing of it is written. Once it is being written it can't be stopped any more: 409, and it will be done in moments."""
    row = await operations.cancel(connection, import_id, actor=actor, now=now, expected=expected)
    return single(request, queries.shown(row), version=row["version"])


async def work(app: FastAPI) -> None:
    """The service's own worker at imports."""
    await app.state.jobs.run()
