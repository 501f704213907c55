"""`/v1/ethics-values`, `/v1/conduct-rules`, `/v1/sanctions`: what is in force today, or was on a day; open to all."""

from datetime import date
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.transactions import Reading
from chassis.http.identity import Public
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import single
from chassis.ops.clock import Now
from directory.zones import national_day
from evaluation.ethics.catalogue_schemas import ConductRules, EthicsValues, SanctionCatalogue
from evaluation.ethics.catalogues import CatalogueCode
from evaluation.ethics.queries import find_catalogue

routes = router(tags=["ethics"])

OnDay = Annotated[date | None, Query(description="The version in force on this day; default today")]


async def _reply(request: Request, connection: Connection, code: CatalogueCode, day: date) -> Response:
    document = await find_catalogue(connection, code, day)
    if document is None:
        raise NotFound
    shown = {name: value for name, value in document.items() if name not in ("mark", "note")}
    return single(request, shown, version=document["version"], cache="public, max-age=300")


@routes.get(
    "/ethics-values",
    operation_id="get_ethics_values",
    summary="The values of the code of ethics",
    response_model=EthicsValues,
)
async def get_values(request: Request, _caller: Public, connection: Reading, now: Now, on: OnDay = None) -> Response:
    """The values with the scale on which they are assessed. Which they are is data: the seven of the code by default."""
    return await _reply(request, connection, "values", on or national_day(now))


@routes.get(
    "/conduct-rules", operation_id="get_conduct_rules", summary="The rules of conduct", response_model=ConductRules
)
async def get_conduct_rules(
    request: Request, _caller: Public, connection: Reading, now: Now, on: OnDay = None
) -> Response:
    """The 15 rules of conduct of UU 25/2009 art. 34, the checklist of ethics assessments."""
    return await _reply(request, connection, "conduct_rules", on or national_day(now))


@routes.get(
    "/sanctions", operation_id="get_sanctions", summary="Sanctions by legal regime", response_model=SanctionCatalogue
)
async def get_sanctions(request: Request, _caller: Public, connection: Reading, now: Now, on: OnDay = None) -> Response:
    """The ladder of each regime, and the articles whose warning gives time to remedy."""
    return await _reply(request, connection, "sanctions", on or national_day(now))
