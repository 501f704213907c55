"""Reading all that a scorecard says, in one snapshot."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from directory.zones import local_day
from evaluation.facts.subjects import Subject, find_subtree
from evaluation.scorecards import composition, queries
from evaluation.scorecards.figures import View
from evaluation.scorecards.periods import Period
from evaluation.surveys.aggregates import united_answers
from evaluation.surveys.definition import EXACT
from evaluation.surveys.queries import find_definition_in_force
from evaluation.surveys.results import index_part

SKM = "skm"


class NoDefinition(LookupError):
    """No survey definition is in force at the period's end."""


async def assemble(
    connection: Connection, subject: Subject, period: Period, *, for_public: bool, now: datetime
) -> dict[str, Any]:
    """The scorecard of a subject and a period. Sections whose feed was never heard of are null.

    The subtree of a unit is that of the period's last day, or of today while the period runs. Raises NoDefinition.
    """
    view = View(for_public)
    day = period.last_day(local_day(now, subject.time_zone))
    start, end = period.instants(subject.time_zone)
    ids = await find_subtree(connection, subject.id, day) if subject.kind == "unit" else [subject.id]
    sources = await queries.find_sources(connection)
    standards = complaints = rows = None
    if "registry" in sources:
        rows = await queries.list_standards(connection, subject.kind, ids, day)
        standards = composition.standards_section(rows, day)
    if "complaints" in sources:
        counts = await queries.count_cases(connection, subject.kind, ids, start=start, end=end, now=now)
        complaints = composition.complaints_section(counts, view)
    satisfaction = composition.satisfaction_section(await _satisfaction(connection, subject, ids, period, view), view)
    return {
        "subject": {"kind": subject.kind, "id": subject.id, "name": subject.name},
        "period": {
            "name": period.name,
            "kind": period.kind,
            "from": period.start,
            "to": period.end,
            "time_zone": subject.time_zone,
            "complete": end <= now,
        },
        "tree_as_of": day,
        "units": len(ids) if subject.kind == "unit" else None,
        "standards": standards,
        "complaints": complaints,
        "satisfaction": satisfaction,
        "conformance": composition.conformance_section(
            rows, complaints, satisfaction, of_service=subject.kind == "service"
        ),
        "principles": composition.principles_section(standards, complaints, satisfaction),
        "sources": {
            **{feed: sources.get(feed) for feed in ("registry", "complaints")},
            "surveys": {"position": None, "as_of": now},
        },
        "computed_at": now,
    }


async def _satisfaction(
    connection: Connection, subject: Subject, ids: list[UUID], period: Period, view: View
) -> dict[str, Any]:
    definition = await find_definition_in_force(connection, SKM, period.last_day(period.end))
    if definition is None:
        raise NoDefinition
    answers = await united_answers(
        connection,
        subject.kind,
        ids,
        definition=SKM,
        from_day=period.start,
        to_day=period.end,
        published_only=view.for_public,
    )
    return index_part(answers, definition, EXACT)
