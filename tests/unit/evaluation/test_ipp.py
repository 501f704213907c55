"""The index of public service: an example worked by hand, the letters' bounds, and an independent computation in Decimal."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.instruments.index import aspect_scores, form_score, index_of, mean_index, user_score
from unit.evaluation.instruments import instrument

PEKPPP = instrument()
FORM_A, FORM_B = PEKPPP.forms["f02_a"], PEKPPP.forms["f02_b"]

# The weights of PermenPANRB 29/2022's instrument of 2023-2025, as printed: aspect, its weight, its indicators' weights.
PRINTED = (
    ("service_policy", "24", "17 14 7 14 10 17 7 7 7"),
    ("staff_professionalism", "25", "10 20 20 20 30"),
    ("facilities", "18", "15 23 20 20 11 11"),
    ("information_system", "11", "30 20 20 30"),
    ("consultation_and_complaints", "10", "20 25 25 30"),
    ("innovation", "12", "50 50"),
)
# Levels of the worked example, and each aspect's score by hand.
WORKED = (
    ((4, 5, 3, 5, 5, 2, 1, 3, 4), "3.69"),  # 68+70+21+70+50+34+7+21+28 = 369
    ((3, 4, 5, 2, 5), "4.00"),  # 30+80+100+40+150 = 400
    ((2, 4, 3, 5, 1, 3), "3.26"),  # 30+92+60+100+11+33 = 326
    ((4, 3, 5, 2), "3.40"),  # 120+60+100+60 = 340
    ((5, 4, 3, 2), "3.35"),  # 100+100+75+60 = 335
    ((3, 1), "2.00"),  # 150+50 = 200
)
levels_of_a = st.lists(st.integers(0, 5), min_size=30, max_size=30)
users = st.lists(st.lists(st.integers(0, 5), min_size=14, max_size=14), min_size=1, max_size=5)


def by_code(levels: list[int]) -> dict[str, int]:
    return dict(zip([item.code for item in FORM_A.items if item.scored], levels, strict=True))


def by_decimal(levels: list[int], answers: list[list[int]]) -> Decimal:
    """The rules' own steps, from the printed weights, in 60 digits."""
    with localcontext() as context:
        context.prec = 60
        rest, evaluators = list(levels), Decimal(0)
        for _, aspect_weight, weights in PRINTED:
            own = [Decimal(weight) / 100 for weight in weights.split()]
            taken, rest = rest[: len(own)], rest[len(own) :]
            aspect = sum((weight * level for weight, level in zip(own, taken, strict=True)), Decimal(0))
            evaluators += aspect * Decimal(aspect_weight) / 100
        everything = [level for answer in answers for level in answer]
        index = Decimal("0.75") * evaluators + Decimal("0.25") * sum(everything) / Decimal(len(everything))
        # Thirds end in a rounding of their own at 60 digits: cut it off before rounding to 2.
        return index.quantize(Decimal("1e-40")).quantize(Decimal("0.01"), ROUND_HALF_UP)


def by_code_under_test(levels: list[int], answers: list[list[int]]) -> Decimal | None:
    total = sum(sum(answer) for answer in answers)
    found = form_score(aspect_scores(PEKPPP, FORM_A, by_code(levels)))
    return index_of(PEKPPP, found, user_score(total, len(answers), 14))


def test_the_worked_example() -> None:
    levels = [level for taken, _ in WORKED for level in taken]
    aspects = aspect_scores(PEKPPP, FORM_A, by_code(levels))
    assert [each.score for each in aspects] == [Fraction(score) for _, score in WORKED]
    # 0.8856 + 1.0000 + 0.5868 + 0.3740 + 0.3350 + 0.2400
    evaluators = form_score(aspects)
    assert evaluators == Fraction("3.4214")
    # One user gave 4 to all 14 items, another 3 to 13 and 5 to one: 100 in 28 levels.
    given_by_users = user_score(56 + 44, 2, 14)
    assert given_by_users == Fraction(100, 28)
    # 0.75 · 3.4214 + 0.25 · 3.571428… = 2.56605 + 0.892857… = 3.458907…
    index = index_of(PEKPPP, evaluators, given_by_users)
    assert index == Decimal("3.46")
    assert PEKPPP.grade_of(Decimal("3.46")).code == "b_minus"


