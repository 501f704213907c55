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
# Who refused it earlier and named the one that has it now.
_PROPOSED_BY = Statement("""
SELECT EXISTS (SELECT FROM case_history WHERE case_id = CAST(:case_id AS uuid) AND action = 'refusal'
  AND (internal ->> 'unit_id' = CAST(:proposed_unit AS text)
       OR internal ->> 'institution_id' = CAST(:proposed_institution AS text))
  AND (internal ->> 'proposed_unit_id' = CAST(:unit AS text)
       OR internal ->> 'proposed_institution_id' = CAST(:institution AS text)))
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


async def was_proposed_by(
    connection: Connection, case: Row, *, unit_id: UUID | None, institution_id: UUID | None
) -> bool:
    """Whether this unit, or one of this institution, refused the case earlier and named who has it now."""
    found: bool = await _PROPOSED_BY.fetchval(
        connection,
        case_id=case["id"],
        proposed_unit=unit_id and str(unit_id),
        proposed_institution=institution_id and str(institution_id),
        unit=str(case["unit_id"]),
        institution=str(case["institution_id"]),
    )
    return found
