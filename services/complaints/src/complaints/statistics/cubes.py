"""The roll-ups: which dimensions are kept together by year, month and day, and which of them answers a question. Pure.

A question takes the first cube that holds all it names; what no cube holds is counted on the rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

Grain = Literal["year", "month", "day"]
GRAINS: tuple[Grain, ...] = ("year", "month", "day")
REGENCY = 5
"""Digits and dot of a regency's or city's code; roll-ups know no finer place."""
DIMENSIONS = (
    "source", "institution_id", "unit_id", "service_id", "type", "case_class", "state", "category", "channel",
    "region_code", "confidential",
)  # fmt: skip
"""Columns of the cells, in their order."""
ALWAYS = frozenset({"source", "confidential"})
"""Two values each: kept apart everywhere."""


@dataclass(frozen=True, slots=True)
class Cube:
    """Cells by these dimensions and each of these grains. `number` is for ever; with a grain it names the rows."""

    number: int
    dimensions: frozenset[str]
    grains: tuple[Grain, ...] = GRAINS

    def code(self, grain: Grain) -> int:
        """What its rows of a grain are marked with."""
        return self.number * 10 + GRAINS.index(grain)


def _cube(number: int, *dimensions: str, grains: tuple[Grain, ...] = GRAINS) -> Cube:
    return Cube(number, ALWAYS | frozenset(dimensions), grains)


_MONTHS: tuple[Grain, ...] = ("year", "month")
# From small to large. A cube earns its keep where it holds a tenth of the cases at most: what is asked of few cases, or by
# more dimensions together, is counted on the rows. Those of the whole country have days: half a month of it is many rows.
COUNTED = (
    _cube(1, "type", "case_class", "state"),
    _cube(2, "institution_id", "type"),
    _cube(3, "type", "category"),
    _cube(4, "type", "channel"),
    _cube(5, "type", "region_code", grains=_MONTHS),
    _cube(6, "institution_id", "type", "case_class", "state", grains=_MONTHS),
    _cube(7, "institution_id", "unit_id", "type", "case_class", grains=_MONTHS),
    _cube(8, "institution_id", "service_id", "type", grains=_MONTHS),
    _cube(9, "institution_id", "type", "category", grains=_MONTHS),
    _cube(10, "institution_id", "type", "channel", grains=_MONTHS),
    _cube(11, "institution_id", "type", "region_code", grains=_MONTHS),
)
SPREAD = (
    _cube(31, "type", "case_class"),
    _cube(32, "institution_id", "type", grains=_MONTHS),
    _cube(33, "type", "category", grains=_MONTHS),
    _cube(34, "region_code", grains=_MONTHS),
    _cube(35, "institution_id", "unit_id", grains=("year",)),
)
"""Of what is counted by its value: without the state, so that a case that moves on moves no cells."""


@dataclass(frozen=True, slots=True)
class Span:
    """Cells of one grain whose period begins in [start, end)."""

    grain: Grain
    start: date
    end: date


FIRST, LAST = date(1900, 1, 1), date(9000, 1, 1)
"""Beyond what an instant of the API may be: a side that is open."""


def choose(cubes: Iterable[Cube], needed: frozenset[str], days: tuple[date, date], finest: Grain | None) -> Cube | None:
    """The first cube that holds `needed` and leaves no day over; else the first that holds it; None if none does."""
    fitting = [cube for cube in cubes if needed <= cube.dimensions and (finest is None or finest in cube.grains)]
    whole = (cube for cube in fitting if not decompose(*days, grains_for(cube, finest))[1])
    return next(whole, fitting[0] if fitting else None)


def grains_for(cube: Cube, finest: Grain | None) -> tuple[Grain, ...]:
    """The cube's grains that a question grouped by `finest` may use: no coarser ones."""
    return cube.grains if finest is None else tuple(g for g in cube.grains if GRAINS.index(g) >= GRAINS.index(finest))


def decompose(start: date, end: date, grains: tuple[Grain, ...]) -> tuple[list[Span], list[tuple[date, date]]]:
    """[start, end) as spans of whole cells, the coarsest first, and the days that are left over."""
    if start >= end:
        return [], []
    if not grains:
        return [], [(start, end)]
    grain, *finer = grains
    low, high = _next(start, grain), _begin(end, grain)
    if low >= high:
        return decompose(start, end, tuple(finer))
    spans, left = [Span(grain, low, high)], []
    for part in ((start, low), (high, end)):
        more, over = decompose(*part, tuple(finer))
        spans += more
        left += over
    return spans, left


def joined(ranges: Iterable[tuple[date, date]]) -> Iterator[tuple[date, date]]:
    """The ranges in order, those that touch as one."""
    held: tuple[date, date] | None = None
    for start, end in sorted(ranges):
        if held is not None and start <= held[1]:
            held = held[0], max(held[1], end)
            continue
        if held is not None:
            yield held
        held = start, end
    if held is not None:
        yield held


def _begin(day: date, grain: Grain) -> date:
    """The first day of the year, month or day that `day` lies in."""
    if grain == "year":
        return day.replace(month=1, day=1)
    return day.replace(day=1) if grain == "month" else day


def _next(day: date, grain: Grain) -> date:
    """The first beginning of a year, month or day on or after `day`."""
    begin = _begin(day, grain)
    if begin == day:
        return day
    if grain == "year":
        return date(day.year + 1, 1, 1)
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
