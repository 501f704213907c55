"""Campaigns, assessments and what belongs to them, as they are sent. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from evaluation.assessments.lifecycle import actions_from
from evaluation.assessments.schemas import AnsweredItem, Evidence, HistoryEntry, Objection
from evaluation.surveys.results import number

Row = Mapping[str, Any]

_CAMPAIGN = (
    *("id", "institution_id", "title", "scheme", "year", "evaluator_form", "user_form", "period_from", "period_to"),
    *("respondents_minimum", "created_at"),
)
_ASSESSMENT = (
    *("id", "campaign_id", "campaign_title", "scheme", "year", "unit_id", "institution_id", "organiser_id", "state"),
    *("created_at", "submitted_at", "completed_at", "confirmed_at", "published_at"),
)
_OF_CAMPAIGN = ("evaluator_form", "user_form", "period_from", "period_to", "respondents_minimum")


def campaign(row: Row) -> dict[str, Any]:
    """A campaign."""
    return {**_picked(row, _CAMPAIGN), "instrument": _instrument(row)}


def assessment(row: Row) -> dict[str, Any]:
    """An assessment as a list shows it. Who may see it before it is published may see its index as well."""
    return {
        **_picked(row, _ASSESSMENT),
        "ipp": number(row["ipp"]),
        "grade": row["grade"],
        "allowed_actions": actions_from(row["state"]),
    }


def detail(row: Row, evaluators: Sequence[UUID] | None) -> dict[str, Any]:
    """An assessment with what its campaign says; who evaluates is for those inside."""
    return {
        **assessment(row),
        **_picked(row, _OF_CAMPAIGN),
        "instrument": _instrument(row),
        "evaluator_ids": evaluators,
    }


def answers(own: Mapping[str, Row], of_evaluators: Mapping[str, Row], respondents: int) -> dict[str, Any]:
    """The levels of both sides, and how many service users answered."""
    return {
        "self_assessment": [_shaped(AnsweredItem, row) for row in own.values()],
        "evaluator": [_shaped(AnsweredItem, row) for row in of_evaluators.values()],
        "respondents": respondents,
    }


def evidence(row: Row) -> dict[str, Any]:
    """A document."""
    return _shaped(Evidence, row)


def objection(row: Row) -> dict[str, Any]:
    """An objection."""
    return _shaped(Objection, row)


def history_entry(row: Row) -> dict[str, Any]:
    """A change of state; who made it stays inside the service."""
    return _shaped(HistoryEntry, row)


def listed(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A whole list, which has no further page."""
    return {"items": items, "next": None}


def _instrument(row: Row) -> dict[str, Any]:
    return {"code": row["instrument_code"], "version": row["instrument_version"]}


def _shaped(shape: Any, row: Row) -> dict[str, Any]:
    return _picked(row, tuple(shape.model_fields))


def _picked(row: Row, names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}
