"""The names that a document is headed by: institution, unit and region as they were called on a day."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement

# Of an institution or unit that didn't exist on the day, the latest name before or after it.
_PLACE = Statement("""
SELECT i.name AS institution, u.name AS unit, r.name AS region
FROM (SELECT name, region_code FROM institutions WHERE id = CAST(:institution AS uuid)
      ORDER BY valid_during @> CAST(:day AS date) DESC, valid_during DESC LIMIT 1) i
CROSS JOIN (SELECT name FROM units WHERE id = CAST(:unit AS uuid)
            ORDER BY valid_during @> CAST(:day AS date) DESC, valid_during DESC LIMIT 1) u
LEFT JOIN regions r ON r.code = i.region_code
""")


class Place(NamedTuple):
    """Who speaks in a document, and where: `region` None for an institution without one."""

    institution: str
    unit: str
    region: str | None


async def find_place(connection: Connection, institution_id: UUID, unit_id: UUID, *, day: date) -> Place:
    """The names as they were on the day."""
    row = await _PLACE.fetchrow(connection, institution=institution_id, unit=unit_id, day=day)
    assert row is not None, "an institution and a unit have a name"
    return Place(row["institution"], row["unit"], row["region"])
