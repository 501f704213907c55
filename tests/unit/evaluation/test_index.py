"""The satisfaction index against published figures, the regulation's bounds and an independent computation in Decimal."""

import json
import random
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.surveys.answers import Circumstances, Counted, sum_cells
from evaluation.surveys.index import (
    WeightingUnfit,
    element_scores,
    grade_of,
    half_up,
    index_of,
    interval_of,
    sample_required,
)
from evaluation.surveys.tally import Tally, united
from unit.evaluation.published import SURVEYS, expected_of_29, of_29_respondents, rows, skm, tally, tally_of

SKM = skm()
NINE = SKM.elements

score = st.integers(1, 4)
answer = st.lists(score, min_size=9, max_size=9).map(tuple)
answers = st.lists(answer, min_size=1, max_size=25)


def by_decimal(given_answers: list[tuple[int, ...]], weight: Decimal | None = None) -> Decimal:
    """The regulation's own steps: mean by element, times the weight, added up, times 25; rounded once, at the end."""
    with localcontext() as context:
        context.prec = 60
        n = Decimal(len(given_answers))
        k = len(given_answers[0])
        used = Decimal(1) / Decimal(k) if weight is None else weight
        index = sum((sum(Decimal(each[u]) for each in given_answers) / n * used for u in range(k)), Decimal(0))
        # Weights of 1/9 end in a rounding of their own at 60 digits: cut it off before rounding to 2.
        return (index * 25).quantize(Decimal("1e-40")).quantize(Decimal("0.01"), ROUND_HALF_UP)


def whole(given_answers: list[tuple[int, ...]]) -> dict[tuple[str, ...], Tally]:
    names = NINE[: len(given_answers[0])]
    return dict(united((names, tally_of(each)) for each in given_answers))


def test_the_published_29_respondents() -> None:
    expected = expected_of_29()
    of_all = tally(of_29_respondents(), NINE)
    assert (of_all.n, of_all.total) == (expected["respondents"], expected["sum_of_values"])
    found = {NINE: of_all}
    assert index_of(found, SKM) == Decimal(expected["index_exact"]) == Decimal("91.48")
    assert index_of(found, SKM, "rounded_0_11") == Decimal(expected["index_rounded_0_11"]) == Decimal("90.56")
    for weighting in ("exact", "rounded_0_11"):
        index = index_of(found, SKM, weighting)
        assert index is not None
        assert grade_of(index, SKM).code == "a"
    totals = {each.code: each.sum for each in element_scores(found, SKM)}
    assert totals == {row["element"]: int(row["total"]) for row in rows("skm-29-respondents.csv")}


@pytest.mark.parametrize("row", rows("skm-3-respondents.csv"), ids=lambda row: row["respondent"])
def test_three_published_respondents_one_by_one(row: dict[str, str]) -> None:
    found = {NINE: tally([{code: int(row[code]) for code in NINE}], NINE)}
    assert index_of(found, SKM) == Decimal(row["index_exact"])
    assert index_of(found, SKM, "rounded_0_11") == Decimal(row["index_rounded_0_11"])


@pytest.mark.parametrize(
    ("index", "grade"),
    [
        ("100.00", "a"),
        ("88.31", "a"),
        ("88.30", "b"),
        ("76.61", "b"),
        ("76.60", "c"),
        ("65.00", "c"),
        ("64.99", "d"),
        ("25.00", "d"),
        ("24.75", "d"),  # all ones under the weight of 0.11
    ],
)
def test_bounds_of_the_grades(index: str, grade: str) -> None:
    assert grade_of(Decimal(index), SKM).code == grade


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (Fraction(1, 8), "0.13"),
        (Fraction(5, 1000), "0.01"),
        (Fraction(4999, 1_000_000), "0.00"),
        (Fraction(-1, 8), "-0.13"),
    ],
)
def test_halves_are_rounded_away_from_zero(value: Fraction, rounded: str) -> None:
    assert half_up(value, 2) == Decimal(rounded)


def test_the_grade_is_that_of_the_rounded_index() -> None:
    """88.305 exactly: rounded up it is 88.31, an A, though the mean 3.5322 lies in the gap of the printed table."""
    of_many = Tally(1000, (3532, 3532, 3532, 3532, 3532, 3532, 3532, 3532, 3534), 0)
    index = index_of({NINE: of_many}, SKM)
    assert index == Decimal("88.31")
    assert grade_of(index, SKM).code == "a"


PRINTED = """10 10, 15 14, 20 19, 25 24, 30 28, 35 32, 40 36, 45 40, 50 44, 60 52, 70 59, 80 66, 90 73, 100 80, 120 92,
150 108, 200 132, 250 152, 300 169, 400 196, 500 217, 600 234, 700 248, 800 260, 900 269, 1000 278, 1200 291, 1500 306,
1800 317, 2000 322, 2400 331, 3000 341, 4000 351, 5000 357, 6000 361, 8000 367, 10000 370, 15000 375, 20000 377,
30000 379, 50000 381, 75000 382, 100000 384, 280000000 384"""


