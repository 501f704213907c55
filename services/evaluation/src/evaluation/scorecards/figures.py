"""Figures with what they are made of. Null where nothing is known; hidden from the public where few people stand behind. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaluation.surveys.index import half_up
from evaluation.surveys.small_cells import LEAST, hidden_cells

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """Who looks: for the public, small cells are hidden."""

    for_public: bool

    def hides(self, people: int) -> bool:
        """Whether a figure that so many cases or answers stand behind is hidden."""
        return self.for_public and 0 < people < LEAST


def count(value: int, view: View) -> Document:
    """A number of cases."""
    return _hidden() if view.hides(value) else _figure(value, None, None)


def percent(numerator: int, denominator: int, view: View, *, of_people: bool = True) -> Document:
    """A share in percent, 2 decimals; null where there is nothing to share. `of_people`: cases or answers, not services.

    What few either did or failed to do is hidden too: one could count the rest.
    """
    if denominator == 0:
        return _figure(None, 0, 0)
    few = of_people and (view.hides(denominator) or view.hides(numerator) or view.hides(denominator - numerator))
    if few:
        return _hidden()
    return _figure(_number(Fraction(100 * numerator, denominator)), numerator, denominator)


def mean(total: int, n: int, view: View) -> Document:
    """A mean, 2 decimals."""
    if n == 0:
        return _figure(None, 0, 0)
    return _hidden() if view.hides(n) else _figure(_number(Fraction(total, n)), total, n)


def median_days(seconds: float | None, n: int, view: View) -> Document:
    """A median of durations in calendar days, 2 decimals; the denominator is how many there were."""
    if seconds is None:
        return _figure(None, None, 0)
    return _hidden() if view.hides(n) else _figure(_number(Fraction(seconds) / 86_400), None, n)


def by_code(counts: Mapping[str, int], view: View) -> Document:
    """Counts by code, none of which can be reckoned from the others if it is hidden."""
    hidden = hidden_cells(counts) if view.for_public else frozenset()
    return {code: _hidden() if code in hidden else _figure(number, None, None) for code, number in counts.items()}


def _number(value: Fraction) -> float:
    rounded: Decimal = half_up(value, 2)
    return float(rounded)


def _figure(value: float | None, numerator: int | None, denominator: int | None) -> Document:
    return {"value": value, "numerator": numerator, "denominator": denominator, "suppressed": False}


def _hidden() -> Document:
    return {"value": None, "numerator": None, "denominator": None, "suppressed": True}
