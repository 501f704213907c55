"""Units that lie below themselves on some day. Pure."""

from collections.abc import Callable, Collection
from datetime import date
from uuid import UUID

from registry.imports.plans.places import overlap
from registry.timeline import Timeline

_HIGHEST = 100


def in_circle(changed: Collection[UUID], timeline_of: Callable[[UUID], Timeline]) -> list[UUID]:
    """Those of the changed units that are above themselves on a day.

    Whose line upward ends, whatever the day, is in none: only for the few others are the days themselves followed.
    """
    ends: set[UUID] = set()
    return [
        unit_id for unit_id in changed if not _ends(unit_id, timeline_of, ends) and _meets_itself(unit_id, timeline_of)
    ]


def _ends(start: UUID, timeline_of: Callable[[UUID], Timeline], known: set[UUID]) -> bool:
    """Whether every way upward ends, periods aside; what is found to end is remembered in `known`."""
    path: set[UUID] = set()
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


def _meets_itself(start: UUID, timeline_of: Callable[[UUID], Timeline]) -> bool:
    waiting: list[tuple[UUID, date, date | None, int]] = [
        (version.content["parent_id"], version.begins, version.ends, 0) for version in timeline_of(start)
    ]
    while waiting:
        unit_id, begins, ends, height = waiting.pop()
        if unit_id == start:
            return True
        if unit_id is None or height > _HIGHEST:
            continue
        waiting += [
            (version.content["parent_id"], *days, height + 1)
            for version in timeline_of(unit_id)
            if (days := overlap(version, begins, ends)) is not None
        ]
    return False
