"""Sums of rows into what is replied: counters, medians from counts by whole days, shares as numerator and denominator. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from complaints.statistics import facts
from complaints.statistics.question import Detail, Group

PERCENTILES = {"p50": 50, "p90": 90}
Key = tuple[Any, ...]


@dataclass
class Figures:
    """What was counted of one group: counters by name, and how often each item stands."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(facts.COUNTERS, 0))
    items: dict[str, int] = field(default_factory=dict)

    def add(self, other: "Figures") -> None:
        """Take another group's figures in."""
        for name, number in other.counts.items():
            self.counts[name] += number
        for item, number in other.items.items():
            self.items[item] = self.items.get(item, 0) + number


def gather(
    group_by: Sequence[Group], counts: Iterable[Mapping[str, Any]], spread: Iterable[Mapping[str, Any]]
) -> dict[Key, Figures]:
    """The figures by group, of rows as of reading.count and reading.spread."""
    found: dict[Key, Figures] = {}

    def of(row: Mapping[str, Any]) -> Figures:
        return found.setdefault(tuple(row[f"by_{name}"] for name in group_by), Figures())

    for row in counts:
        figures = of(row)
        for name in facts.COUNTERS:
            figures.counts[name] += row[name] or 0
    for row in spread:
        items = of(row).items
        items[row["item"]] = items.get(row["item"], 0) + row["n"]
    return {key: figures for key, figures in found.items() if figures.counts["filed"]}


def total(groups: Iterable[Figures]) -> Figures:
    """The sum of groups that share no case."""
    whole = Figures()
    for group in groups:
        whole.add(group)
    return whole


def shown(figures: Figures, details: Iterable[Detail]) -> dict[str, Any]:
    """Figures as they are sent."""
    told: dict[str, Any] = {"counts": dict(figures.counts)}
    wanted = frozenset(details)
    if "duties" in wanted:
        told["duties"] = _duties(figures.items)
    if "days" in wanted:
        told["days"] = {name: _days(_by_value(figures.items, f"days:{name}:")) for name in facts.DURATIONS}
    if "ratings" in wanted:
        by_value = _by_value(figures.items, "rating:")
        told["ratings"] = {str(value): by_value.get(value, 0) for value in range(1, 6)}
    if "outcomes" in wanted:
        told["outcomes"] = {item.partition(":")[2]: n for item, n in _standing(figures.items, "outcome:")}
    return told


def percentile(by_value: Mapping[int, int], percent: int) -> int | None:
    """The smallest value that at least so many percent of all don't exceed; None of nothing."""
    count = sum(by_value.values())
    reached = 0
    for value in sorted(by_value):
        reached += by_value[value]
        if reached * 100 >= count * percent:
            return value
    return None


def _standing(items: Mapping[str, int], prefix: str) -> list[tuple[str, int]]:
    return sorted((item, n) for item, n in items.items() if n and item.startswith(prefix))


def _by_value(items: Mapping[str, int], prefix: str) -> dict[int, int]:
    return {int(item.removeprefix(prefix)): n for item, n in _standing(items, prefix)}


def _days(by_value: Mapping[int, int]) -> dict[str, Any]:
    return {
        "cases": sum(by_value.values()),
        "total_days": sum(value * n for value, n in by_value.items()),
        **{name: percentile(by_value, percent) for name, percent in PERCENTILES.items()},
    }


def _duties(items: Mapping[str, int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for item, n in _standing(items, "duty:"):
        _, stage, result = item.split(":")
        found.setdefault(stage, {"met": 0, "breached": 0})[result] = n
    return found
