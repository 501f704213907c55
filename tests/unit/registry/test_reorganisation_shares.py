"""Totals along a lineage: by old and by new structure they agree, whatever was merged, split and split again."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.reorganisations.shares import Passing, SharesDontSum, allocate, principal_first, read_share

DAY = date(2024, 10, 21)
HALF = Fraction(1, 2)


def passed(from_id: str, to_id: str, share: Fraction | int = 1, *, day: date = DAY, event: int = 1) -> Passing[str]:
    return Passing(day, event, from_id, to_id, Fraction(share))


def test_a_merger_adds_up_and_a_split_divides() -> None:
    assert allocate({"a": 3, "b": 4, "z": 1}, [passed("a", "c"), passed("b", "c")]) == {"c": 7, "z": 1}
    assert allocate({"a": 3}, [passed("a", "b", HALF), passed("a", "c", HALF)]) == {"b": 3 * HALF, "c": 3 * HALF}


def test_thirds_are_exact() -> None:
    thirds = [passed("a", name, read_share("1/3")) for name in "bcd"]
    assert sum(allocate({"a": 100}, thirds).values()) == 100
    with pytest.raises(SharesDontSum):
        allocate({"a": 100}, [passed("a", name, read_share("0.3333")) for name in "bcd"])


def test_who_stays_keeps_its_share() -> None:
    assert allocate({"a": 10, "b": 1}, [passed("a", "a", Fraction("0.7")), passed("a", "b", Fraction("0.3"))]) == {
        "a": 7,
        "b": 4,
    }


def test_one_event_happens_at_once_and_events_in_order_of_time() -> None:
    swap = [passed("a", "b"), passed("b", "a")]
    assert allocate({"a": 1, "b": 2}, swap) == {"b": 1, "a": 2}
    later = passed("b", "c", day=DAY + timedelta(days=1), event=2)
    assert allocate({"a": 5}, [later, passed("a", "b")]) == {"c": 5}
    earlier = passed("b", "c", day=DAY - timedelta(days=1), event=3)
    assert allocate({"a": 5}, [passed("a", "b"), earlier]) == {"b": 5}


@pytest.mark.parametrize("written", ["1/0", "x", "1,5"])
def test_what_isnt_a_share(written: str) -> None:
    with pytest.raises(ValueError, match=written):
        read_share(written)


def test_the_principal_is_who_stays_else_the_largest_else_the_first() -> None:
    third = Fraction(1, 3)
    assert principal_first([("b", third), ("c", 2 * third)], itself="a")[0][0] == "c"
    assert principal_first([("b", 2 * third), ("a", third)], itself="a")[0][0] == "a"
    assert principal_first([("b", HALF), ("c", HALF)], itself="a")[0][0] == "b"


@st.composite
def lineages(draw: st.DrawFn) -> list[Passing[int]]:
    """Events one after another, each of several units at once, over a handful of units."""
    found: list[Passing[int]] = []
    days = count()
    for event in range(draw(st.integers(0, 6))):
        day = DAY + timedelta(days=next(days) // 2)  # some days have two events
        for from_id in draw(st.sets(st.integers(0, 5), max_size=3)):
            heirs = draw(st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True))
            weights = [draw(st.integers(1, 50)) for _ in heirs]
            found += [
                Passing(day, event, from_id, to_id, Fraction(weight, sum(weights)))
                for to_id, weight in zip(heirs, weights, strict=True)
            ]
    return found


TOTALS = st.dictionaries(st.integers(0, 9), st.integers(-(10**12), 10**12))


@given(TOTALS, lineages())
def test_totals_agree(totals: dict[int, int], lineage: list[Passing[int]]) -> None:
    assert sum(allocate(totals, lineage).values()) == sum(totals.values())


@given(TOTALS, TOTALS, lineages())
def test_adding_first_or_allocating_first_is_the_same(
    one: dict[int, int], two: dict[int, int], lineage: list[Passing[int]]
) -> None:
    together = allocate({unit: one.get(unit, 0) + two.get(unit, 0) for unit in one.keys() | two.keys()}, lineage)
    left, right = allocate(one, lineage), allocate(two, lineage)
    for unit in left.keys() | right.keys() | together.keys():
        assert together.get(unit, 0) == left.get(unit, 0) + right.get(unit, 0)


@given(TOTALS, lineages(), st.integers(0, 6))
def test_a_lineage_may_be_taken_in_two_parts(totals: dict[int, int], lineage: list[Passing[int]], cut: int) -> None:
    before = [each for each in lineage if isinstance(each.event, int) and each.event < cut]
    after = lineage[len(before) :]
    assert allocate(allocate(totals, before), after) == allocate(totals, lineage)
