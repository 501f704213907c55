"""Reading and writing contributions, and what they ask of the registry copy."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.cooperation.tables import contributions
from directory.zones import DEFAULT_ZONE

_ADDED = tuple(
    column.name
    for column in contributions.c
    if column.name not in ("answer", "reason", "ended_by", "ended_at", "reminded_at")
)
_ADD = Statement(
    insert(contributions).values({name: bindparam(name, type_=contributions.c[name].type) for name in _ADDED})
)
_END = Statement("""
UPDATE contributions SET state = :state, answer = :answer, reason = :reason, ended_by = CAST(:ended_by AS jsonb),
       ended_at = CAST(:ended_at AS timestamptz)
WHERE id = CAST(:id AS uuid) AND state = 'asked'
""")
_END_ALL = Statement("""
UPDATE contributions SET state = 'withdrawn', reason = :reason, ended_by = CAST(:ended_by AS jsonb),
       ended_at = CAST(:ended_at AS timestamptz)
WHERE case_id = CAST(:case_id AS uuid) AND state = 'asked'
""")
_OF_CASE = """
SELECT c.*, (SELECT u.name FROM directory_units u WHERE u.id = c.unit_id
              ORDER BY u.valid_during @> CAST(timezone(:nation, c.asked_at) AS date) DESC, u.valid_during DESC LIMIT 1) AS unit_name
FROM contributions c WHERE c.case_id = CAST(:case_id AS uuid)"""
_LISTED = Statement(f"{_OF_CASE} ORDER BY c.asked_at, c.id LIMIT 500")
_ONE = Statement(f"{_OF_CASE} AND c.id = CAST(:id AS uuid)")
_COOPERATING = Statement("""
SELECT coalesce(array_agg(DISTINCT unit_id), '{}') FROM contributions
WHERE case_id = CAST(:case_id AS uuid) AND state IN ('asked', 'answered')
""")
_UNITS = Statement("""
SELECT u.id, u.institution_id, u.name,
       (SELECT coalesce(array_agg(a.ancestor_id ORDER BY a.depth), '{}') FROM directory_unit_ancestors a
         WHERE a.unit_id = u.id AND a.valid_during @> CAST(:day AS date)) AS ancestors
FROM directory_units u WHERE u.id = ANY(CAST(:ids AS uuid[])) AND u.valid_during @> CAST(:day AS date)
""")
_SHARE = Statement("""
UPDATE attachments SET shared_at = coalesce(shared_at, CAST(:now AS timestamptz))
WHERE case_id = CAST(:case_id AS uuid) AND id = ANY(CAST(:ids AS uuid[])) RETURNING id
""")


async def add(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep what a unit was asked."""
    await _ADD.execute(connection, **row)


async def end(
    connection: Connection,
    contribution_id: UUID,
    *,
    state: str,
    by: Mapping[str, Any],
    now: datetime,
    answer: str | None = None,
    reason: str | None = None,
) -> bool:
    """It was answered, declined or withdrawn; False if it had ended before."""
    return bool(
        await _END.execute(
            connection, id=contribution_id, state=state, answer=answer, reason=reason, ended_by=dict(by), ended_at=now
        )
    )


async def end_all(connection: Connection, case_id: UUID, *, by: Mapping[str, Any], reason: str, now: datetime) -> None:
    """Whatever wasn't answered yet is withdrawn."""
    await _END_ALL.execute(connection, case_id=case_id, ended_by=dict(by), reason=reason, ended_at=now)


async def find_contributions(connection: Connection, case_id: UUID) -> list[Row]:
    """Those of a case, oldest first, each with `unit_name`."""
    return await _LISTED.fetch(connection, case_id=case_id, nation=DEFAULT_ZONE)


async def find_contribution(connection: Connection, case_id: UUID, contribution_id: UUID) -> Row | None:
    """One of this case, with `unit_name`."""
    return await _ONE.fetchrow(connection, case_id=case_id, id=contribution_id, nation=DEFAULT_ZONE)


async def find_cooperating(connection: Connection, case_id: UUID) -> list[UUID]:
    """The units that were asked, or have answered."""
    found: list[UUID] = await _COOPERATING.fetchval(connection, case_id=case_id)
    return found


async def find_units(connection: Connection, ids: Sequence[UUID], day: date) -> dict[UUID, Row]:
    """Units in force on a day by id, each with `ancestors` (itself first)."""
    return {row["id"]: row for row in await _UNITS.fetch(connection, ids=list(ids), day=day)}


async def share(connection: Connection, case_id: UUID, ids: Sequence[UUID], now: datetime) -> set[UUID]:
    """Let the units that cooperate read these attachments of the case; those of the ids that it has."""
    return {row["id"] for row in await _SHARE.fetch(connection, case_id=case_id, ids=list(ids), now=now)}
