"""What custody asks of the registry copy."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement

_UNITS = Statement("""
SELECT asked.day, u.id, u.institution_id, u.name, u.kind,
       (SELECT coalesce(array_agg(a.ancestor_id ORDER BY a.depth), '{}') FROM directory_unit_ancestors a
         WHERE a.unit_id = u.id AND a.valid_during @> asked.day) AS ancestors
FROM unnest(CAST(:ids AS uuid[]), CAST(:days AS date[])) AS asked (id, day)
JOIN directory_units u ON u.id = asked.id AND u.valid_during @> asked.day
""")
_INSTITUTION = Statement("""
SELECT id, name FROM directory_institutions WHERE id = CAST(:id AS uuid) AND valid_during @> CAST(:day AS date)
""")
_AUDITOR = Statement("""
SELECT EXISTS (SELECT FROM directory_appointments WHERE person_id = CAST(:person AS uuid)
  AND institution_id = CAST(:institution AS uuid) AND role = 'internal_auditor' AND valid_during @> CAST(:day AS date))
""")


async def find_unit(connection: Connection, unit_id: UUID, day: date) -> Row | None:
    """A unit in force on a day, with `ancestors` (itself first)."""
    return (await find_units(connection, {(unit_id, day)})).get((unit_id, day))


async def find_units(connection: Connection, asked: Collection[tuple[UUID, date]]) -> Mapping[tuple[UUID, date], Row]:
    """As `find_unit`, for pairs of unit and day; those of no unit in force are left out."""
    ids, days = [unit_id for unit_id, _ in asked], [day for _, day in asked]
    return {(row["id"], row["day"]): row for row in await _UNITS.fetch(connection, ids=ids, days=days)}


async def find_institution(connection: Connection, institution_id: UUID, day: date) -> Row | None:
    """An institution in force on a day."""
    return await _INSTITUTION.fetchrow(connection, id=institution_id, day=day)


async def is_auditor(connection: Connection, person_id: UUID, institution_id: UUID, day: date) -> bool:
    """Whether a person is an internal auditor of the institution on a day."""
    found: bool = await _AUDITOR.fetchval(connection, person=person_id, institution=institution_id, day=day)
    return found
