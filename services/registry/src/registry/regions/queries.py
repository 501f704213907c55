"""Reading regions."""

from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import ARRAY, ColumnElement, Text, any_, bindparam, case, or_, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Filters, Parameter, Sort, matching, one_of
from registry.regions.tables import regions

_ONE = Statement(select(regions).where(regions.c.code == bindparam("code")))

_ROWS = {
    "regency": ("regency", "city", "administrative_regency", "administrative_city"),
    "village": ("village", "urban_village", "customary_village"),
}
"""Levels that a wider one covers: regencies and cities are one row of the administration, and so are villages of all kinds."""


def _level() -> ColumnElement[bool]:
    asked = any_(bindparam("level", type_=ARRAY(Text)))
    row = case(*((or_(*(regions.c.level == level for level in levels)), name) for name, levels in _ROWS.items()))
    return or_(regions.c.level == asked, row == asked)


LISTED = select(regions)
FILTERS = Filters(
    parameters=[
        matching(
            "q", lambda: regions.c.name.op("%>")(bindparam("q", type_=regions.c.name.type)), "A name, typos forgiven"
        ),
        one_of("parent", regions.c.parent_code, str, "Code of the region above"),
        Parameter(
            "level",
            list[Annotated[str, StringConstraints(max_length=200)]],
            _level,
            "Level, see the vocabulary region_levels; `regency` covers cities too, `village` villages of every kind",
            many=True,
        ),
        one_of("code", regions.c.code, str, "Codes"),
    ],
    sorts={"code": Sort((regions.c.code,), (str,)), "name": Sort((regions.c.name, regions.c.code), (str, str))},
    default_sort="code",
)


async def find_region(connection: Connection, code: str) -> Row | None:
    """A region by its code."""
    return await _ONE.fetchrow(connection, code=code)
