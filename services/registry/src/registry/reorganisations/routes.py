"""`/v1/reorganisations`, and the lineages that they leave."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Reading, Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.identity import Public
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import encode, single
from chassis.ops.clock import Now
from registry.moments import OnDay
from registry.reorganisations import lineage, operations, queries
from registry.reorganisations.replies import Lineage, Preview, Reorganisation, ReorganisationPage
from registry.reorganisations.schemas import NewReorganisation
from registry.reorganisations.steps import Kind
from registry.rights import Manager
from registry.terms import KnownTerms

routes = router(tags=["reorganisations"])


@routes.get(
    "/reorganisations",
    operation_id="list_reorganisations",
    summary="Find reorganisations",
    response_model=ReorganisationPage,
)
async def list_reorganisations(
    _caller: Public, connection: Reading, chosen: Annotated[Chosen, queries.FILTERS.dependency()]
) -> Response:
    """Declared and effected ones, the latest first."""
    page = await queries.find_reorganisations(connection, chosen)
    return Response(encode(page.written([queries.summary(row) for row in page.rows])), media_type="application/json")


@routes.get(
    "/reorganisations/{reorganisation_id}",
    operation_id="get_reorganisation",
    summary="A reorganisation",
    response_model=Reorganisation,
)
async def get_reorganisation(
    request: Request, _caller: Public, connection: Reading, reorganisation_id: UUID
) -> Response:
    """With its steps as they were declared and everything that followed."""
    row = await queries.find_reorganisation(connection, reorganisation_id)
    if row is None:
        raise NotFound
    return single(request, queries.shown(row), version=row["version"])


@routes.post(
    "/reorganisations",
    operation_id="declare_reorganisation",
    summary="Declare a reorganisation",
    response_model=Reorganisation,
    status_code=201,
    responses={409: {"description": "still_in_use, code_taken"}, 422: {"description": "not_feasible"}},
)
async def declare_reorganisation(
    request: Request,
    actor: Manager,
    connection: Transaction,
    terms: KnownTerms,
    now: Now,
    _once: Once,
    body: NewReorganisation,
) -> Response:
    """All of its steps at once, or none. On a later day: recorded now, effective then."""
    row = await operations.declare(connection, body, actor=actor, terms=terms, now=now)
    headers = {"Location": f"/v1/reorganisations/{row['id']}"}
    return single(request, queries.shown(row), version=row["version"], status=201, headers=headers)


@routes.post(
    "/reorganisations/preview",
    operation_id="preview_reorganisation",
    summary="What a reorganisation would do",
    response_model=Preview,
    responses={409: {"description": "still_in_use, code_taken"}, 422: {"description": "not_feasible"}},
)
async def preview_reorganisation(
    actor: Manager, connection: Transaction, terms: KnownTerms, now: Now, body: NewReorganisation
) -> Response:
    """The consequences, or every reason against it; nothing is written."""
    found = await operations.preview(connection, body, actor=actor, terms=terms, now=now)
    shown = {"established": found.established, "consequences": found.consequences}
    return Response(encode(shown), media_type="application/json")


@routes.get(
    "/units/{unit_id}/lineage",
    operation_id="get_unit_lineage",
    summary="Where a unit comes from and goes to",
    response_model=Lineage,
)
async def get_unit_lineage(_caller: Public, connection: Snapshot, moment: OnDay, unit_id: UUID) -> Response:
    """Both ways and at any distance; `allocation` says who holds its totals on the day."""
    return await _lineage(connection, moment, "unit", unit_id)


@routes.get(
    "/institutions/{institution_id}/lineage",
    operation_id="get_institution_lineage",
    summary="Where an institution comes from and goes to",
    response_model=Lineage,
)
async def get_institution_lineage(
    _caller: Public, connection: Snapshot, moment: OnDay, institution_id: UUID
) -> Response:
    """Both ways and at any distance; `allocation` says who holds its totals on the day."""
    return await _lineage(connection, moment, "institution", institution_id)


async def _lineage(connection: Snapshot, moment: OnDay, kind: Kind, identity: UUID) -> Response:
    found = await lineage.find_lineage(connection, kind, identity, moment.day)
    if found is None:
        raise NotFound
    return Response(encode(found), media_type="application/json")
