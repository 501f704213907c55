"""Surveys and answers as they are sent. Pure."""

from collections.abc import Mapping
from typing import Any

from evaluation.surveys.answers import PROFILE
from evaluation.surveys.definition import Definition
from evaluation.surveys.lifecycle import moves_from

Row = Mapping[str, Any]

_SHOWN = (
    *("id", "title", "subject", "institution_id", "unit_id", "service_id", "state", "weighting", "population"),
    *(
        "channel_limits",
        "expectations",
        "period_from",
        "period_to",
        "method",
        "process",
        "created_at",
        "opened_at",
        "closed_at",
    ),
    "published_at",
    "followed_up_at",
)


def written(survey: Row) -> dict[str, Any]:
    """A survey as a list shows it."""
    return {
        **{name: survey[name] for name in _SHOWN},
        "definition": {
            "code": survey["definition_code"],
            "version": survey["definition_version"],
            "source": survey["definition_source"],
        },
        "allowed_actions": moves_from(survey["state"]),
    }


def detailed(survey: Row, definition: Definition) -> dict[str, Any]:
    """A survey with its questions, those of the definition first."""
    fields = ("code", "number", "label", "question", "answers")
    asked = [{name: question[name] for name in fields} for question in definition.questions]
    added = [{**each, "number": None, "answers": []} for each in survey["additional_elements"]]
    return {**written(survey), "questions": [*asked, *added]}


def questionnaire(survey: Row, definition: Definition, vocabularies: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What a survey asks, in both languages, and what a respondent may tell of themselves."""
    return {
        "survey_id": survey["id"],
        **{name: survey[name] for name in ("title", "state", "period_from", "period_to", "expectations")},
        "scale": list(range(survey["scale_min"], survey["scale_max"] + 1)),
        "questions": detailed(survey, definition)["questions"],
        "profile": {
            name: [{"code": item["code"], "label": item["label"]} for item in vocabularies[vocabulary]["items"]]
            for name, vocabulary in PROFILE.items()
        },
    }


def written_answer(row: Row, elements: list[str]) -> dict[str, Any]:
    """An answer's row as it is sent."""
    return {
        "id": row["id"],
        "survey_id": row["survey_id"],
        "state": "counted" if row["counted"] else "withdrawn",
        "answers": dict(zip(elements, row["scores"], strict=True)),
        "expectations": _told(elements, row["expectations"]),
        "channel": row["channel"],
        "profile": {name: row[name] for name in PROFILE},
        "service_id": row["service_id"],
        "received_at": row["received_at"],
        "version": row["version"],
    }


def _told(elements: list[str], expectations: list[int | None] | None) -> dict[str, int] | None:
    if expectations is None:
        return None
    return {code: score for code, score in zip(elements, expectations, strict=True) if score is not None}
