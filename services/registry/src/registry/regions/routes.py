"""`/v1/regions`: open to everybody."""

from typing import Annotated

from fastapi import Path, Request
from starlette.responses import Response

from chassis.data.transactions import Reading
from chassis.http.filters import Chosen
from chassis.http.identity import Public
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import encode, single
from registry.moments import OnDay
from registry.regions import queries
from registry.regions.schemas import Region, RegionPage

CACHE = "public, max-age=300"

routes = router(tags=["regions"])


@routes.get("/regions", operation_id="list_regions", summary="Find regions", response_model=RegionPage)
async def list_regions(
    _caller: Public,
    connection: Reading,
    _moment: OnDay,
    chosen: Annotated[Chosen, queries.FILTERS.dependency()],
) -> Response:
    """Provinces, regencies and cities, districts and villages, by name, level or the region above.

    `as_of` is taken as in every read; the edition that ships is the register of every day.
    """
    page = await queries.FILTERS.page(connection, chosen, queries.LISTED)
    body = encode(page.written([dict(row) for row in page.rows]))
    return Response(body, media_type="application/json", headers={"Cache-Control": CACHE})


@routes.get("/regions/{code}", operation_id="get_region", summary="A region", response_model=Region)
async def get_region(
    request: Request, _caller: Public, connection: Reading, _moment: OnDay, code: Annotated[str, Path(max_length=20)]
) -> Response:
    """One region by its Kemendagri code, the same on every day."""
    row = await queries.find_region(connection, code)
    if row is None:
        raise NotFound
    return single(request, dict(row), version=1, cache=CACHE)
