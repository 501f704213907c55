"""Dated versions: changes, corrections and periods, by hand and against a day-by-day model."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.timeline import EmptyPeriod, NotInForce, Timeline, Version, change, correct, span, version_on

D2020, D2022, D2024, D2026 = (date(year, 1, 1) for year in (2020, 2022, 2024, 2026))
ONE = (Version(D2020, None, {"name": "old"}),)
TWO = (Version(D2020, D2024, {"name": "old"}), Version(D2024, None, {"name": "new"}))


def test_a_change_cuts_the_version_in_force() -> None:
    assert change(ONE, D2024, {"name": "new"}) == TWO


def test_a_change_on_the_first_day_replaces_the_version() -> None:
    assert change(ONE, D2020, {"name": "new"}) == (Version(D2020, None, {"name": "new"}),)


def test_a_change_leaves_later_versions_alone() -> None:
    assert change(TWO, D2022, {"name": "between"}) == (
        Version(D2020, D2022, {"name": "old"}),
        Version(D2022, D2024, {"name": "between"}),
        Version(D2024, None, {"name": "new"}),
    )


def _unit(name: str, parent: str) -> dict[str, str]:
    return {"name": name, "parent": parent}


MOVED = (Version(D2020, D2024, _unit("old", "a")), Version(D2024, None, _unit("old", "b")))


def test_a_change_goes_on_in_later_versions_that_changed_something_else() -> None:
    assert change(MOVED, D2022, {"name": "new"}) == (
        Version(D2020, D2022, _unit("old", "a")),
        Version(D2022, D2024, _unit("new", "a")),
        Version(D2024, None, _unit("new", "b")),
    )


def test_a_correction_goes_on_in_them_too() -> None:
    assert correct(MOVED, D2022, {"name": "right"}) == (
        Version(D2020, D2024, _unit("right", "a")),
        Version(D2024, None, _unit("right", "b")),
    )


def test_a_change_goes_on_until_something_else_was_decided() -> None:
    renamed = (*MOVED[:1], Version(D2024, D2026, _unit("old", "b")), Version(D2026, None, _unit("later", "b")))
    assert [version.content["name"] for version in change(renamed, D2022, {"name": "new"})] == [
        "old", "new", "new", "later",
    ]  # fmt: skip
    assert [version.content for version in change(renamed, D2022, {"name": "new", "parent": "c"})] == [
        _unit("old", "a"), _unit("new", "c"), _unit("new", "b"), _unit("later", "b"),
    ]  # fmt: skip


def test_a_correction_was_always_so() -> None:
    assert correct(TWO, D2022, {"name": "right"})[0] == Version(D2020, D2024, {"name": "right"})


def test_neighbours_that_say_the_same_are_one() -> None:
    assert correct(TWO, D2026, {"name": "old"}) == ONE
    assert change(ONE, D2022, {"name": "old"}) == ONE


def test_nothing_changes_where_nothing_is_in_force() -> None:
    closed = (Version(D2020, D2024, {"name": "old"}),)
    with pytest.raises(NotInForce):
        change(closed, D2024, {"name": "new"})
    with pytest.raises(NotInForce):
        correct(closed, date(2019, 12, 31), {"name": "new"})


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (D2020, D2026, (Version(D2020, D2024, {"name": "old"}), Version(D2024, D2026, {"name": "new"}))),  # ended
        (D2020, D2022, (Version(D2020, D2022, {"name": "old"}),)),  # the later version falls away
        (D2026, None, (Version(D2026, None, {"name": "new"}),)),  # the earlier one does
        (date(2010, 1, 1), None, (Version(date(2010, 1, 1), D2024, {"name": "old"}), TWO[1])),  # begun earlier
        (date(2000, 1, 1), date(2001, 1, 1), (Version(date(2000, 1, 1), date(2001, 1, 1), {"name": "old"}),)),
    ],
)
def test_a_period_moves_the_outer_bounds(begins: date, ends: date | None, expected: Timeline) -> None:
    assert span(TWO, begins, ends) == expected


def test_a_period_has_a_day() -> None:
    with pytest.raises(EmptyPeriod):
        span(ONE, D2022, D2022)


DAYS = st.integers(0, 60).map(lambda days: D2020 + timedelta(days=days))


@given(st.lists(st.tuples(st.sampled_from([change, correct]), DAYS, st.sampled_from("abc")), max_size=8))
def test_every_day_says_what_a_model_says(steps: list[tuple[object, date, str]]) -> None:
    versions: Timeline = (Version(D2020, None, {"name": "start"}),)
    model = dict.fromkeys(range(62), "start")
    for alter, day, name in steps:
        offset = (day - D2020).days
        current = version_on(versions, day)
        if alter is change:
            affected = [each for each in model if each >= offset and current.holds_on(D2020 + timedelta(days=each))]
            versions = change(versions, day, {"name": name})
        else:
            affected = [each for each in model if current.holds_on(D2020 + timedelta(days=each))]
            versions = correct(versions, day, {"name": name})
        model.update(dict.fromkeys(affected, name))
        assert versions[0].begins == D2020
        assert versions[-1].ends is None
        assert all(left.ends == right.begins for left, right in pairwise(versions))
        assert all(left.content != right.content for left, right in pairwise(versions))
    for offset, name in model.items():
        assert version_on(versions, D2020 + timedelta(days=offset)).content["name"] == name
