"""Gratification reports as they are sent. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from evaluation.gratification.lifecycle import moves_from

Row = Mapping[str, Any]

_LISTED = (
    *("id", "institution_id", "unit_id", "via", "refused", "received_on", "form", "occasion", "value_idr", "state"),
    *("late", "due_at", "created_at", "forwarded_at", "ended_at"),
)
_DETAILED = (
    *("author_person_id", "description", "giver_name", "giver_relation", "missing", "kpk_number", "outcome"),
    *("policy_version", "threshold"),
)
_STEP = ("action", "actor", "from_state", "to_state", "at", "detail")
_INSTANTS = ("starts_at", "due_at", "met_at")


def written(row: Row, *, author: bool, officer: bool) -> dict[str, Any]:
    """A report as a list shows it, with what the caller may do as its author or as an officer of the UPG."""
    return {
        **{name: row[name] for name in _LISTED},
        "allowed_actions": moves_from(row["state"], author=author, officer=officer),
    }


def detailed(row: Row, history: Sequence[Row], *, author: bool, officer: bool, now: datetime) -> dict[str, Any]:
    """A report with its clocks and everything done with it."""
    return {
        **written(row, author=author, officer=officer),
        **{name: row[name] for name in _DETAILED},
        "policy": row["policy_code"],
        "duties": [_duty(each, now) for each in row["duties"]],
        "history": [{name: step[name] for name in _STEP} for step in history],
    }


def _duty(kept: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    instants = {name: _instant(kept[name]) for name in _INSTANTS}
    due, met = instants["due_at"], instants["met_at"]
    return {**kept, **instants, "late": due is not None and (met or now) > due}


def _instant(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
