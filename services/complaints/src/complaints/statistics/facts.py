"""What one case counts for: its dimensions, its counters, its spread. SQL expressions over the row of `cases`.

Everything that counts cases counts by these: the roll-ups, the tail that a read adds, and what is read from the rows.
"""

from typing import Any

from sqlalchemy import ARRAY, Boolean, Date, DateTime, Integer, Text, Uuid
from sqlalchemy.types import TypeEngine

from directory.zones import DEFAULT_ZONE

ZONE = DEFAULT_ZONE
"""Days, months and years of statistics begin in this zone, for every institution: their sums are of the same hours."""
PLATFORM, LAPOR = "platform", "lapor"
"""Where a counted row comes from: a case of this platform, or a row of a recap from SP4N-LAPOR!."""

FINISHED = ("resolved", "closed")
"""Followed up to the end, in LAPOR!'s word Selesai (case-lifecycle §7)."""
ENDED_OTHERWISE = ("archived", "withdrawn", "merged", "referred_out")
DURATIONS = {
    "verification": "file_complete_at",
    "first_response": "first_response_at",
    "follow_up": "substantive_at",
    "resolution": "resolved_at",
}
"""What is measured in whole days from receipt, and the column of its end. A follow-up is a substantive answer (§7)."""

DIMENSIONS: dict[str, tuple[TypeEngine[Any], str]] = {
    "source": (Text(), f"'{PLATFORM}'"),
    "at": (DateTime(timezone=True), "cases.created_at"),
    "day": (Date(), f"CAST(timezone('{ZONE}', cases.created_at) AS date)"),
    "institution_id": (Uuid(), "cases.institution_id"),
    "unit_id": (Uuid(), "cases.unit_id"),
    "service_id": (Uuid(), "cases.service_id"),
    "type": (Text(), "cases.type"),
    "case_class": (Text(), "cases.case_class"),
    "state": (Text(), "cases.state"),
    "category": (Text(), "cases.category"),
    "channel": (Text(), "cases.channel"),
    "region_code": (Text(), "cases.region_code"),
    "confidential": (Boolean(), "cases.confidential"),
}


def _if(condition: str) -> str:
    return f"CAST({condition} AS integer)"


def _in(states: tuple[str, ...]) -> str:
    return "cases.state = ANY(ARRAY[" + ", ".join(f"'{state}'" for state in states) + "])"


LATE = "(cases.late OR coalesce(cases.due_at < now(), false))"
"""A duty of the agency was missed, or has run out by now: as the filter `late` of the list says it."""
COUNTERS: dict[str, str] = {
    "filed": "1",
    "matters": _if("cases.parent_id IS NULL"),
    "verified": _if("cases.file_complete_at IS NOT NULL"),
    "answered": _if("cases.first_response_at IS NOT NULL"),
    "followed_up": _if("cases.substantive_at IS NOT NULL"),
    "resolved": _if(_in(FINISHED)),
    **{state: _if(f"cases.state = '{state}'") for state in ENDED_OTHERWISE},
    "open": _if(f"NOT ({_in(FINISHED + ENDED_OTHERWISE)})"),
    "late": _if(LATE),
    "rated": _if("cases.rating IS NOT NULL"),
    "rating_sum": "coalesce(cases.rating, 0)",
    "reopened": _if("cases.reopen_count > 0"),
    "appealed": _if("EXISTS (SELECT FROM case_history h WHERE h.case_id = cases.id AND h.action = 'appeal')"),
    "refusals": "cases.refusal_count",
    "transfers": "cases.transfer_count",
}


def _days(name: str, column: str) -> str:
    elapsed = f"floor(extract(epoch FROM cases.{column} - cases.received_at) / 86400)"
    return f"'days:{name}:' || CAST({elapsed} AS integer)"


_ONCE = [
    *(_days(name, column) for name, column in DURATIONS.items()),
    "'rating:' || cases.rating",
    "'outcome:' || cases.outcome_code",
]
SPREAD = f"""array_remove(ARRAY[{", ".join(_ONCE)}], NULL) || coalesce((
    SELECT array_agg('duty:' || d.stage || ':' || d.result ORDER BY d.stage, d.result) FROM deadline_duties d
    WHERE d.case_id = cases.id AND d.party = 'agency' AND d.result IN ('met', 'breached')), CAST('{{}}' AS text[]))"""  # noqa: S608 - columns of ours
"""Items `<kind>:<name>:<value>`: what is counted by its value. A duty that was decided twice stands twice."""

DUE = f"CASE WHEN NOT {LATE} THEN cases.due_at END"
"""When a case becomes late by itself; null if it is already, or no clock of the agency runs."""
COLUMNS: dict[str, tuple[TypeEngine[Any], str]] = {
    "id": (Uuid(), "cases.id"),
    **DIMENSIONS,
    "due_at": (DateTime(timezone=True), DUE),
    **{name: (Integer(), expression) for name, expression in COUNTERS.items()},
    "spread": (ARRAY(Text()), SPREAD),
}
"""The columns of `case_tallies`, in their order."""
