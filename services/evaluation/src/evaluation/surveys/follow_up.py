"""How far a plan of follow-up has come, and how fast: indicators 8 and 9 of PEKPPP's form F-02. Pure.

Share of programmes realised: no plan 0, nothing done 1, below 30 % 2, up to 80 % 3, above 4, all 5. Speed until all are
done, from the publication: within a month 5, three 4, six 3, nine 2, a year 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaluation.surveys.index import half_up

SPEED = ((1, 5), (3, 4), (6, 3), (9, 2), (12, 1))
"""Months within which everything was done, and the level that earns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Realisation:
    """`percent` with two decimals and `level` 0 to 5; `finished_on` and `speed_level` None while something is left to do."""

    planned: int
    realised: int
    percent: Decimal | None
    level: int
    finished_on: date | None
    speed_level: int | None

    @property
    def complete(self) -> bool:
        return self.planned > 0 and self.realised == self.planned


def realisation_of(items: Sequence[Mapping[str, Any]], published_on: date | None) -> Realisation:
    """Of a plan's items, by their `realised_on`. A result that isn't published, or has no plan, has no speed: level 0 or None."""
    days = [item["realised_on"] for item in items if item["realised_on"] is not None]
    planned, done = len(items), len(days)
    share = Fraction(done, planned) if planned else None
    finished = max(days) if planned and done == planned else None
    speed = None if planned else 0
    if finished is not None and published_on is not None:
        speed = speed_level(published_on, finished)
    return Realisation(
        planned=planned,
        realised=done,
        percent=None if share is None else half_up(share * 100, 2),
        level=share_level(share),
        finished_on=finished,
        speed_level=speed,
    )


def share_level(share: Fraction | None) -> int:
    """The level of a share of programmes realised; None: there is no plan."""
    if share is None:
        return 0
    if share in (0, 1):
        return 5 if share else 1
    return 2 if share < Fraction(30, 100) else 3 if share <= Fraction(80, 100) else 4


def speed_level(published_on: date, finished_on: date) -> int:
    """The level for having done everything by a day; 0 after more than a year."""
    return next((level for months, level in SPEED if finished_on <= _months_later(published_on, months)), 0)


def _months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for shorter in range(4):
        try:
            return date(year, month + 1, day.day - shorter)
        except ValueError:
            continue
    raise AssertionError("a month has at least 28 days")
