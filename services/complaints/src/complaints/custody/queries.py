"""What custody asks of the registry copy."""

from datetime import date
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement

_UNIT = Statement("""
SELECT u.id, u.institution_id, u.name, u.kind,
       (SELECT coalesce(array_agg(a.ancestor_id ORDER BY a.depth), '{}') FROM directory_unit_ancestors a
         WHERE a.unit_id = u.id AND a.valid_during @> CAST(:day AS date)) AS ancestors
FROM directory_units u WHERE u.id = CAST(:id AS uuid) AND u.valid_during @> CAST(:day AS date)
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
    return await _UNIT.fetchrow(connection, id=unit_id, day=day)


async def find_institution(connection: Connection, institution_id: UUID, day: date) -> Row | None:
    """An institution in force on a day."""
    return await _INSTITUTION.fetchrow(connection, id=institution_id, day=day)


async def is_auditor(connection: Connection, person_id: UUID, institution_id: UUID, day: date) -> bool:
    """Whether a person is an internal auditor of the institution on a day."""
    found: bool = await _AUDITOR.fetchval(connection, person=person_id, institution=institution_id, day=day)
    return found
