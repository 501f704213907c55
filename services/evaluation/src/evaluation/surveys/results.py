"""A survey's result as it is sent, from its sums. Pure. Numbers are written with as many decimals as the law rounds to."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaluation.surveys.answers import EXPECTATION, by_dimension
from evaluation.surveys.definition import Definition
from evaluation.surveys.index import (
    CONFIDENCE,
    INTERVAL_METHOD,
    SCORE_DECIMALS,
    ElementScore,
    element_scores,
    grade_of,
    half_up,
    index_of,
    interval_of,
    sample_required,
    weight_of,
)
from evaluation.surveys.small_cells import LEAST, hidden_cells
from evaluation.surveys.tally import Tally, Union, united

Row = Mapping[str, Any]


def number(value: Decimal | None) -> float | None:
    """A rounded decimal as a JSON number: its shortest form is the decimal itself."""
    return None if value is None else float(value)


def index_part(answers: Union, definition: Definition, weighting: str) -> dict[str, Any]:
    """`n`, `index`, `grade`, their labels, `interval` and `elements` of any union of answers."""
    index = index_of(answers, definition, weighting)
    grade = None if index is None else grade_of(index, definition)
    interval = interval_of(answers, definition, weighting)
    labels = {question["code"]: question for question in definition.questions}
    return {
        "n": sum(tally.n for tally in answers.values()),
        "weighting": weighting,
        "index": number(index),
        "grade": grade.code if grade else None,
        "grade_label": grade.label if grade else None,
        "performance": grade.performance if grade else None,
        "interval": None
        if interval is None
        else {
            "low": float(interval.low),
            "high": float(interval.high),
            "level": CONFIDENCE,
            "method": INTERVAL_METHOD,
        },
        "elements": [_element(each, labels) for each in element_scores(answers, definition)],
    }


def survey_result(
    survey: Row,
    definition: Definition,
    cells: Mapping[tuple[str, str], Tally],
    *,
    weighting: str,
    as_of: date | None,
    now: datetime,
    before: dict[str, Any] | None,
    for_public: bool,
) -> dict[str, Any]:
    """The result of one survey. For the public, small cells of the profile are hidden.

    Raises WeightingUnfit if the weighting isn't one for the survey's number of elements.
    """
    elements = survey["elements"]
    weight = weight_of(definition, weighting, len(elements))
    answers = united([(elements, cells[("all", "")])] if ("all", "") in cells else [])
    added = {each["code"]: {**each, "number": None} for each in survey["additional_elements"]}
    part = index_part(answers, definition, weighting)
    part["elements"] = [
        {**each, **({"label": added[each["code"]]["label"]} if each["code"] in added else {})}
        for each in part["elements"]
    ]
    required = sample_required(survey["population"], definition.sample) if survey["population"] else None
    return {
        "survey_id": survey["id"],
        "state": survey["state"],
        "definition": {"code": definition.code, "version": definition.version, "source": definition.source},
        "population": survey["population"],
        "sample_required": required,
        "sample_reached": None if required is None else part["n"] >= required,
        **part,
        "weight": str(weight) if definition.weights[weighting] is None else f"{float(weight):g}",
        "lowest": _extreme(part["elements"], min),
        "highest": _extreme(part["elements"], max),
        "expectations": _expectations(cells, survey, for_public=for_public),
        "profile": {
            dimension: _profile(found, elements, definition, weighting, for_public=for_public)
            for dimension, found in sorted(by_dimension(cells).items())
        },
        "trend": _trend(part["index"], before),
        "as_of": as_of,
        "computed_at": now,
    }


def _element(score: ElementScore, labels: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    known = labels.get(score.code)
    return {
        "code": score.code,
        "number": known["number"] if known else None,
        "label": known["label"] if known else {"id": score.code, "en": score.code},
        "n": score.n,
        "sum": score.sum,
        "score": float(score.score),
        "index": float(score.index),
        "grade": score.grade.code,
    }


def _extreme(elements: Sequence[Mapping[str, Any]], choose: Any) -> list[str]:
    """The elements with the lowest or highest score: all of them where several share it."""
    if not elements:
        return []
    bound = choose(each["score"] for each in elements)
    return [each["code"] for each in elements if each["score"] == bound]


def _profile(
    found: Mapping[str, Tally], elements: Sequence[str], definition: Definition, weighting: str, *, for_public: bool
) -> list[dict[str, Any]]:
    hidden = hidden_cells({code: tally.n for code, tally in found.items()}) if for_public else frozenset()
    cells = []
    for code, tally in sorted(found.items()):
        index = None if code in hidden else index_of(united([(elements, tally)]), definition, weighting)
        cells.append(
            {
                "code": code,
                "n": None if code in hidden else tally.n,
                "index": number(index),
                "grade": None if index is None else grade_of(index, definition).code,
                "suppressed": code in hidden,
            }
        )
    return cells


def _expectations(cells: Mapping[tuple[str, str], Tally], survey: Row, *, for_public: bool) -> list[dict[str, Any]]:
    """By element what was expected and what was perceived, of those who told both. It has no part in the index."""
    found = []
    for code in survey["elements"]:
        tally = cells.get((EXPECTATION, code))
        if tally is None or not tally.n:
            continue
        hidden = for_public and tally.n < LEAST
        expected, perceived = (half_up(Fraction(total, tally.n), SCORE_DECIMALS) for total in tally.sums)
        found.append(
            {
                "code": code,
                "n": None if hidden else tally.n,
                "expected": None if hidden else float(expected),
                "perceived": None if hidden else float(perceived),
                "gap": None
                if hidden
                else float(half_up(Fraction(tally.sums[1] - tally.sums[0], tally.n), SCORE_DECIMALS)),
                "suppressed": hidden,
            }
        )
    return found


def _trend(index: float | None, before: dict[str, Any] | None) -> dict[str, Any] | None:
    if before is None:
        return None
    known = index is not None and before["index"] is not None
    # Both are rounded decimals; their difference is taken as decimals too.
    difference = float(Decimal(str(index)) - Decimal(str(before["index"]))) if known else None
    return {**before, "difference": difference}
