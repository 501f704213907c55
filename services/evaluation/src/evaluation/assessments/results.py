"""An assessment's result as it is sent, and an institution's mean. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from evaluation.instruments.document import Form, Instrument
from evaluation.instruments.index import (
    AspectScore,
    aspect_scores,
    form_score,
    index_of,
    mean_index,
    shown,
    user_score,
)
from evaluation.surveys.results import number

Row = Mapping[str, Any]


def assessment_result(
    assessment: Row,
    instrument: Instrument,
    levels: Mapping[str, int],
    *,
    respondents: int,
    total: int,
    before: Row | None,
    now: datetime,
) -> tuple[dict[str, Any], Decimal | None]:
    """Aspects, both forms' scores, the index and its letter; what isn't answered yet leaves nulls. And the index itself.

    `total`: the sum of the levels that the respondents gave to the items that count.
    """
    form, users = instrument.forms[assessment["evaluator_form"]], instrument.forms[assessment["user_form"]]
    aspects = aspect_scores(instrument, form, levels)
    of_evaluators = form_score(aspects)
    of_users = user_score(total, respondents, len(users.places))
    index = index_of(instrument, of_evaluators, of_users)
    grade = None if index is None else instrument.grade_of(index)
    rescaled = any(each.rescaled for each in aspects)
    result = {
        "assessment_id": assessment["id"],
        "state": assessment["state"],
        "unit_id": assessment["unit_id"],
        "instrument": {"code": instrument.code, "version": instrument.version, "source": instrument.source},
        "aspects": [_aspect(each, form, levels) for each in aspects],
        "f02": {
            "form": form.code,
            "weight": str(instrument.evaluator_share),
            "score": number(shown(of_evaluators)),
            "rescaled": rescaled,
            "note": form.note if rescaled else None,
        },
        "f03": {
            "form": users.code,
            "weight": str(instrument.user_share),
            "score": number(shown(of_users)),
            "respondents": respondents,
        },
        "additional": _additional(form, levels),
        "missing": [item.code for item in form.items if item.scored and item.code not in levels],
        "ipp": number(index),
        "grade": None if grade is None else grade.code,
        "grade_label": None if grade is None else grade.label,
        "grade_note": None if grade is None else grade.note,
        "trend": _trend(index, before),
        "computed_at": now,
    }
    return result, index


def institution_results(rows: Sequence[Row], instrument: Instrument) -> list[dict[str, Any]]:
    """By institution the mean of its units' indexes with its letter. `rows` have institution_id and ipp."""
    found: dict[Any, list[Decimal]] = {}
    for row in rows:
        found.setdefault(row["institution_id"], []).append(row["ipp"])
    return [_mean(institution, indexes, instrument) for institution, indexes in sorted(found.items())]


def _mean(institution: Any, indexes: list[Decimal], instrument: Instrument) -> dict[str, Any]:
    mean = mean_index(instrument, indexes)
    assert mean is not None, "an institution is listed for its units"
    grade = instrument.grade_of(mean)
    return {
        "institution_id": institution,
        "units": len(indexes),
        "ipp": number(mean),
        "grade": grade.code,
        "grade_label": grade.label,
    }


def _aspect(score: AspectScore, form: Form, levels: Mapping[str, int]) -> dict[str, Any]:
    return {
        "code": score.aspect.code,
        "label": score.aspect.label,
        "weight": str(score.aspect.weight),
        "score": number(shown(score.score)),
        "rescaled": score.rescaled,
        "items": [
            {"code": item.code, "label": item.label, "weight": str(item.weight), "level": levels.get(item.code)}
            for item in form.of_aspect(score.aspect.code)
        ],
    }


def _additional(form: Form, levels: Mapping[str, int]) -> list[dict[str, Any]]:
    """What was asked for information and has no part in the index."""
    return [
        {"code": item.code, "label": item.label, "level": levels.get(item.code)}
        for item in form.items
        if not item.scored
    ]


def _trend(index: Decimal | None, before: Row | None) -> dict[str, Any] | None:
    if before is None:
        return None
    difference = None if index is None else index - before["ipp"]
    return {**before, "ipp": number(before["ipp"]), "difference": number(difference)}
