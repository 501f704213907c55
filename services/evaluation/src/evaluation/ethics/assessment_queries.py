"""Reading ethics assessments: lists under reach, and the means by value."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, bindparam, or_, select, true

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Filters, Sort, between, one_of
from directory.reach import Reach
from evaluation.ethics.tables import ethics_assessments

LISTED = select(ethics_assessments)
FILTERS = Filters(
    parameters=[
        one_of("institution", ethics_assessments.c.institution_id, UUID, "Institution"),
        one_of("unit", ethics_assessments.c.unit_id, UUID, "Unit assessed, or where the officer serves"),
        one_of("person", ethics_assessments.c.person_id, UUID, "Officer assessed"),
        one_of("kind", ethics_assessments.c.kind, str, "self, superior or citizen"),
        *between("created", ethics_assessments.c.created_at, "When it was given"),
    ],
    sorts={"created_at": Sort((ethics_assessments.c.created_at, ethics_assessments.c.id), (datetime, UUID))},
    default_sort="-created_at",
)
_SERVES = Statement("""
SELECT 1 FROM directory_appointments
WHERE person_id = CAST(:person_id AS uuid) AND unit_id = CAST(:unit_id AS uuid) AND valid_during @> CAST(:day AS date)
LIMIT 1
""")
_SUBJECT = """unit_id = CAST(:unit_id AS uuid) AND person_id IS NOT DISTINCT FROM CAST(:person_id AS uuid)
  AND period_from >= CAST(:start AS date) AND period_to <= CAST(:end AS date)"""
_MEANS = Statement(f"""
SELECT score.key AS code, kind, count(*) AS n, CAST(sum(CAST(score.value AS integer)) AS bigint) AS total
FROM ethics_assessments, jsonb_each_text(scores) AS score
WHERE {_SUBJECT} AND values_version = :values_version GROUP BY 1, 2 ORDER BY 1, 2
""")  # noqa: S608 - our own condition
_CONDUCT = Statement(f"""
SELECT rule.key AS code, count(*) FILTER (WHERE rule.value = 'kept') AS kept,
       count(*) FILTER (WHERE rule.value = 'breached') AS breached
FROM ethics_assessments, jsonb_each_text(conduct) AS rule
WHERE {_SUBJECT} AND kind <> 'citizen' GROUP BY 1 ORDER BY 1
""")  # noqa: S608 - our own condition


_NEWEST_VALUES = Statement(f"SELECT max(values_version) FROM ethics_assessments WHERE {_SUBJECT}")  # noqa: S608 - our own condition


def visible(reach: Reach, person_id: UUID | None, day: date) -> tuple[str, ColumnElement[bool], Mapping[str, Any]]:
    """What a list shows: what is in reach, what the caller gave, and what others than citizens said of the caller."""
    if reach.everything:
        return "everything", true(), {}
    table = ethics_assessments.c
    within = reach.predicate(table.institution_id, table.unit_id)
    me = bindparam("me", type_=Uuid)
    mine = or_(table.author_person_id == me, (table.person_id == me) & (table.kind != "citizen"))
    return f"reach {reach.shape}", or_(within, mine), {**reach.values(day), "me": person_id}


async def serves(connection: Connection, person_id: UUID, unit_id: UUID, day: date) -> bool:
    """Whether a person holds a seat in the unit on a day."""
    return await _SERVES.fetchval(connection, person_id=person_id, unit_id=unit_id, day=day) is not None


async def find_values_version(
    connection: Connection, unit_id: UUID, person_id: UUID | None, *, start: date, end: date
) -> int | None:
    """The newest version of the values by which it was assessed for periods in [start, end); None if it wasn't."""
    span = {"unit_id": unit_id, "person_id": person_id, "start": start, "end": end}
    found: int | None = await _NEWEST_VALUES.fetchval(connection, **span)
    return found


async def find_means(
    connection: Connection, unit_id: UUID, person_id: UUID | None, *, start: date, end: date, values_version: int
) -> list[Row]:
    """By value and kind of assessor: how many, and the sum, of periods that lie in [start, end)."""
    span = {"unit_id": unit_id, "person_id": person_id, "start": start, "end": end}
    return await _MEANS.fetch(connection, **span, values_version=values_version)


async def find_conduct(
    connection: Connection, unit_id: UUID, person_id: UUID | None, *, start: date, end: date
) -> list[Row]:
    """By rule: how often superiors and the assessed themselves saw it kept and breached."""
    return await _CONDUCT.fetch(connection, unit_id=unit_id, person_id=person_id, start=start, end=end)
