"""Reading regions."""

from sqlalchemy import bindparam, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Filters, Sort, matching, one_of
from registry.regions.tables import regions

_ONE = Statement(select(regions).where(regions.c.code == bindparam("code")))

LISTED = select(regions)
FILTERS = Filters(
    parameters=[
        matching(
            "q", lambda: regions.c.name.op("%>")(bindparam("q", type_=regions.c.name.type)), "A name, typos forgiven"
        ),
        one_of("parent", regions.c.parent_code, str, "Code of the region above"),
        one_of("level", regions.c.level, str, "Level, see the vocabulary region_levels"),
        one_of("code", regions.c.code, str, "Codes"),
    ],
    sorts={"code": Sort((regions.c.code,), (str,)), "name": Sort((regions.c.name, regions.c.code), (str, str))},
    default_sort="code",
)


async def find_region(connection: Connection, code: str) -> Row | None:
    """A region by its code."""
    return await _ONE.fetchrow(connection, code=code)
