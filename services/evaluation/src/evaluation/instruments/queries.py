"""Reading instruments."""

from datetime import date

from sqlalchemy import bindparam, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Filters, Sort, one_of
from evaluation.instruments.document import Instrument, read_instrument
from evaluation.instruments.tables import instruments

LISTED = select(
    instruments.c.code,
    instruments.c.version,
    instruments.c.document["title"].label("title"),
    instruments.c.effective_from,
    instruments.c.effective_to,
    instruments.c.source,
)
FILTERS = Filters(
    parameters=[one_of("code", instruments.c.code, str, "Code of the instrument")],
    sorts={"code": Sort((instruments.c.code, instruments.c.version), (str, int))},
    default_sort="code",
)
_FIND = Statement(
    select(instruments).where(instruments.c.code == bindparam("code"), instruments.c.version == bindparam("version"))
)
_IN_FORCE = Statement("""
SELECT * FROM instruments
WHERE code = :code AND effective_from <= CAST(:day AS date) AND (effective_to IS NULL OR effective_to > CAST(:day AS date))
ORDER BY effective_from DESC, version DESC LIMIT 1
""")


async def find_row(connection: Connection, code: str, version: int) -> Row | None:
    """A version's row with its whole document."""
    return await _FIND.fetchrow(connection, code=code, version=version)


async def find_instrument(connection: Connection, code: str, version: int) -> Instrument | None:
    """A version, to compute with."""
    row = await find_row(connection, code, version)
    return None if row is None else read_instrument(row["document"])


async def find_in_force(connection: Connection, code: str, day: date) -> Instrument | None:
    """The version in force on a day: of several the one that took effect last."""
    row = await _IN_FORCE.fetchrow(connection, code=code, day=day)
    return None if row is None else read_instrument(row["document"])
