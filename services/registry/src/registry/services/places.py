"""Where services are: now by their rows, on a day before by `service_former_places`; and the malls where they may be given."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import FromClause, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from registry.moments import AS_OF
from registry.services.tables import service_former_places, services

_PLACE = ("institution_id", "unit_id", "code")
_KEEP = Statement("""
INSERT INTO service_former_places (service_id, institution_id, unit_id, code, until, recorded_at)
SELECT id, institution_id, unit_id, code, CAST(:until AS date), recording()
FROM services WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id""")
_MALLS = Statement("""
SELECT id FROM units
WHERE id = ANY(CAST(:ids AS uuid[])) AND kind = 'public_service_mall' AND valid_during @> CAST(:day AS date)""")
_MOVED_SINCE = Statement("SELECT EXISTS (SELECT FROM service_former_places WHERE until > CAST(:day AS date))")


def _then() -> FromClause:
    # In the order of recording: a change that was entered later doesn't reach into the time of an earlier one.
    former = service_former_places.c
    first = (
        select(former.service_id, *(former[name] for name in _PLACE))
        .ext(distinct_on(former.service_id))
        .where(former.until > AS_OF)
        .order_by(former.service_id, former.id)
        .subquery("former")
    )
    placed = (func.coalesce(first.c[name], services.c[name]).label(name) for name in _PLACE)
    unplaced = (column for column in services.c if column.name not in _PLACE)
    return (
        select(*unplaced, *placed)
        .select_from(services.outerjoin(first, first.c.service_id == services.c.id))
        .subquery("services_then")
    )


services_then = _then()
"""Services with the places and codes that they had on the day `as_of`, which a query must bind."""


async def find_malls(connection: Connection, ids: Collection[UUID], *, day: date) -> frozenset[UUID]:
    """Those of these units that are public service malls on a day."""
    return frozenset(row["id"] for row in await _MALLS.fetch(connection, ids=list(ids), day=day))


async def keep(connection: Connection, ids: Sequence[UUID], *, until: date) -> None:
    """Before services go elsewhere: where they are counts for the days before `until`."""
    if ids:
        await _KEEP.execute(connection, ids=list(ids), until=until)


async def moved_since(connection: Connection, day: date) -> bool:
    """Whether some service is elsewhere than it was on a day."""
    found: bool = await _MOVED_SINCE.fetchval(connection, day=day)
    return found
