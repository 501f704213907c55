"""Shares of what passes to successors, and totals carried along a lineage. Exact fractions; pure."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Generic, NamedTuple, TypeVar

Node = TypeVar("Node", bound=Hashable)
ONE = Fraction(1)


class Passing(NamedTuple, Generic[Node]):
    """What one event takes from `from_id` to `to_id`: `share` of it, in (0, 1]. An event's passings happen at once."""

    effective_on: date
    event: Hashable
    """Which event; several on one day happen in the order in which the lineage lists them."""
    from_id: Node
    to_id: Node
    share: Fraction


class SharesDontSum(ValueError):
    """The shares of one predecessor in one event must make 1: else totals by old and new structure would differ."""


def read_share(written: str) -> Fraction:
    """`"0.25"` or `"1/4"` as a fraction. Raises ValueError, also for a denominator of 0."""
    try:
        return Fraction(written)
    except ZeroDivisionError:
        raise ValueError(written) from None


def allocate(total_by_unit: Mapping[Node, Fraction | int], lineage: Sequence[Passing[Node]]) -> dict[Node, Fraction]:
    """Totals by the structure before the lineage's events, as totals by the structure after them.

    Events take effect by day, and those of one day in the order of the lineage; a unit that no event takes anything from
    keeps its total, and one that names itself among its successors keeps its share. The sum is the same, exactly.
    Raises SharesDontSum.
    """
    totals = {unit: Fraction(total) for unit, total in total_by_unit.items()}
    for passed in _events(lineage):
        taken = {unit: totals.pop(unit) for unit in passed if unit in totals}
        for unit, total in taken.items():
            for to_id, share in passed[unit]:
                totals[to_id] = totals.get(to_id, Fraction()) + total * share
    return totals


def _events(lineage: Sequence[Passing[Node]]) -> Iterable[Mapping[Node, list[tuple[Node, Fraction]]]]:
    """Each event's successors by predecessor, in order of time."""
    events: dict[tuple[date, Hashable], dict[Node, list[tuple[Node, Fraction]]]] = {}
    for passing in lineage:
        found = events.setdefault((passing.effective_on, passing.event), defaultdict(list))
        found[passing.from_id].append((passing.to_id, passing.share))
    for _, passed in sorted(events.items(), key=lambda item: item[0][0]):
        if any(sum(share for _, share in successors) != ONE for successors in passed.values()):
            raise SharesDontSum
        yield passed


def principal_first(parts: Sequence[tuple[Node, Fraction]], *, itself: Node) -> list[tuple[Node, Fraction]]:
    """The parts with the principal successor first: who stays, else who gets most, else who is named first.

    What isn't allotted (services, posts, units below, open cases) follows the principal.
    """
    return sorted(parts, key=lambda part: (part[0] != itself, -part[1]))
