"""Reading the history for what decides an end: earlier appeals, who took part, why it was archived."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement

_DECIDED = Statement("""
SELECT EXISTS (SELECT FROM case_history WHERE case_id = CAST(:case_id AS uuid) AND action = 'appeal_decision')
""")
_TOOK_PART = Statement("""
SELECT EXISTS (SELECT FROM case_history WHERE case_id = CAST(:case_id AS uuid)
    AND (actor ->> 'subject' = :subject OR actor ->> 'person_id' = CAST(:person AS text)))
""")
_LAST = Statement("""
SELECT at, public, internal FROM case_history
WHERE case_id = CAST(:case_id AS uuid) AND action = :action ORDER BY sequence DESC LIMIT 1
""")


async def appeal_was_decided(connection: Connection, case_id: UUID) -> bool:
    """Whether the case had an appeal decided before."""
    return bool(await _DECIDED.fetchval(connection, case_id=case_id))


async def took_part(connection: Connection, case_id: UUID, *, subject: str, person_id: UUID | None) -> bool:
    """Whether this caller, or the person behind it, did anything to the case before."""
    person = str(person_id) if person_id is not None else None
    return bool(await _TOOK_PART.fetchval(connection, case_id=case_id, subject=subject, person=person))


async def last_entry(connection: Connection, case_id: UUID, action: str) -> tuple[datetime, dict[str, Any]] | None:
    """When an action was last done, and what its entry says, public and internal together."""
    row = await _LAST.fetchrow(connection, case_id=case_id, action=action)
    return None if row is None else (row["at"], {**row["internal"], **row["public"]})
