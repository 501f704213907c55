"""States of an assessment, independence of evaluators, levels off the scale, and the Ombudsman's schemes."""

from decimal import Decimal
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from evaluation.assessments.independence import stands_in_line
from evaluation.assessments.levels import flaws_of_levels, missing
from evaluation.assessments.lifecycle import MOVES, actions_from
from evaluation.assessments.ombudsman import Judged, judge, schemes_of
from unit.evaluation.instruments import instrument, vocabularies

PEKPPP = instrument()
FORM, USERS = PEKPPP.forms["f02_a"], PEKPPP.forms["f03_a"]
SCHEMES = schemes_of(vocabularies())
STATES = [item["code"] for item in vocabularies()["assessment_states"]["items"]]
ALLOWED = {
    ("prepared", "opening"): "self_assessment",
    ("self_assessment", "submission"): "evaluation",
    ("evaluation", "completion"): "verification",
    ("verification", "confirmed"): "final",
    ("verification", "returned"): "evaluation",
    ("final", "publication"): "published",
}


def test_every_pair_of_state_and_action() -> None:
    actions = {action for _, action in ALLOWED}
    assert {pair: MOVES.get(pair) for pair in product(STATES, actions)} == {
        pair: ALLOWED.get(pair) for pair in product(STATES, actions)
    }


def test_a_state_names_what_it_allows() -> None:
    assert actions_from("verification") == ["evidence", "objection", "verification"]
    assert actions_from("published") == []


def test_a_seat_in_the_line_is_no_evaluators() -> None:
    unit, above, below, elsewhere = (uuid4() for _ in range(4))
    line = {unit, above, below}
    for seat in line:
        assert stands_in_line([elsewhere, seat], line)
    assert not stands_in_line([elsewhere], line)
    assert not stands_in_line([None], line), "a seat at the whole institution is nobody's unit"


def test_levels_are_checked_item_by_item() -> None:
    given = {"parking": 6, "toilet": -1, "waiting_room": 5, "weather": 3}
    found = {(flaw.pointer, flaw.code) for flaw in flaws_of_levels(given, FORM, PEKPPP, whole=False)}
    assert found == {
        ("/answers/parking", "off_scale"),
        ("/answers/toilet", "off_scale"),
        ("/answers/weather", "unknown_item"),
    }


def test_a_user_answers_everything_an_evaluator_all_that_counts() -> None:
    assert {flaw.code for flaw in flaws_of_levels({"requirements_easy": 5}, USERS, PEKPPP, whole=True)} == {
        "missing_item"
    }
    assert len(missing({}, USERS)) == 14
    assert len(missing({}, FORM)) == 30, "the queue is asked for information"


def judged(**fields: Any) -> Any:
    told: dict[str, Any] = {"scheme": "2022-2024", "year": 2023, "category": None, "zone": None, "opinion": None}
    return judge(SCHEMES, **told | fields | {"score": Decimal(fields["score"])})


def test_the_schemes_are_those_of_the_vocabularies() -> None:
    assert {code: (each.first, each.last) for code, each in SCHEMES.items()} == {
        "2013-2021": (2013, 2021),
        "2022-2024": (2022, 2024),
        "2025": (2025, None),
    }


@pytest.mark.parametrize(
    ("scheme", "year", "score", "category", "zone"),
    [
        ("2013-2021", 2021, "100", "high_compliance", "green"),
        ("2013-2021", 2021, "81.00", "high_compliance", "green"),
        ("2013-2021", 2013, "80.99", "medium_compliance", "yellow"),
        ("2013-2021", 2013, "51.00", "medium_compliance", "yellow"),
        ("2013-2021", 2013, "50.99", "low_compliance", "red"),
        ("2013-2021", 2013, "0", "low_compliance", "red"),
        ("2022-2024", 2022, "88.00", "a", "green"),
        ("2022-2024", 2022, "87.99", "b", "green"),
        ("2022-2024", 2022, "78.00", "b", "green"),
        ("2022-2024", 2024, "77.99", "c", "yellow"),
        ("2022-2024", 2024, "54.00", "c", "yellow"),
        ("2022-2024", 2024, "53.99", "d", "red"),
        ("2022-2024", 2024, "32.00", "d", "red"),
        ("2022-2024", 2024, "31.99", "e", "red"),
    ],
)
def test_bounds(scheme: str, year: int, score: str, category: str, zone: str) -> None:
    assert judged(scheme=scheme, year=year, score=score) == Judged(category, zone)


def test_from_2025_the_opinion_says_the_quality_and_the_score_settles_nothing() -> None:
    found = judged(scheme="2025", year=2026, score="57.61", opinion="medium_quality_without_maladministration")
    assert found == Judged("c", None)


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"scheme": "2030", "score": "50"}, "/scheme", "unknown_scheme"),
        ({"year": 2021, "score": "50"}, "/year", "not_in_use"),
        ({"year": 2025, "score": "50"}, "/year", "not_in_use"),
        ({"score": "90", "category": "b"}, "/category", "against_the_bounds"),
        ({"score": "90", "category": "z"}, "/category", "unknown_code"),
        ({"score": "90", "zone": "red"}, "/zone", "against_the_category"),
        ({"scheme": "2025", "year": 2025, "score": "90"}, "/opinion", "missing"),
        ({"scheme": "2025", "year": 2025, "score": "90", "opinion": "good"}, "/opinion", "unknown_code"),
        (
            {"scheme": "2025", "year": 2025, "score": "90", "opinion": "high_quality", "category": "a"},
            "/category",
            "against_the_opinion",
        ),
    ],
)
def test_what_disagrees_with_the_scheme_is_named(fields: dict[str, Any], pointer: str, code: str) -> None:
    assert [(flaw.pointer, flaw.code) for flaw in judged(**fields)] == [(pointer, code)]
