"""Reading catalogues and ethics cases. Every read of cases is under the judge's own condition."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.sql.elements import ColumnElement

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement, Statements
from chassis.http.filters import Filters, Sort, between, one_of
from evaluation.ethics.catalogues import CatalogueCode, Document
from evaluation.ethics.judging import Judge
from evaluation.ethics.tables import ethics_accused, ethics_case_history, ethics_case_readings, ethics_cases
from evaluation.ethics.visibility import visible

_IN_FORCE = Statement("""
SELECT document FROM ethics_catalogues
WHERE code = :code AND effective_from <= CAST(:day AS date)
  AND (effective_to IS NULL OR effective_to > CAST(:day AS date))
ORDER BY version DESC LIMIT 1
""")
_VERSION = Statement("SELECT document FROM ethics_catalogues WHERE code = :code AND version = :version")
_ACCUSED = Statement("""
SELECT accused.*, coalesce(person.name, '') AS name
FROM ethics_accused accused LEFT JOIN directory_people person ON person.id = accused.person_id
WHERE accused.case_id = CAST(:case_id AS uuid) ORDER BY accused.person_id
""")
# What a person holds in the institution, and whether that is at, below or the head of its inspectorate.
_HELD = Statement("""
SELECT person.id, array_remove(array_agg(DISTINCT seat.role), NULL) AS roles,
       (array_agg(seat.unit_id ORDER BY seat.role) FILTER (WHERE seat.unit_id IS NOT NULL))[1] AS unit_id,
       bool_or(coalesce(audit.headed AND seat.role = 'unit_head', false)) AS heads_audit,
       bool_or(coalesce(audit.within, false)) AS within_audit,
       ARRAY(SELECT DISTINCT ever.unit_id FROM directory_appointments ever
             WHERE ever.person_id = person.id AND ever.institution_id = CAST(:institution_id AS uuid)
               AND ever.unit_id IS NOT NULL) AS units
FROM directory_people person
LEFT JOIN directory_appointments seat ON seat.person_id = person.id
      AND seat.institution_id = CAST(:institution_id AS uuid) AND seat.valid_during @> CAST(:day AS date)
LEFT JOIN LATERAL (
    SELECT true AS within, bool_or(unit.id = seat.unit_id) AS headed
    FROM directory_unit_ancestors line
    JOIN directory_units unit ON unit.id = line.ancestor_id AND unit.valid_during @> CAST(:day AS date)
    WHERE line.unit_id = seat.unit_id AND line.valid_during @> CAST(:day AS date) AND unit.kind = 'inspectorate'
    HAVING count(*) > 0) AS audit ON true
WHERE person.id = ANY(CAST(:person_ids AS uuid[])) GROUP BY person.id
""")
_CASE_FACT = Statement("""
SELECT institution_id, visibility_class FROM facts_cases WHERE id = CAST(:id AS uuid)
""")
_HISTORY = Statement(
    select(ethics_case_history)
    .where(ethics_case_history.c.case_id == bindparam("case_id", type_=ethics_cases.c.id.type))
    .order_by(ethics_case_history.c.sequence)
)

LISTED = select(ethics_cases)
FILTERS = Filters(
    parameters=[
        one_of("institution", ethics_cases.c.institution_id, UUID, "Institution of the accused"),
        one_of("state", ethics_cases.c.state, str, "State, see the vocabulary ethics_case_states"),
        one_of("complaint", ethics_cases.c.complaint_id, UUID, "The complaint that it came of"),
        *between("created", ethics_cases.c.created_at, "When it was opened"),
    ],
    sorts={"created_at": Sort((ethics_cases.c.created_at, ethics_cases.c.id), (datetime, UUID))},
    default_sort="-created_at",
)
READINGS = Filters(
    parameters=[*between("read", ethics_case_readings.c.at, "When it was read")],
    sorts={"at": Sort((ethics_case_readings.c.at, ethics_case_readings.c.id), (datetime, UUID))},
    default_sort="-at",
)
LISTED_READINGS = select(ethics_case_readings)
_ONE = Statements()


class Held(NamedTuple):
    """What someone holds in the institution today. `unit_id`: one of the units, or None; `units`: those of any time."""

    roles: frozenset[str]
    unit_id: UUID | None
    heads_audit: bool
    within_audit: bool
    units: frozenset[UUID]


async def find_catalogue(connection: Connection, code: CatalogueCode, day: date) -> Document | None:
    """The version of a catalogue in force on a day."""
    found: Document | None = await _IN_FORCE.fetchval(connection, code=code, day=day)
    return found


async def find_version(connection: Connection, code: CatalogueCode, version: int) -> Document:
    """The version that a record names."""
    found: Document = await _VERSION.fetchval(connection, code=code, version=version)
    return found


async def find_held(
    connection: Connection, institution_id: UUID, person_ids: Collection[UUID], day: date
) -> dict[UUID, Held]:
    """What these people hold in an institution on a day; those whom the registry doesn't know are missing."""
    rows = await _HELD.fetch(connection, institution_id=institution_id, person_ids=sorted(person_ids), day=day)
    return {
        row["id"]: Held(
            frozenset(row["roles"]), row["unit_id"], row["heads_audit"], row["within_audit"], frozenset(row["units"])
        )
        for row in rows
    }


async def find_case_fact(connection: Connection, complaint_id: UUID) -> Row | None:
    """Where a complaint lies and how visible it is, if its event has arrived."""
    return await _CASE_FACT.fetchrow(connection, id=complaint_id)


async def find_case(
    connection: Connection, case_id: UUID, judge: Judge, day: date, *, lock: bool = False
) -> Row | None:
    """A case that exists for this judge."""
    shape, condition, values = visible(judge, day)

    def compose() -> Any:
        found = LISTED.where(ethics_cases.c.id == bindparam("case_id", type_=ethics_cases.c.id.type), condition)
        return found.with_for_update(of=ethics_cases) if lock else found

    return await _ONE.get((shape, lock), compose).fetchrow(connection, case_id=case_id, **values)


async def find_accused(connection: Connection, case_id: UUID) -> list[Row]:
    """The accused of a case, with their names in the registry."""
    return await _ACCUSED.fetch(connection, case_id=case_id)


async def find_history(connection: Connection, case_id: UUID) -> list[Row]:
    """What was done with a case, oldest first."""
    return await _HISTORY.fetch(connection, case_id=case_id)


def readings_of(case_id: UUID) -> tuple[str, ColumnElement[bool], dict[str, Any]]:
    """The readings of one case, as `Filters.page` takes it."""
    condition = ethics_case_readings.c.case_id == bindparam("read_case", type_=ethics_accused.c.case_id.type)
    return "of a case", condition, {"read_case": case_id}
