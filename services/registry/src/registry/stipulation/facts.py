"""The facts `standard.*`: a version's public state and how it came about, for those who reckon with the promise."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chassis.data import events
from chassis.data.pool import Connection
from chassis.data.statements import Statement
from registry.standards import operations as standards
from registry.standards.facts import public_state
from registry.standards.operations import By
from registry.standards.rights import shown_to_all

# Null where nothing is on record (a version that was imported has no consultation): unknown isn't the same as not done.
_MAKING = Statement("""
SELECT CASE WHEN EXISTS (SELECT FROM consultations WHERE standard_id = CAST(:id AS uuid)) THEN ARRAY(
        SELECT DISTINCT participant.element FROM consultations
        JOIN consultation_participants AS participant ON participant.consultation_id = consultations.id
        JOIN session_attendance ON session_attendance.participant_id = participant.id
        WHERE consultations.standard_id = CAST(:id AS uuid) ORDER BY participant.element) END AS consultation_elements,
    (SELECT ARRAY(SELECT DISTINCT channel ->> 'medium' FROM jsonb_array_elements(channels) AS channel ORDER BY 1)
        FROM publications WHERE standard_id = CAST(:id AS uuid)) AS publication_media,
    (SELECT charters.state FROM charter_standards JOIN charters ON charters.id = charter_standards.charter_id
        WHERE charter_standards.standard_id = CAST(:id AS uuid)) AS charter_state,
    (SELECT CAST(timezone(CAST(:zone AS text), max(at)) AS date) FROM standard_moves
        WHERE standard_id = CAST(:id AS uuid) AND action = 'confirmation') AS reviewed_on
""")


async def tell(connection: Connection, row: Mapping[str, Any], type_: str, *, now: datetime) -> None:
    """Record a fact about the version: its public state, who took part in it, where it is published, when it was reviewed."""
    making = await _MAKING.fetchrow(connection, id=row["id"], zone=row["time_zone"])
    assert making is not None, "a SELECT without FROM has one row"
    await events.record(
        connection,
        type_,
        subject=f"standards/{row['id']}",
        sequence=row["revision"],
        data={**public_state(row), **making},
        at=now,
        # What was stipulated and revoked before anybody could read it is its agency's own.
        visibility="public" if shown_to_all(row) else "agency",
        institution_id=row["institution_id"],
    )


async def amend(connection: Connection, row: Mapping[str, Any], *, by: By, **changes: Any) -> None:
    """Change what a locked row says without moving it, and tell of it: `standard.changed`."""
    changed = await standards.amend(connection, row, by=by, **changes)
    await tell(connection, changed, "standard.changed", now=by.now)
