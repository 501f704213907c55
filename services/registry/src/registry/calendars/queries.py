"""Reading calendars."""

from sqlalchemy import bindparam, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Filters, Sort, one_of
from registry.calendars.tables import calendar_versions, calendars

_ONE = Statement(select(calendars).where(calendars.c.code == bindparam("code")))
_LOCKED = Statement(select(calendars).where(calendars.c.code == bindparam("code")).with_for_update())
_VERSION = Statement(
    select(calendar_versions.c.document).where(
        calendar_versions.c.code == bindparam("code"), calendar_versions.c.version == bindparam("version")
    )
)

LISTED = select(calendars)
FILTERS = Filters(
    parameters=[
        one_of("code", calendars.c.code, str, "Codes"),
        one_of("region", calendars.c.region_code, str, "Region whose calendar it is"),
    ],
    sorts={"code": Sort((calendars.c.code,), (str,))},
    default_sort="code",
)


async def find_calendar(connection: Connection, code: str, *, lock: bool = False) -> Row | None:
    """The calendar's version in force."""
    return await (_LOCKED if lock else _ONE).fetchrow(connection, code=code)


async def find_version(connection: Connection, code: str, version: int) -> dict[str, object] | None:
    """A calendar's document as of a version."""
    found: dict[str, object] | None = await _VERSION.fetchval(connection, code=code, version=version)
    return found
