"""What can be evaluated: an institution, a unit or a service, found in the registry copy with its place and its zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement

SubjectKind = Literal["unit", "institution", "service"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """`ancestors`: its unit and the units above it on the day asked for; empty for a whole institution."""

    kind: SubjectKind
    id: UUID
    name: str
    institution_id: UUID
    unit_id: UUID | None
    service_id: UUID | None
    time_zone: str
    ancestors: frozenset[UUID]


_ZONE = "coalesce(i.time_zone, 'Asia/Jakarta')"
_TODAY = f"CAST(timezone({_ZONE}, CAST(:at AS timestamptz)) AS date)"


def _above(unit: str) -> str:
    return f"""ARRAY(SELECT a.ancestor_id FROM directory_unit_ancestors a
        WHERE a.unit_id = {unit} AND a.valid_during @> {_TODAY}) AS ancestors"""  # noqa: S608 - our own names


_FIND: Mapping[SubjectKind, Statement] = {
    "institution": Statement(f"""
        SELECT i.id, i.name, i.id AS institution_id, CAST(NULL AS uuid) AS unit_id, CAST(NULL AS uuid) AS service_id,
               {_ZONE} AS time_zone, CAST('{{}}' AS uuid[]) AS ancestors
        FROM directory_institutions i WHERE i.id = CAST(:id AS uuid) AND CAST(:at AS timestamptz) IS NOT NULL"""),  # noqa: S608
    "unit": Statement(f"""
        SELECT u.id, u.name, u.institution_id, u.id AS unit_id, CAST(NULL AS uuid) AS service_id,
               {_ZONE} AS time_zone, {_above("u.id")}
        FROM directory_units u LEFT JOIN directory_institutions i ON i.id = u.institution_id
        WHERE u.id = CAST(:id AS uuid)
        ORDER BY u.valid_during @> {_TODAY} DESC, u.valid_during DESC LIMIT 1"""),  # noqa: S608
    "service": Statement(f"""
        SELECT s.id, s.name, s.institution_id, s.unit_id, s.id AS service_id,
               {_ZONE} AS time_zone, {_above("s.unit_id")}
        FROM directory_services s LEFT JOIN directory_institutions i ON i.id = s.institution_id
        WHERE s.id = CAST(:id AS uuid)"""),  # noqa: S608
}
_SUBTREE = Statement("""
    SELECT a.unit_id FROM directory_unit_ancestors a
    WHERE a.ancestor_id = CAST(:id AS uuid) AND a.valid_during @> CAST(:day AS date) ORDER BY a.unit_id""")


async def find_subject(connection: Connection, kind: SubjectKind, identifier: UUID, at: datetime) -> Subject | None:
    """The subject as of an instant, in the zone of its institution; None if the copy doesn't know it."""
    row = await _FIND[kind].fetchrow(connection, id=identifier, at=at)
    if row is None:
        return None
    return Subject(
        kind=kind,
        id=row["id"],
        name=row["name"],
        institution_id=row["institution_id"],
        unit_id=row["unit_id"],
        service_id=row["service_id"],
        time_zone=row["time_zone"],
        ancestors=frozenset(row["ancestors"]),
    )


async def find_subtree(connection: Connection, unit_id: UUID, day: date) -> list[UUID]:
    """The unit and all units below it on a day; empty if it isn't in force then."""
    return [row["unit_id"] for row in await _SUBTREE.fetch(connection, id=unit_id, day=day)]
