"""Reading what a scorecard adds up: cases, standards, and how far each feed has been followed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from evaluation.facts.subjects import SubjectKind

_COLUMN: Mapping[SubjectKind, str] = {"institution": "institution_id", "unit": "unit_id", "service": "service_id"}

# Protected cases are left out for everybody: whoever knows the others could tell them by the difference.
# A case is in play if it was filed before the period's end and hadn't ended before its start.
_CASES = {
    kind: Statement(f"""
WITH picked AS (
    SELECT type, filed_at, resolved_at, late, rating, due_at, coalesce(resolved_at, ended_at) AS done_at,
           filed_at >= CAST(:start AS timestamptz) AS received,
           resolved_at >= CAST(:start AS timestamptz) AND resolved_at < CAST(:stop AS timestamptz) AS resolved,
           coalesce(coalesce(resolved_at, ended_at) >= CAST(:stop AS timestamptz), true) AS open
    FROM facts_cases
    WHERE {column} = ANY(CAST(:ids AS uuid[])) AND visibility_class <> 'protected'
      AND filed_at < CAST(:stop AS timestamptz)
      AND (filed_at >= CAST(:start AS timestamptz) OR resolved_at >= CAST(:start AS timestamptz)
           OR coalesce(resolved_at, ended_at) IS NULL OR coalesce(resolved_at, ended_at) >= CAST(:start AS timestamptz)))
SELECT type,
    count(*) FILTER (WHERE received) AS received,
    count(*) FILTER (WHERE open) AS open,
    count(*) FILTER (WHERE open AND (late OR due_at < CAST(:at AS timestamptz))) AS overdue,
    count(*) FILTER (WHERE resolved) AS resolved,
    count(*) FILTER (WHERE resolved AND NOT late) AS on_time,
    CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM resolved_at - filed_at))
         FILTER (WHERE resolved) AS double precision) AS median_seconds,
    count(rating) FILTER (WHERE resolved) AS rated,
    CAST(coalesce(sum(rating) FILTER (WHERE resolved), 0) AS bigint) AS rating_sum
FROM picked GROUP BY GROUPING SETS ((), (type)) ORDER BY type NULLS FIRST
""")  # noqa: S608 - our own column names
    for kind, column in _COLUMN.items()
}

_SERVICE_COLUMN: Mapping[SubjectKind, str] = {"institution": "institution_id", "unit": "unit_id", "service": "id"}
# The version in force on the day; a superseded or revoked one was in force until its effective_to.
_STANDARDS = {
    kind: Statement(f"""
SELECT service.id AS service_id, service.name AS service_name, standard.id AS standard_id, standard.number,
       standard.version, standard.effective_on, standard.review_due_on, standard.completion_time
FROM directory_services service
LEFT JOIN LATERAL (
    SELECT * FROM facts_standards found
    WHERE found.service_id = service.id AND found.effective_on <= CAST(:day AS date)
      AND (found.effective_to > CAST(:day AS date)
           OR (found.effective_to IS NULL AND found.state IN ('published', 'under_review')))
    ORDER BY found.effective_on DESC, found.version DESC LIMIT 1) standard ON true
WHERE service.{column} = ANY(CAST(:ids AS uuid[])) AND service.state = 'active'
ORDER BY service.name, service.id
""")  # noqa: S608 - our own column names
    for kind, column in _SERVICE_COLUMN.items()
}
_SOURCES = Statement("SELECT feed, position, moved_at FROM feed_cursors WHERE stream IS NOT NULL")


async def count_cases(
    connection: Connection, kind: SubjectKind, ids: Sequence[UUID], *, start: datetime, end: datetime, now: datetime
) -> list[Row]:
    """Counts of the cases of these subjects in [start, end): the whole first (type null), then by type."""
    return await _CASES[kind].fetch(connection, ids=list(ids), start=start, stop=end, at=min(end, now))


async def list_standards(connection: Connection, kind: SubjectKind, ids: Sequence[UUID], day: date) -> list[Row]:
    """The active services of these subjects, each with its standard in force on a day, or nulls."""
    return await _STANDARDS[kind].fetch(connection, ids=list(ids), day=day)


async def find_sources(connection: Connection) -> Mapping[str, Mapping[str, Any]]:
    """How far each feed has been followed; a feed that was never heard of isn't there."""
    rows = await _SOURCES.fetch(connection)
    return {row["feed"]: {"position": row["position"], "as_of": row["moved_at"]} for row in rows}