def test_the_weights_are_those_printed() -> None:
    assert [(each.code, str(each.weight)) for each in PEKPPP.aspects] == [(code, weight) for code, weight, _ in PRINTED]
    for code, _, weights in PRINTED:
        assert " ".join(str(item.weight) for item in FORM_A.of_aspect(code)) == weights


@given(levels_of_a, users)
def test_it_is_what_an_independent_computation_gives(levels: list[int], answers: list[list[int]]) -> None:
    assert by_code_under_test(levels, answers) == by_decimal(levels, answers)


@given(levels_of_a, users, st.integers(0, 29))
def test_a_better_level_never_lowers_the_index(levels: list[int], answers: list[list[int]], place: int) -> None:
    better = [min(level + 1, 5) if number == place else level for number, level in enumerate(levels)]
    before, after = by_code_under_test(levels, answers), by_code_under_test(better, answers)
    assert before is not None
    assert after is not None
    assert before <= after <= 5


@given(st.integers(0, 5))
def test_the_same_level_everywhere_is_the_index(level: int) -> None:
    for form in (FORM_A, FORM_B):
        assert form_score(aspect_scores(PEKPPP, form, dict.fromkeys(form.codes, level))) == level


def test_what_counts_for_nothing_changes_nothing() -> None:
    levels = dict.fromkeys(FORM_A.codes, 3)
    assert form_score(aspect_scores(PEKPPP, FORM_A, levels | {"queue_system": 0})) == 3
    del levels["queue_system"]
    assert form_score(aspect_scores(PEKPPP, FORM_A, levels)) == 3


def test_form_b_is_rescaled_within_its_aspect_and_says_so() -> None:
    # Without the periodic review its policy items weigh 86 together: 5 · (86 - 17) / 86.
    levels = dict.fromkeys(FORM_B.codes, 5) | {"standard_available": 0}
    policy, *others = aspect_scores(PEKPPP, FORM_B, levels)
    assert (policy.score, policy.rescaled) == (Fraction(345, 86), True)
    assert {(each.score, each.rescaled) for each in others} == {(Fraction(5), False)}
    assert FORM_B.note is not None


def test_an_open_item_leaves_its_aspect_and_the_index_open() -> None:
    levels = dict.fromkeys(FORM_A.codes, 3)
    del levels["parking"]
    aspects = aspect_scores(PEKPPP, FORM_A, levels)
    assert [each.aspect.code for each in aspects if each.score is None] == ["facilities"]
    assert form_score(aspects) is None
    assert index_of(PEKPPP, None, Fraction(3)) is None
    assert index_of(PEKPPP, Fraction(3), user_score(0, 0, 14)) is None


@pytest.mark.parametrize(
    ("exact", "rounded", "grade"),
    [
        ("4.505", "4.51", "a"),  # half up: rounding comes before the letter
        ("4.504999", "4.50", "a_minus"),
        ("4.005", "4.01", "a_minus"),
        ("4.0049", "4.00", "b"),
        ("3.505", "3.51", "b"),
        ("3.5", "3.50", "b_minus"),
        ("3.005", "3.01", "b_minus"),
        ("3", "3.00", "c"),
        ("2.505", "2.51", "c"),
        ("2.5", "2.50", "c_minus"),
        ("2.005", "2.01", "c_minus"),
        ("2", "2.00", "d"),
        ("1.505", "1.51", "d"),
        ("1.5", "1.50", "e"),
        ("1.005", "1.01", "e"),
        ("1", "1.00", "f"),
        ("0", "0.00", "f"),
        ("5", "5.00", "a"),
    ],
)
def test_letters(exact: str, rounded: str, grade: str) -> None:
    index = index_of(PEKPPP, Fraction(exact), Fraction(exact))
    assert index == Decimal(rounded)
    assert PEKPPP.grade_of(index).code == grade


def test_an_institution_has_the_mean_of_its_units() -> None:
    # (4.51 + 4.50) / 2 = 4.505
    assert mean_index(PEKPPP, [Decimal("4.51"), Decimal("4.50")]) == Decimal("4.51")
    assert mean_index(PEKPPP, []) is None
