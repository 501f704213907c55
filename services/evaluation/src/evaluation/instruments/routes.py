"""`/v1/instruments`: open to all; a new version is added by the platform's administrators."""

from typing import Annotated

from fastapi import Path, Request
from starlette.responses import Response

from chassis.data.transactions import Reading, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.identity import Public
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import encode, single
from chassis.ops.clock import Now
from directory.access import acting
from directory.roles import NATIONAL_ADMIN, Actor
from evaluation.instruments import operations, queries
from evaluation.instruments.schemas import Instrument, InstrumentPage, NewInstrument

routes = router(tags=["instruments"])


@routes.post(
    "/instruments",
    operation_id="add_instrument",
    summary="Add a version of an instrument",
    status_code=201,
    response_model=Instrument,
    responses={409: {"description": "instrument_exists"}, 422: {"description": "instrument_invalid"}},
)
async def add_instrument(
    request: Request,
    instrument: NewInstrument,
    _actor: Annotated[Actor, acting(NATIONAL_ADMIN, scope="platform:admin")],
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """A version stands beside those before it: campaigns keep the one that they began with. Refused with every reason."""
    vocabularies = request.app.state.vocabularies
    row = await operations.add_instrument(connection, instrument, vocabularies=vocabularies, now=now)
    headers = {"Location": f"/v1/instruments/{row['code']}/{row['version']}"}
    return single(request, operations.written(row), version=1, status=201, headers=headers)


@routes.get(
    "/instruments",
    operation_id="list_instruments",
    summary="Instruments and their versions",
    response_model=InstrumentPage,
)
async def list_instruments(
    _caller: Public, connection: Reading, chosen: Annotated[Chosen, queries.FILTERS.dependency()]
) -> Response:
    """Every version, by code and number."""
    page = await queries.FILTERS.page(connection, chosen, queries.LISTED)
    return Response(encode(page.written([dict(row) for row in page.rows])), media_type="application/json")


@routes.get(
    "/instruments/{code}/{version}",
    operation_id="get_instrument",
    summary="A version of an instrument",
    response_model=Instrument,
)
async def get_instrument(
    request: Request,
    code: str,
    version: Annotated[int, Path(ge=1, le=100_000)],
    _caller: Public,
    connection: Reading,
) -> Response:
    """Aspects, forms, weights, rubrics and grades."""
    row = await queries.find_row(connection, code, version)
    if row is None:
        raise NotFound
    return single(request, operations.written(row), version=1)
