"""`/v1/units`: the tree of an institution, read by everybody, changed by the institution's own people."""

from functools import partial
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
from chassis.http.streams import RESPONSES, Stream, stream_form, walking
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from registry.moments import AtMoment
from registry.rights import Manager
from registry.terms import KnownTerms
from registry.units import operations, queries
from registry.units.schemas import Ancestors, Descendants, NewUnit, Unit, UnitPage, UnitPatch

routes = router(tags=["units"])


@routes.get(
    "/units",
    operation_id="list_units",
    summary="Find units",
    response_model=UnitPage,
    responses=RESPONSES,
)
async def list_units(
    request: Request,
    _caller: Public,
    connection: Reading,
    moment: AtMoment,
    chosen: Annotated[Chosen, queries.FILTERS.dependency()],
) -> Response:
    """Units in force on a day; `unit=…&scope=subtree` for a unit with everything below it."""
    if (form := stream_form(request)) is not None:
        find = partial(queries.find_units, moment=moment)
        return Stream(request, form, walking(form, chosen, find, queries.shown, Unit), name="units")
    page = await queries.find_units(connection, chosen, moment)
    return Response(encode(page.written([queries.shown(row) for row in page.rows])), media_type="application/json")


@routes.get("/units/{unit_id}", operation_id="get_unit", summary="A unit", response_model=Unit)
async def get_unit(request: Request, _caller: Public, connection: Reading, moment: AtMoment, unit_id: UUID) -> Response:
    """The unit as of a day; without one, as it is today or was last."""
    row = await queries.find_unit(connection, unit_id, moment)
    if row is None:
        raise NotFound
    return single(request, queries.shown(row), version=row["version"])


@routes.get(
    "/units/{unit_id}/ancestors",
    operation_id="list_unit_ancestors",
    summary="The units above a unit",
    response_model=Ancestors,
)
async def list_ancestors(_caller: Public, connection: Reading, moment: AtMoment, unit_id: UUID) -> Response:
    """Nearest first; without the unit itself."""
    line = await queries.find_line(connection, unit_id, moment)
    if not line:
        raise NotFound
    items = [queries.shown_relative(row) for row in line[1:]]
    return Response(encode({"items": items, "next": None}), media_type="application/json")


@routes.get(
    "/units/{unit_id}/descendants",
    operation_id="list_unit_descendants",
    summary="The units below a unit",
    response_model=Descendants,
)
async def list_descendants(
    _caller: Public,
    connection: Snapshot,
    moment: AtMoment,
    unit_id: UUID,
    chosen: Annotated[Chosen, queries.DESCENDANT_FILTERS.dependency()],
) -> Response:
    """At any distance, nearest first; without the unit itself."""
    if await queries.find_institution_id(connection, unit_id) is None:
        raise NotFound
    page = await queries.find_descendants(connection, unit_id, chosen, moment)
    items = [queries.shown_relative(row) for row in page.rows]
    return Response(encode(page.written(items)), media_type="application/json")


@routes.post(
    "/units",
    operation_id="establish_unit",
    summary="Establish a unit",
    response_model=Unit,
    status_code=201,
    responses={409: {"description": "code_taken"}},
)
async def establish_unit(
    request: Request,
    actor: Manager,
    connection: Transaction,
    terms: KnownTerms,
    now: Now,
    _once: Once,
    body: NewUnit,
) -> Response:
    """A new unit, at the top of its institution or below another of its units."""
    row = await operations.establish(connection, body.model_dump(), actor=actor, terms=terms, now=now)
    headers = {"Location": f"/v1/units/{row['id']}"}
    return single(request, queries.shown(row), version=row["version"], status=201, headers=headers)


@routes.patch(
    "/units/{unit_id}",
    operation_id="change_unit",
    summary="Change, move, correct or end a unit",
    response_model=Unit,
    responses={
        409: {"description": "code_taken; still_in_use: `standing` counts what goes on there, and names the first"}
    },
)
async def change_unit(
    request: Request,
    actor: Manager,
    connection: Transaction,
    terms: KnownTerms,
    now: Now,
    expected: IfMatch,
    unit_id: UUID,
    body: UnitPatch,
) -> Response:
    """With `effective_on`, a new version from that day; without it, a correction. What was believed stays readable."""
    row = await operations.change(
        connection, unit_id, body.stated(), actor=actor, terms=terms, now=now, expected=expected
    )
    return single(request, queries.shown(row), version=row["version"])
