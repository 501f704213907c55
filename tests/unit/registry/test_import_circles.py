"""Circles in a dated tree: what lies below itself on one day at least."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.imports.plans.circles import in_circle
from registry.timeline import Timeline, Version

IDS = [UUID(int=number) for number in range(1, 7)]
A, B, C, *_ = IDS
OPEN = (date(2020, 1, 1), None)


def below(parent: UUID | None, begins: date = date(2020, 1, 1), ends: date | None = None) -> Version:
    return Version(begins, ends, {"parent_id": parent})


def test_a_line_and_a_circle() -> None:
    line: dict[UUID, Timeline] = {A: (below(None),), B: (below(A),), C: (below(B),)}
    assert in_circle(line, lambda id_: line.get(id_, ())) == []
    circle = {**line, A: (below(C),)}
    assert in_circle(circle, lambda id_: circle.get(id_, ())) == [A, B, C]
    itself: dict[UUID, Timeline] = {A: (below(A),)}
    assert in_circle(itself, lambda id_: itself.get(id_, ())) == [A]


def test_what_is_below_a_circle_is_in_none() -> None:
    """Whatever is below two lines to it: each way is followed once."""
    circle: dict[UUID, Timeline] = {A: (below(B),), B: (below(A), below(C)), C: (below(A), below(B))}
    low: Timeline = (below(A), below(B, begins=date(2021, 1, 1)))
    assert in_circle({IDS[3]: low, **circle}, lambda id_: low if id_ == IDS[3] else circle.get(id_, ())) == [A, B, C]


def test_two_that_change_places_on_a_day_are_in_none() -> None:
    day = date(2024, 1, 1)
    swap: dict[UUID, Timeline] = {
        A: (below(None, ends=day), below(B, begins=day)),
        B: (below(A, ends=day), below(None, begins=day)),
    }
    assert in_circle(swap, lambda id_: swap.get(id_, ())) == []
    late = {**swap, B: (below(A, ends=date(2024, 1, 2)), below(None, begins=date(2024, 1, 2)))}
    assert in_circle(late, lambda id_: late.get(id_, ())) == [A, B]


@given(
    st.dictionaries(st.sampled_from(IDS), st.lists(st.sampled_from([None, *IDS]), min_size=1, max_size=3), min_size=1)
)
def test_as_day_by_day(parents: dict[UUID, list[UUID | None]]) -> None:
    """Version n holds in year 2020 + n; a unit is in a circle if on some year's first day its way up meets itself."""
    tree = {
        id_: tuple(below(parent, date(2020 + n, 1, 1), date(2021 + n, 1, 1)) for n, parent in enumerate(line))
        for id_, line in parents.items()
    }

    def meets_itself(start: UUID, year: int) -> bool:
        here: UUID | None = start
        for _ in range(len(IDS) + 1):
            line = parents.get(here, []) if here else []
            here = line[year] if year < len(line) else None
            if here == start:
                return True
        return False

    expected = [id_ for id_ in tree if any(meets_itself(id_, year) for year in range(3))]
    assert in_circle(tree, lambda id_: tree.get(id_, ())) == expected


@pytest.mark.parametrize("height", [1_000])
def test_a_long_line_needs_no_stack(height: int) -> None:
    ids = [UUID(int=number) for number in range(height)]
    line: dict[UUID, Timeline] = {id_: (below(ids[number - 1] if number else None),) for number, id_ in enumerate(ids)}
    assert in_circle(line, lambda id_: line.get(id_, ())) == []
