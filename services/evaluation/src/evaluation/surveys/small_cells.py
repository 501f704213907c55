"""Small cells: what the public isn't shown, because few people stand behind it. Pure."""

from collections.abc import Mapping

LEAST = 5


def hidden_cells(counts: Mapping[str, int], *, total_shown: bool = True) -> frozenset[str]:
    """The cells of one breakdown to hide: those of 1 to 4, and where that would leave a single one, the next smallest too.

    With the total in view a lone hidden cell could be reckoned from the others. Empty cells hide nothing and are shown.
    """
    small = {name for name, count in counts.items() if 0 < count < LEAST}
    if total_shown and len(small) == 1:
        others = sorted((count, name) for name, count in counts.items() if name not in small and count > 0)
        if others:
            small.add(others[0][1])
    return frozenset(small)
