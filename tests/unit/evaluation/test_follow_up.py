"""Follow-up of surveys by the rubric of PEKPPP F-02, indicators 8 and 9; the sheet of codes; gaps beside the index."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.surveys.answers import Circumstances, Counted, sum_cells
from evaluation.surveys.follow_up import realisation_of, share_level, speed_level
from evaluation.surveys.index import index_of
from evaluation.surveys.tally import Tally, united
from unit.evaluation.published import skm

SKM = skm()
NINE = SKM.elements


@pytest.mark.parametrize(
    ("share", "level"),
    [
        (None, 0),
        (Fraction(0), 1),
        (Fraction(1, 10), 2),
        (Fraction(2999, 10_000), 2),
        (Fraction(3, 10), 3),
        (Fraction(8, 10), 3),
        (Fraction(8001, 10_000), 4),
        (Fraction(99, 100), 4),
        (Fraction(1), 5),
    ],
)
def test_the_share_realised(share: Fraction | None, level: int) -> None:
    assert share_level(share) == level


@pytest.mark.parametrize(
    ("finished", "level"),
    [
        (date(2026, 1, 31), 5),  # the day of publication itself
        (date(2026, 2, 28), 5),  # one month after 31 January ends with February
        (date(2026, 3, 1), 4),
        (date(2026, 4, 30), 4),
        (date(2026, 5, 1), 3),
        (date(2026, 7, 31), 3),
        (date(2026, 10, 31), 2),
        (date(2026, 11, 1), 1),
        (date(2027, 1, 31), 1),
        (date(2027, 2, 1), 0),
    ],
)
def test_the_speed_from_publication_on(finished: date, level: int) -> None:
    assert speed_level(date(2026, 1, 31), finished) == level


def test_realisation() -> None:
    published = date(2026, 1, 31)
    done, open_ = {"realised_on": date(2026, 3, 15)}, {"realised_on": None}
    none = realisation_of([], published)
    assert (none.percent, none.level, none.speed_level, none.complete) == (None, 0, 0, False)
    third = realisation_of([done, open_, open_], published)
    assert (third.percent, third.level, third.finished_on, third.speed_level) == (Decimal("33.33"), 3, None, None)
    whole = realisation_of([done, {"realised_on": date(2026, 2, 1)}], published)
    assert (whole.percent, whole.level, whole.finished_on, whole.speed_level) == (
        Decimal("100.00"),
        5,
        date(2026, 3, 15),
        4,
    )
    assert whole.complete


score = st.integers(1, 4)
answer = st.lists(score, min_size=9, max_size=9).map(tuple)
expected = st.lists(st.none() | score, min_size=9, max_size=9).map(tuple)


MONTH = date(2026, 7, 1)


def counted(scores: tuple[int, ...], expectations: tuple[int | None, ...] | None, day: date) -> Counted:
    return Counted(
        elements=NINE,
        scores=scores,
        expectations=expectations,
        day=day,
        told=Circumstances(channel="paper", service_id=None, profile={}),
    )


def by_decimal(answers: list[tuple[int, ...]]) -> Decimal:
    total = sum(sum(each) for each in answers)
    return (Decimal(25 * total) / (9 * len(answers))).quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(st.lists(st.tuples(answer, st.none() | expected), min_size=1, max_size=20))
def test_expectations_never_move_the_index(
    given_answers: list[tuple[tuple[int, ...], tuple[int | None, ...] | None]],
) -> None:
    day = date(2026, 7, 17)
    sums = sum_cells((counted(scores, told, day), 1) for scores, told in given_answers)
    assert index_of({NINE: sums[(MONTH, "all", "")]}, SKM) == by_decimal([scores for scores, _ in given_answers])
    for place, code in enumerate(NINE):
        pairs = [(told[place], scores[place]) for scores, told in given_answers if told and told[place] is not None]
        found = sums.get((MONTH, "expectation", code))
        if not pairs:
            assert found is None
            continue
        gaps = sum((perceived - (wanted or 0)) ** 2 for wanted, perceived in pairs)
        assert found == Tally(len(pairs), (sum(w or 0 for w, _ in pairs), sum(p for _, p in pairs)), gaps)


@given(st.lists(st.tuples(answer, st.integers(1, 12)), min_size=1, max_size=40))
def test_the_sum_of_quarters_is_the_year(given_answers: list[tuple[tuple[int, ...], int]]) -> None:
    """Sums by day, put together by quarter and then by year, give the index of all answers at once."""
    changes = [
        (counted(scores, None, date(2026, month, 1 + number % 28)), 1)
        for number, (scores, month) in enumerate(given_answers)
    ]
    days = {day: tally for (day, dimension, _), tally in sum_cells(changes).items() if dimension == "all"}
    quarters = [
        united((NINE, tally) for day, tally in days.items() if (day.month - 1) // 3 == quarter) for quarter in range(4)
    ]
    year = united((names, tally) for quarter in quarters for names, tally in quarter.items())
    assert index_of(year, SKM) == by_decimal([scores for scores, _ in given_answers])
