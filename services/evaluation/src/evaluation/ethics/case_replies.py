"""Ethics cases as they are sent. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from evaluation.ethics.catalogues import Sanctions
from evaluation.ethics.judging import LEVEL_NAMES, Level
from evaluation.ethics.lifecycle import moves_from

Row = Mapping[str, Any]

_SHOWN = (
    *("id", "complaint_id", "institution_id", "values", "values_version", "conduct_rules", "state", "referral_body"),
    *("objection_due_at", "created_at", "decided_at", "closed_at"),
)
_PERSON = (
    *("person_id", "name", "unit_id", "regime", "verdict", "reason", "articles", "sanction", "compensation_idr"),
    *("decree_number", "effective_on", "remedy_due_at", "remedied_on"),
)
_STEP = ("action", "actor", "person_id", "from_state", "to_state", "at", "detail")


def written(case: Row) -> dict[str, Any]:
    """A case as a list shows it."""
    return {
        **{name: case[name] for name in _SHOWN},
        "judged_by": LEVEL_NAMES[Level(case["level"])],
        "allowed_actions": moves_from(case["state"]),
    }


def detailed(
    case: Row, accused: Sequence[Row], history: Sequence[Row], sanctions: Sanctions, now: datetime
) -> dict[str, Any]:
    """A case with everyone accused and everything done."""
    return {
        **written(case),
        "summary": case["summary"],
        "accused": [_person(row, sanctions, now) for row in accused],
        "history": [{name: step[name] for name in _STEP} for step in history],
    }


def _person(row: Row, sanctions: Sanctions, now: datetime) -> dict[str, Any]:
    due = row["remedy_due_at"]
    severity = None if row["sanction"] is None else sanctions.severity(row["regime"], row["sanction"])
    return {
        **{name: row[name] for name in _PERSON},
        "severity": severity,
        "unremedied": due is not None and row["remedied_on"] is None and due < now,
    }
