"""Reading calendars."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, bindparam, func, literal, or_, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Filters, Sort, one_of
from directory.calendars import Calendar, combine, read_calendar
from registry.calendars.tables import calendar_versions, calendars
from registry.institutions.tables import institutions
from registry.moments import held
from registry.regions.tables import regions

NATIONAL = "national"
"""The code of the calendar under all others."""
_GOVERNMENTS = ["province", "regency", "city"]

_ONE = Statement(select(calendars).where(calendars.c.code == bindparam("code")))
_LOCKED = Statement(select(calendars).where(calendars.c.code == bindparam("code")).with_for_update())
_VERSION = Statement(
    select(calendar_versions.c.document).where(
        calendar_versions.c.code == bindparam("code"), calendar_versions.c.version == bindparam("version")
    )
)

_VERSIONS = Statement(
    select(
        calendar_versions.c.version,
        calendar_versions.c.document["source"].astext.label("source"),
        calendar_versions.c.recorded_at,
    )
    .where(calendar_versions.c.code == bindparam("code"))
    .order_by(calendar_versions.c.version.desc())
)
_SHIPPED = Statement(
    select(calendar_versions.c.shipped).where(
        calendar_versions.c.code == bindparam("code"), calendar_versions.c.version == bindparam("version")
    )
)
_OWN = bindparam("own", type_=Text)
_LAYERS = Statement(
    select(calendars)
    .where(
        or_(
            calendars.c.code == literal(NATIONAL),
            calendars.c.region_code == any_(bindparam("line", type_=ARRAY(Text))),
            calendars.c.code == _OWN,
        )
    )
    .order_by(
        calendars.c.code == _OWN,
        calendars.c.region_code.is_not(None),
        func.length(calendars.c.region_code),
        calendars.c.code,
    )
)
_REGION = Statement(select(regions.c.code, regions.c.time_zone).where(regions.c.code == bindparam("code")))
_GOVERNED = Statement(
    select(institutions.c.id).where(
        institutions.c.region_code == bindparam("code"),
        institutions.c.kind == any_(bindparam("governments", type_=ARRAY(Text))),
        held(institutions, known=False),
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


async def is_shipped(connection: Connection, code: str, version: int) -> bool:
    """Whether this version came with the reference data, and wasn't put by hand."""
    found: bool = await _SHIPPED.fetchval(connection, code=code, version=version)
    return found


async def find_versions(connection: Connection, code: str) -> list[Row]:
    """Every version of a calendar: version, source, recorded_at; the newest first."""
    return await _VERSIONS.fetch(connection, code=code)


async def find_layers(connection: Connection, region_code: str | None, *, own: str | None = None) -> list[Row]:
    """The calendars that count in a region: the national one, then those over it, the most local last.

    `own`: the code of an institution, whose own calendar, if there is one, lies over all.
    """
    parts = region_code.split(".") if region_code else []
    line = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
    return await _LAYERS.fetch(connection, line=line, own=own)


def laid(layers: Sequence[Row], time_zone: str) -> Calendar:
    """One calendar of layers as `find_layers` gives them, in a zone (IANA)."""
    read = [
        read_calendar(
            row["code"],
            version=row["version"],
            time_zone=row["time_zone"],
            working_blocks=row["working_blocks"],
            days=row["days"],
        )
        for row in layers
    ]
    return combine(*read, zone_name=time_zone)


async def find_region(connection: Connection, code: str) -> Row | None:
    """A region: code, time_zone."""
    return await _REGION.fetchrow(connection, code=code)


async def find_governments(connection: Connection, region_code: str, day: date) -> list[UUID]:
    """The local governments of a region on a day."""
    rows = await _GOVERNED.fetch(connection, code=region_code, governments=_GOVERNMENTS, as_of=day)
    return [row["id"] for row in rows]
