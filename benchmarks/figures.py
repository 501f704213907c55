"""What is measured and what is made of it: figures of one measurement, ratios between variants of the same round. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple


class Figure(NamedTuple):
    """One measurement: requests (or transactions) a second, quantiles of their time in milliseconds, how many failed."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int


@dataclass(frozen=True)
class Measurement:
    """The figure of a variant at so many connections in one round."""

    scenario: str
    variant: str
    connections: int
    round: int
    figure: Figure


class Spread(NamedTuple):
    """The least, the middle and the greatest of the rounds."""

    least: float
    middle: float
    greatest: float


def spread(values: Iterable[float]) -> Spread:
    """The spread of at least one value."""
    found = sorted(values)
    return Spread(found[0], median(found), found[-1])


def figures_of(measurements: Iterable[Measurement], scenario: str, variant: str, connections: int) -> dict[int, Figure]:
    """The figures of one variant, by round."""
    return {
        each.round: each.figure
        for each in measurements
        if (each.scenario, each.variant, each.connections) == (scenario, variant, connections)
    }


def ratio(over: dict[int, Figure], under: dict[int, Figure]) -> Spread:
    """Throughput of one variant as a share of another's, round by round: what the machine does meanwhile cancels out."""
    return spread(over[number].per_second / under[number].per_second for number in sorted(over.keys() & under.keys()))


def added_p50_ms(over: dict[int, Figure], under: dict[int, Figure]) -> Spread:
    """How much longer the middle request takes, round by round, in milliseconds."""
    return spread(over[number].p50_ms - under[number].p50_ms for number in sorted(over.keys() & under.keys()))


def quantile(ordered: list[float], share: float) -> float:
    """The smallest of the ordered values that at least `share` of them don't exceed."""
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]
