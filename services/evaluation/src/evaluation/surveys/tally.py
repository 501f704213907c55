"""Sums of answers: all that the index needs, exact, and small whatever the number of answers. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Elements = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Of `n` answers to the same elements: the sum by element, and the sum of the squares of each answer's total."""

    n: int
    sums: tuple[int, ...]
    square_sum: int

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.n + other.n,
            tuple(mine + its for mine, its in zip(self.sums, other.sums, strict=True)),
            self.square_sum + other.square_sum,
        )

    def __neg__(self) -> "Tally":
        return Tally(-self.n, tuple(-each for each in self.sums), -self.square_sum)

    @property
    def total(self) -> int:
        """The sum of all scores."""
        return sum(self.sums)


def tally_of_many(answers: Sequence[Sequence[int]]) -> Tally:
    """The tally of at least one answer to the same elements, each with the square of its total behind its scores."""
    *sums, squares = map(sum, zip(*answers, strict=True))
    return Tally(len(answers), tuple(sums), squares)


def tally_of_gaps(pairs: Sequence[tuple[int, int]]) -> Tally:
    """The tally of at least one pair (expected, perceived): both sums, and the squares of the gaps."""
    expected, perceived = zip(*pairs, strict=True)
    return Tally(len(pairs), (sum(expected), sum(perceived)), sum((wide - narrow) ** 2 for narrow, wide in pairs))


def nothing(elements: Sequence[str]) -> Tally:
    """The tally of no answers to these elements."""
    return Tally(0, (0,) * len(elements), 0)


Union = Mapping[Elements, Tally]
"""Answers of several surveys: a tally for each set of elements that was asked."""


def united(parts: Iterable[tuple[Sequence[str], Tally]]) -> Union:
    """The union of several surveys' answers. Sets of elements differ where units added some of their own."""
    found: dict[Elements, Tally] = {}
    for names, tally in parts:
        key = tuple(names)
        found[key] = found[key] + tally if key in found else tally
    return {key: tally for key, tally in found.items() if tally.n}