@pytest.mark.parametrize("pair", PRINTED.replace("\n", " ").split(","))
def test_sample_sizes_of_krejcie_and_morgan(pair: str) -> None:
    population, sample = map(int, pair.split())
    assert sample_required(population, SKM.sample) == sample


def test_the_table_that_ships_is_what_is_computed() -> None:
    """Up to 75,000; from 100,000 on the printed table says 384."""
    table = json.loads((SURVEYS / "skm.json").read_bytes())["sample_size"]["table"]
    shipped = {row["population"]: row["sample"] for row in table}
    printed = (map(int, pair.split()) for pair in PRINTED.replace("\n", " ").split(","))
    assert shipped == {population: sample for population, sample in printed if population < 100_000}
    assert {population: sample_required(population, SKM.sample) for population in shipped} == shipped


@given(answers)
def test_it_equals_the_steps_of_the_regulation(given_answers: list[tuple[int, ...]]) -> None:
    assert index_of(whole(given_answers), SKM) == by_decimal(given_answers)
    assert index_of(whole(given_answers), SKM, "rounded_0_11") == by_decimal(given_answers, Decimal("0.11"))


@given(st.integers(1, 14).flatmap(lambda k: st.lists(st.lists(score, min_size=k, max_size=k), min_size=1, max_size=20)))
def test_any_number_of_elements_weighs_alike(given_answers: list[list[int]]) -> None:
    """A unit may add elements: each then weighs 1 over their number."""
    names = tuple(f"e{number}" for number in range(len(given_answers[0])))
    found = united((names, tally_of(each)) for each in given_answers)
    assert index_of(found, SKM) == by_decimal([tuple(each) for each in given_answers])


@given(answers, st.randoms(use_true_random=False))
def test_order_does_not_matter(given_answers: list[tuple[int, ...]], chance: random.Random) -> None:
    shuffled = chance.sample(given_answers, len(given_answers))
    assert whole(shuffled) == whole(given_answers)


@given(answers, answers)
def test_a_union_is_the_index_of_all_answers_together(one: list[tuple[int, ...]], other: list[tuple[int, ...]]) -> None:
    apart = [(NINE, each) for part in (one, other) for each in [whole(part)[NINE]]]
    assert index_of(united(apart), SKM) == by_decimal([*one, *other])


@given(answers, st.lists(st.lists(score, min_size=10, max_size=10).map(tuple), min_size=1, max_size=20))
def test_a_union_of_different_elements_is_the_mean_of_the_answers(
    nine: list[tuple[int, ...]], ten: list[tuple[int, ...]]
) -> None:
    names = (*NINE, "parking")
    parts = [*((NINE, tally_of(each)) for each in nine), *((names, tally_of(each)) for each in ten)]
    means = [Fraction(sum(each), len(each)) for each in [*nine, *ten]]
    assert index_of(united(parts), SKM) == half_up(25 * sum(means, Fraction(0)) / len(means), 2)


@given(answers)
def test_the_interval_is_that_of_the_answers_own_means(given_answers: list[tuple[int, ...]]) -> None:
    interval = interval_of(whole(given_answers), SKM)
    n = len(given_answers)
    if n < 2:
        assert interval is None
        return
    assert interval is not None
    means = [Decimal(25 * sum(each)) / 9 for each in given_answers]
    centre = sum(means, Decimal(0)) / n
    error = (sum(((each - centre) ** 2 for each in means), Decimal(0)) / (n - 1) / n).sqrt()
    assert abs(interval.low - max(Decimal(25), centre - Decimal("1.96") * error)) <= Decimal("0.0051")
    assert abs(interval.high - min(Decimal(100), centre + Decimal("1.96") * error)) <= Decimal("0.0051")


def counted(scores: tuple[int, ...]) -> Counted:
    return Counted(
        elements=NINE,
        scores=scores,
        expectations=None,
        day=date(2026, 7, 1),
        told=Circumstances(channel="paper", service_id=None, profile={"sex": "female"}),
    )


@given(answers, st.data())
def test_corrected_and_withdrawn_answers_are_as_if_given_so(
    given_answers: list[tuple[int, ...]], data: st.DataObject
) -> None:
    """Sums kept by deltas equal those of the answers that stand, in every breakdown."""
    changes = [(counted(each), 1) for each in given_answers]
    standing: list[tuple[int, ...]] = []
    for each in given_answers:
        fate = data.draw(st.sampled_from(["kept", "corrected", "withdrawn"]))
        if fate != "kept":
            changes.append((counted(each), -1))
        if fate == "corrected":
            right = data.draw(answer)
            changes.append((counted(right), 1))
            standing.append(right)
        elif fate == "kept":
            standing.append(each)
    sums = sum_cells(changes)
    expected = sum_cells((counted(each), 1) for each in standing)
    assert {cell: tally for cell, tally in sums.items() if tally.n} == expected


def test_without_answers_there_is_no_index() -> None:
    assert index_of({}, SKM) is None
    assert interval_of({}, SKM) is None
    assert element_scores({}, SKM) == []


def test_the_weight_of_0_11_is_for_nine_elements() -> None:
    with pytest.raises(WeightingUnfit):
        index_of({("a", "b"): Tally(1, (4, 4), 64)}, SKM, "rounded_0_11")
