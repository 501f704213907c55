"""What a run is told on the command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

SCENARIOS = ("create", "read", "inbox", "size")
SHORTEST_SECONDS, LONGEST_SECONDS = 1, 45
"""An internal token lives a minute: one measurement must end before."""
FEWEST_CASES = 2_000
"""Enough for a whole page of the officer's institution."""


@dataclass(frozen=True)
class Options:
    """`cases` are loaded before; `only` names scenarios."""

    rounds: int
    seconds: int
    connections: tuple[int, ...]
    cases: int
    only: tuple[str, ...]


def read_options(arguments: Sequence[str]) -> Options:
    """The options of a command line; ends the process with a sentence if they make no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Compare the platform with its database and with a bare application."
    )
    parser.add_argument("--rounds", type=_Between(1, 100), default=3, help="how often each variant is measured (3)")
    parser.add_argument(
        "--seconds",
        type=_Between(SHORTEST_SECONDS, LONGEST_SECONDS),
        default=3,
        help="how long one measurement takes (3)",
    )
    parser.add_argument(
        "--connections", type=_connections, default=(1, 32), help="connections at once, by commas (1,32)"
    )
    parser.add_argument(
        "--cases", type=_Between(FEWEST_CASES, 100_000_000), default=100_000, help="cases loaded before (100000)"
    )
    parser.add_argument(
        "--only", type=_scenarios, default=SCENARIOS, help=f"scenarios by commas ({','.join(SCENARIOS)})"
    )
    given = parser.parse_args(arguments)
    return Options(given.rounds, given.seconds, given.connections, given.cases, given.only)


@dataclass(frozen=True)
class _Between:
    """Reads a whole number within bounds."""

    least: int
    most: int

    def __call__(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and self.least <= int(text) <= self.most):
            raise argparse.ArgumentTypeError(f"{text} isn't a number from {self.least} to {self.most}")
        return int(text)


def _connections(text: str) -> tuple[int, ...]:
    each = _Between(1, 128)
    return tuple(each(part) for part in text.split(","))


def _scenarios(text: str) -> tuple[str, ...]:
    names = text.split(",")
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: known are {', '.join(SCENARIOS)}")
    return tuple(name for name in SCENARIOS if name in names)
