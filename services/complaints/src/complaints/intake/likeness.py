"""How alike two matters are, by text, place and time. Pure.

Texts are compared by words alone that many share, places to some two kilometres: what is asked here tells nobody where
another one lives or what else he or she wrote.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any, NamedTuple

MOST_WORDS = 6
WINDOW_DAYS = 90
CELL_DEGREES = 0.02
"""Some two kilometres."""
_TEXT, _PLACE, _TIME = 0.6, 0.25, 0.15
_REGENCY = 5


class Where(NamedTuple):
    """A regency or city by its code, and the cell of a point."""

    region: str | None
    cell: tuple[int, int] | None


class Matter(NamedTuple):
    """What is compared: known stems of the text, the place, the day on which it happened or was told."""

    stems: Collection[str]
    where: Where
    day: date


def where(region_code: str | None, location: Mapping[str, Any] | None) -> Where:
    """The place of a filing or a case. `location` as cases hold it: lat, lon, address."""
    lat, lon = (location or {}).get("lat"), (location or {}).get("lon")
    cell = None if lat is None or lon is None else (round(lat / CELL_DEGREES), round(lon / CELL_DEGREES))
    return Where(region_code[:_REGENCY] if region_code else None, cell)


def question(words: Sequence[str]) -> str | None:
    """A search for texts that share at least two of the words, the most telling ones; None without any word."""
    chosen = list(words)[:MOST_WORDS]
    if len(chosen) < 2:
        return chosen[0] if chosen else None
    return " or ".join(f"{one} {other}" for one, other in combinations(chosen, 2))


def likeness(new: Matter, old: Matter) -> float:
    """From 0 to 1. A place that either doesn't name says half."""
    both, either = set(new.stems) & set(old.stems), set(new.stems) | set(old.stems)
    text = len(both) / len(either) if either else 0.0
    apart = abs((new.day - old.day).days)
    time = max(0.0, 1 - apart / WINDOW_DAYS)
    return round(_TEXT * text + _PLACE * _place(new.where, old.where) + _TIME * time, 2)


def _place(new: Where, old: Where) -> float:
    if new.cell is not None and old.cell is not None:
        return float(all(abs(one - other) <= 1 for one, other in zip(new.cell, old.cell, strict=True)))
    if new.region is None or old.region is None:
        return 0.5
    return 0.75 if new.region == old.region else 0.0
