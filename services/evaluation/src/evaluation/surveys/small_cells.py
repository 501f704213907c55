"""Small cells: what the public isn't shown, because few people stand behind it. Pure."""

from collections.abc import Mapping, Sequence

LEAST = 5


def hidden_cells(counts: Mapping[str, int]) -> frozenset[str]:
    """The cells of one breakdown to hide: those of 1 to 4, and beside them the next smallest until together they are vague.

    The total stands in view, so that the sum of what is hidden can be reckoned: a lone cell would be told by it, and so would
    two of one each. Empty cells hide nothing and are shown.
    """
    ordered = sorted((count, name) for name, count in counts.items() if count > 0)
    hidden = sum(count < LEAST for count, _ in ordered)
    while 0 < hidden < len(ordered) and not _vague([count for count, _ in ordered[:hidden]]):
        hidden += 1
    return frozenset(name for _, name in ordered[:hidden])


def _vague(counts: Sequence[int]) -> bool:
    """Whether numbers whose sum is known could each be one of several, also knowing that none of them is zero."""
    return len(counts) > 1 and sum(counts) - len(counts) >= LEAST
