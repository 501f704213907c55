"""Dated versions of one thing, and how they change: pure. Periods are half-open days, None = open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any


class NotInForce(LookupError):
    """There is no version on that day."""


class EmptyPeriod(ValueError):
    """A period must end after it begins."""


@dataclass(frozen=True, slots=True)
class Version:
    """What held from a day up to, not including, another."""

    begins: date
    ends: date | None
    content: Mapping[str, Any]

    def holds_on(self, day: date) -> bool:
        return self.begins <= day and (self.ends is None or day < self.ends)

    def goes_past(self, day: date) -> bool:
        """Whether it holds on the day or later."""
        return self.ends is None or day < self.ends


Timeline = tuple[Version, ...]
"""Versions in order of time, without overlaps."""


def version_on(versions: Sequence[Version], day: date) -> Version:
    """The version in force on a day. Raises NotInForce."""
    found = next((version for version in versions if version.holds_on(day)), None)
    if found is None:
        raise NotInForce
    return found


def change(versions: Sequence[Version], day: date, content: Mapping[str, Any]) -> Timeline:
    """Something becomes different on a day: the version in force is cut there, and later ones follow (`_carried`).

    Raises NotInForce.
    """
    current = version_on(versions, day)
    after = replace(current, begins=day, content={**current.content, **content})
    before = [replace(current, ends=day)] if current.begins < day else []
    earlier = [version for version in versions if version.begins < current.begins]
    return _joined([*earlier, *before, after, *_carried(versions, current, content)])


def correct(versions: Sequence[Version], day: date, content: Mapping[str, Any]) -> Timeline:
    """Something was always different in the version in force on a day, and later ones follow. Raises NotInForce."""
    current = version_on(versions, day)
    right = replace(current, content={**current.content, **content})
    earlier = [version for version in versions if version.begins < current.begins]
    return _joined([*earlier, right, *_carried(versions, current, content)])


def _carried(versions: Sequence[Version], current: Version, content: Mapping[str, Any]) -> list[Version]:
    """The versions after the current one, with what is new in it as far as they left it as it was.

    A version says everything, also what it didn't change: a name given on Monday is the name on Friday too, when the unit
    moves as was decided before. From the version on in which the name itself is another, that other one stays.
    """
    going_on = dict(content)
    carried = []
    before = current
    for version in versions:
        if version.begins > current.begins:
            going_on = {
                name: value for name, value in going_on.items() if version.content[name] == before.content[name]
            }
            carried.append(replace(version, content={**version.content, **going_on}))
            before = version
    return carried


def span(versions: Sequence[Version], begins: date, ends: date | None) -> Timeline:
    """All of it begins and ends on other days: versions outside fall away, the first and the last reach the new bounds.

    Raises EmptyPeriod.
    """
    if ends is not None and ends <= begins:
        raise EmptyPeriod
    inside = [
        version
        for version in versions
        if (ends is None or version.begins < ends) and (version.ends is None or begins < version.ends)
    ]
    if not inside:
        nearest = versions[0] if versions[0].begins > begins else versions[-1]
        inside = [nearest]
    inside[0] = replace(inside[0], begins=begins)
    inside[-1] = replace(inside[-1], ends=ends)
    return tuple(inside)


def _joined(versions: Sequence[Version]) -> Timeline:
    """Neighbours that say the same are one."""
    joined: list[Version] = []
    for version in versions:
        if joined and joined[-1].content == version.content and joined[-1].ends == version.begins:
            joined[-1] = replace(joined[-1], ends=version.ends)
        else:
            joined.append(version)
    return tuple(joined)
