"""Periods by name, and what the public isn't shown of small cells."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.scorecards.figures import View, count, mean, percent
from evaluation.scorecards.periods import UnknownPeriod, read_period
from evaluation.surveys.small_cells import hidden_cells


@pytest.mark.parametrize(
    ("name", "kind", "start", "end"),
    [
        ("2026", "year", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-S1", "semester", date(2026, 1, 1), date(2026, 7, 1)),
        ("2026-S2", "semester", date(2026, 7, 1), date(2027, 1, 1)),
        ("2026-Q1", "quarter", date(2026, 1, 1), date(2026, 4, 1)),
        ("2026-Q4", "quarter", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026-11", "month", date(2026, 11, 1), date(2026, 12, 1)),
        ("2026-12", "month", date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_names_of_periods(name: str, kind: str, start: date, end: date) -> None:
    period = read_period(name)
    assert (period.kind, period.start, period.end) == (kind, start, end)


@pytest.mark.parametrize("name", ["", "26", "2026-13", "2026-00", "2026-Q5", "2026-1", "2026-Q", "2026-01-01", "0000"])
def test_other_names_are_none(name: str) -> None:
    with pytest.raises(UnknownPeriod):
        read_period(name)


def test_a_period_begins_and_ends_at_local_midnight() -> None:
    """Makassar is eight hours ahead of UTC, Jayapura nine."""
    assert read_period("2026-11").instants("Asia/Makassar") == (
        datetime(2026, 10, 31, 16, tzinfo=UTC),
        datetime(2026, 11, 30, 16, tzinfo=UTC),
    )
    assert read_period("2026").instants("Asia/Jayapura")[0] == datetime(2025, 12, 31, 15, tzinfo=UTC)


def test_trees_are_read_at_the_end_or_today_while_it_runs() -> None:
    year = read_period("2026")
    assert year.last_day(date(2027, 5, 1)) == date(2026, 12, 31)
    assert year.last_day(date(2026, 5, 1)) == date(2026, 5, 1)
    assert year.last_day(date(2025, 5, 1)) == date(2026, 1, 1)


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 30), max_size=8))
def test_nothing_hidden_can_be_reckoned_from_the_total(counts: dict[str, int]) -> None:
    hidden = hidden_cells(counts)
    assert {name for name, value in counts.items() if 0 < value < 5} <= hidden
    held = [counts[name] for name in hidden]
    if held and hidden != {name for name, value in counts.items() if value}:
        # The reader knows their sum and that none is zero: each may be 1, or all that is left when the others are.
        assert len(held) > 1
        assert sum(held) - len(held) + 1 > 5, "together they leave as few possibilities as a small cell"


def test_two_small_cells_of_one_each_are_not_told_by_their_sum() -> None:
    """Of 20 in all, 18 shown: who reads that knows that each of the two others is one."""
    assert hidden_cells({"a": 1, "b": 1, "c": 8, "d": 10}) == {"a", "b", "c"}
    assert hidden_cells({"a": 3, "b": 4, "c": 8}) == {"a", "b"}
    assert hidden_cells({"a": 1, "b": 5, "c": 8}) == {"a", "b", "c"}
    assert hidden_cells({"a": 0, "b": 5, "c": 8}) == frozenset()


def test_the_public_sees_no_small_figure_and_officers_see_all() -> None:
    public, officer = View(for_public=True), View(for_public=False)
    assert count(4, public)["suppressed"]
    assert count(4, officer)["value"] == 4
    assert count(0, public)["value"] == 0
    assert percent(18, 20, public)["suppressed"], "two who weren't served in time can be counted from it"
    assert percent(18, 20, officer) == {"value": 90.0, "numerator": 18, "denominator": 20, "suppressed": False}
    assert percent(0, 0, officer)["value"] is None
    assert mean(13, 3, officer)["value"] == 4.33
