"""`GET /v1/public/statistics`: how many cases there were, for anybody, with small numbers hidden."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from chassis.http.identity import Public
from chassis.http.languages import Text
from chassis.http.models import Shape
from chassis.http.routing import router
from chassis.http.versions import single
from chassis.ops.clock import Now
from complaints.statistics.facts import ZONE
from complaints.statistics.public_figures import KEPT, Dimension, PublicTables, shown
from complaints.statistics.small_cells import LEAST
from directory.zones import local_day

routes = router(tags=["public"])
_CACHED = f"public, max-age={int(KEPT.total_seconds())}"
_RULE = Text(
    "Jumlah di bawah {least} tidak ditampilkan, juga jumlah lain yang darinya dapat dihitung. Laporan rahasia hanya masuk "
    "`confidential`; laporan yang dilindungi tidak dihitung.",
    "Numbers below {least} aren't shown, nor are others from which they could be reckoned. Confidential cases are counted in "
    "`confidential` alone; protected ones aren't counted.",
).filled(least=LEAST)


class Cell(Shape):
    """`filed` is null where it is suppressed."""

    filed: int | None
    suppressed: bool


class CodeCell(Cell):
    """The number of one code; codes without a case are left out. null: cases without a value."""

    code: str | UUID | date | None


class Suppression(Shape):
    least: int
    rule: str


class PublicStatistics(Shape):
    """One table. `suppressed`: all of its cells are, and none is listed. Counted at `as_of`, at most some minutes ago."""

    year: int
    time_zone: str
    institution_id: UUID | None
    group_by: str
    as_of: datetime
    total: Cell
    confidential: Cell
    suppressed: bool
    items: list[CodeCell]
    suppression: Suppression


@routes.get(
    "/public/statistics",
    operation_id="get_public_statistics",
    summary="Numbers of cases for the public",
    response_model=PublicStatistics,
)
async def get_public_statistics(
    request: Request,
    _caller: Public,
    now: Now,
    group_by: Annotated[Dimension, Query(description="The dimension of the table")] = "type",
    year: Annotated[
        int | None, Query(ge=2000, le=8000, description="The calendar year of receipt; default this year")
    ] = None,
    institution: Annotated[UUID | None, Query(description="One institution; default the country")] = None,
) -> Response:
    """Cases received in a calendar year, by one dimension, of the country or an institution: these tables and no others, so that
    none can be subtracted from another."""
    tables: PublicTables = request.app.state.public_tables
    asked = year if year is not None else local_day(now, ZONE).year
    published = await tables.find(asked, group_by)
    content = {
        "year": asked,
        "time_zone": ZONE,
        "institution_id": institution,
        "group_by": group_by,
        "as_of": published.as_of,
        **shown(published, institution),
        "suppression": {"least": LEAST, "rule": _RULE.read(request.state.language)},
    }
    return single(request, content, version=1, cache=_CACHED)
