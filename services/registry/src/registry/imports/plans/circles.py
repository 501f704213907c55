"""Units that lie below themselves on some day, and institutions that supervise themselves. Pure."""

from collections.abc import Callable, Collection, Hashable
from datetime import date
from typing import TypeVar

from registry.imports.plans.places import overlap
from registry.timeline import Timeline

K = TypeVar("K", bound=Hashable)


def in_circle(changed: Collection[K], timeline_of: Callable[[K], Timeline]) -> list[K]:
    """Those of the changed units that are above themselves on a day; what is above one is the `parent_id` of its versions, of
    which several may hold at once.

    Whose line upward ends, whatever the day, is in none: only for the few others are the days themselves followed.
    """
    ends: set[K] = set()
    return [
        unit_id for unit_id in changed if not _ends(unit_id, timeline_of, ends) and _meets_itself(unit_id, timeline_of)
    ]


def _ends(start: K, timeline_of: Callable[[K], Timeline], known: set[K]) -> bool:
    """Whether every way upward ends, periods aside; what is found to end is remembered in `known`."""
    path: set[K] = set()
    waiting = [(start, False)]
    while waiting:
        unit_id, left = waiting.pop()
        if left:
            path.discard(unit_id)
            known.add(unit_id)
        elif unit_id in path:
            return False
        elif unit_id not in known:
            path.add(unit_id)
            waiting.append((unit_id, True))
            above = {version.content["parent_id"] for version in timeline_of(unit_id)} - {None}
            waiting += [(parent_id, False) for parent_id in above]
    return True


def _meets_itself(start: K, timeline_of: Callable[[K], Timeline]) -> bool:
    waiting: list[tuple[K, date, date | None]] = [
        (version.content["parent_id"], version.begins, version.ends) for version in timeline_of(start)
    ]
    seen = set(waiting)  # others above it may be in a circle
    while waiting:
        above, begins, ends = waiting.pop()
        if above == start:
            return True
        if above is None:
            continue
        further = {
            (version.content["parent_id"], *days)
            for version in timeline_of(above)
            if (days := overlap(version, begins, ends)) is not None
        }
        waiting += further - seen
        seen |= further
    return False
