"""`/v1/institutions`: read by everybody; registered by the platform, changed by the institution's own people too."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Reading, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.identity import Public
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.streams import RESPONSES, Stream, stream_form, walking
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from registry.institutions import operations, queries
from registry.institutions.schemas import Institution, InstitutionPage, InstitutionPatch, NewInstitution
from registry.moments import AtMoment
from registry.rights import Manager
from registry.terms import KnownTerms

routes = router(tags=["institutions"])


@routes.get(
    "/institutions",
    operation_id="list_institutions",
    summary="Find institutions",
    response_model=InstitutionPage,
    responses=RESPONSES,
)
async def list_institutions(
    request: Request,
    _caller: Public,
    connection: Reading,
    moment: AtMoment,
    chosen: Annotated[Chosen, queries.FILTERS.dependency()],
) -> Response:
    """Institutions in force on a day, by name, kind, region or code."""
    if (form := stream_form(request)) is not None:
        find = partial(queries.find_institutions, moment=moment)
        return Stream(request, form, walking(form, chosen, find, queries.shown, Institution), name="institutions")
    page = await queries.find_institutions(connection, chosen, moment)
    return Response(encode(page.written([queries.shown(row) for row in page.rows])), media_type="application/json")


@routes.get(
    "/institutions/{institution_id}",
    operation_id="get_institution",
    summary="An institution",
    response_model=Institution,
)
async def get_institution(
    request: Request,
    _caller: Public,
    connection: Reading,
    moment: AtMoment,
    institution_id: UUID,
) -> Response:
    """The institution as of a day; without one, as it is today or was last."""
    row = await queries.find_institution(connection, institution_id, moment)
    if row is None:
        raise NotFound
    return single(request, queries.shown(row), version=row["version"])


@routes.post(
    "/institutions",
    operation_id="register_institution",
    summary="Register an institution",
    response_model=Institution,
    status_code=201,
    responses={409: {"description": "code_taken"}},
)
async def register_institution(
    request: Request,
    actor: Manager,
    connection: Transaction,
    terms: KnownTerms,
    now: Now,
    _once: Once,
    body: NewInstitution,
) -> Response:
    """A new institution, with those that supervise it."""
    row = await operations.register(connection, body.model_dump(), actor=actor, terms=terms, now=now)
    headers = {"Location": f"/v1/institutions/{row['id']}"}
    return single(request, queries.shown(row), version=row["version"], status=201, headers=headers)


@routes.patch(
    "/institutions/{institution_id}",
    operation_id="change_institution",
    summary="Change or correct an institution",
    response_model=Institution,
    responses={409: {"description": "still_in_use: `standing` counts what goes on there, and names the first"}},
)
async def change_institution(
    request: Request,
    actor: Manager,
    connection: Transaction,
    terms: KnownTerms,
    now: Now,
    expected: IfMatch,
    institution_id: UUID,
    body: InstitutionPatch,
) -> Response:
    """With `effective_on`, a new version from that day; without it, a correction. What was believed stays readable."""
    row = await operations.change(
        connection, institution_id, body.stated(), actor=actor, terms=terms, now=now, expected=expected
    )
    return single(request, queries.shown(row), version=row["version"])
