"""The matter that a merged case belongs to: what its reporter is shown of it, and which cases share it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.cases.lifecycle import REPORTER_ROLES
from directory.tables import NATIONAL_DAY

# Merged cases may be merged further: the matter is at the end of the way.
_MATTER = Statement(f"""
WITH RECURSIVE way AS (
    SELECT id, parent_id, 1 AS depth FROM cases WHERE id = CAST(:id AS uuid)
    UNION ALL
    SELECT above.id, above.parent_id, way.depth + 1 FROM way JOIN cases above ON above.id = way.parent_id
)
SELECT c.*, (SELECT u.name FROM directory_units u WHERE u.id = c.unit_id
             ORDER BY u.valid_during @> {NATIONAL_DAY} DESC, u.valid_during DESC LIMIT 1) AS unit_name
FROM way JOIN cases c ON c.id = way.id ORDER BY depth DESC LIMIT 1
""")  # noqa: S608 - our own expression
_JOINED = Statement("""
WITH RECURSIVE joined AS (
    SELECT id FROM cases WHERE parent_id = CAST(:id AS uuid)
    UNION
    SELECT below.id FROM joined JOIN cases below ON below.parent_id = joined.id
)
SELECT id FROM joined ORDER BY id LIMIT 10000
""")
_SHARED = frozenset(
    {"response", "approval", "resolution", "closure", "archival", "referral", "pause", "resumption", "extension"}
)
"""Never what the matter's own reporter wrote or was asked: no other reporter is shown that."""


async def find_matter(connection: Connection, case: Mapping[str, Any]) -> Row | None:
    """The case, with `unit_name`, that a merged case follows; None for one that isn't merged."""
    if case["parent_id"] is None:
        return None
    return await _MATTER.fetchrow(connection, id=case["parent_id"])


async def find_joined(connection: Connection, case_id: UUID) -> list[UUID]:
    """The cases that were merged into this one, directly or by way of others."""
    return [row["id"] for row in await _JOINED.fetch(connection, id=case_id)]


def shared(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What of a matter's history its other reporters read: what the agency did for all of them. Pure."""
    return [dict(row) for row in rows if is_shared(row)]


def is_shared(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of the history is for all reporters of the matter. Pure."""
    by_reporter = entry["actor"]["role"] in REPORTER_ROLES
    return entry["action"] in _SHARED and not by_reporter and not entry["public"].get("hidden")
