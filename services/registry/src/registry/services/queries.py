"""Reading services: the list, and single ones."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Uuid, bindparam, func, select, union_all

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Listed
from directory.reach import NOTHING, Reach
from registry.institutions.tables import institution_identities, institutions
from registry.moments import Moment
from registry.services.lists import (
    COLUMNS,
    ENTERED,
    NAMED,
    Tables,
    in_order,
    offered_if_stated,
    page_of,
    part,
    rows_of,
    seen,
    values_of,
    way_of,
)
from registry.services.past import SERVICES_THEN
from registry.services.searching import find_by_words
from registry.services.tables import services

_SHOWN = (*COLUMNS, "active_until")
_ID = bindparam("id", type_=Uuid)
_ONE = Statement(rows_of(services).where(services.c.id == _ID))
_SEEN_ONE = Statement(rows_of(services).where(services.c.id == _ID, seen(services)))
_PROVIDER = Statement(
    select(institutions.c.time_zone, institutions.c.region_code, institution_identities.c.code)
    .join(services, services.c.institution_id == institutions.c.id)
    .join(institution_identities, institution_identities.c.id == institutions.c.id)
    .where(services.c.id == _ID)
    .order_by(func.lower(institutions.c.valid_during).desc())
    .limit(1)
)
_PROVIDER_KIND = Statement(
    select(institutions.c.kind)
    .where(institutions.c.id == _ID)
    .order_by(
        institutions.c.valid_during.op("@>", is_comparison=True)(bindparam("on", type_=Date)).desc(),
        func.lower(institutions.c.valid_during).desc(),
    )
    .limit(1)
)
_LOCKED = Statement(rows_of(services).where(services.c.id == _ID).with_for_update())
_OFFERED_ONE = Statement(
    union_all(*(rows_of(table).where(table.c.id == _ID, offered_if_stated(table)) for table in SERVICES_THEN[True]))
)


async def find_services(connection: Connection, chosen: Chosen, moment: Moment, *, drafts: Reach = NOTHING) -> Listed:
    """A page of services: whatever their state, with those `drafts` that the caller reaches; or those that were active on the
    day that was stated, where they were then."""
    values = {**moment.values, "stated": moment.stated}
    way = await way_of(connection, chosen, moment)
    if way.tables is Tables.NOW:
        values |= values_of(drafts, moment.day)
    if "q" in chosen.values:
        return await find_by_words(connection, chosen, way, values)
    parts = tuple(part(table, wide=way.wide, drafts=way.drafts) for table in way.tables.value)
    asked = chosen if chosen.sort.endswith((NAMED, ENTERED)) else in_order(chosen, NAMED)
    return await page_of(connection, asked, parts, shape=way, values=values)


async def find_provider(connection: Connection, identity: UUID) -> Row | None:
    """Where and by which calendar the institution that provides a service works: time_zone, region_code, code."""
    return await _PROVIDER.fetchrow(connection, id=identity)


async def find_provider_kind(connection: Connection, institution_id: UUID, *, on: date) -> str | None:
    """The kind of an institution on a day, else its last one."""
    found: str | None = await _PROVIDER_KIND.fetchval(connection, id=institution_id, on=on)
    return found


async def find_seen_service(connection: Connection, identity: UUID, moment: Moment, *, drafts: Reach) -> Row | None:
    """A service as of a moment, if the caller may know of it: a draft only within those `drafts` that the caller reaches."""
    if moment.stated:
        return await find_service(connection, identity, on=moment.day)
    return await _SEEN_ONE.fetchrow(connection, id=identity, **values_of(drafts, moment.day))


async def find_service(
    connection: Connection, identity: UUID, *, lock: bool = False, on: date | None = None
) -> Row | None:
    """A service, whatever its state; with a day, only if it was offered then, and where it was."""
    if on is not None:
        return await _OFFERED_ONE.fetchrow(connection, id=identity, stated=True, as_of=on)
    return await (_LOCKED if lock else _ONE).fetchrow(connection, id=identity)


def shown(row: Row) -> dict[str, Any]:
    """A row as it is sent."""
    return {name: row[name] for name in _SHOWN}
