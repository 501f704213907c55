"""The trace of a case's routing: it stands in the case's history, under its chain, in what officers alone read."""

from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement

_TRACES = Statement("""
SELECT sequence, at, internal -> 'routing' AS trace FROM case_history
WHERE case_id = CAST(:id AS uuid) AND jsonb_typeof(internal -> 'routing') = 'object' ORDER BY sequence
""")


async def find_traces(connection: Connection, case_id: UUID, *, content: bool) -> list[dict[str, Any]]:
    """Each routing of the case, oldest first; without the words that were found in its text unless `content`."""
    rows = await _TRACES.fetch(connection, id=case_id)
    found = [{"sequence": row["sequence"], "at": row["at"], **row["trace"]} for row in rows]
    return found if content else [_without_words(trace) for trace in found]


def _without_words(trace: dict[str, Any]) -> dict[str, Any]:
    steps = [
        {**step, "because": {name: value for name, value in step["because"].items() if name != "words"}}
        for step in trace["steps"]
    ]
    return {**trace, "steps": steps}
