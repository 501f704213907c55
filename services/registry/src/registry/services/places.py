"""Keeping where services were before they go elsewhere; and the malls where they may be given."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement

_KEEP = Statement("""
INSERT INTO service_former_places (service_id, institution_id, unit_id, code, until, recorded_at)
SELECT id, institution_id, unit_id, code, CAST(:until AS date), recording()
FROM services WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id""")
_MALLS = Statement("""
SELECT id FROM units
WHERE id = ANY(CAST(:ids AS uuid[])) AND kind = 'public_service_mall' AND valid_during @> CAST(:day AS date)""")


async def find_malls(connection: Connection, ids: Collection[UUID], *, day: date) -> frozenset[UUID]:
    """Those of these units that are public service malls on a day."""
    return frozenset(row["id"] for row in await _MALLS.fetch(connection, ids=list(ids), day=day))


async def keep(connection: Connection, ids: Sequence[UUID], *, until: date) -> None:
    """Before services go elsewhere: where they are counts for the days before `until`."""
    if ids:
        await _KEEP.execute(connection, ids=list(ids), until=until)
