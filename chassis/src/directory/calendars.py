"""Working-time calendars as values: which days are worked, in which hours, and why a day isn't.

National, regional and local calendars are layers of one another. The arithmetic of terms is in `working_time`.
"""

import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from directory.zones import DEFAULT_ZONE, iana_name, zone

WORKING_DAY = "working_day"
WEEKEND = "weekend"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ONE_DAY = timedelta(days=1)

Block = tuple[time, time]  # local times: open (inclusive), close (exclusive)


class NoWorkingDays(ValueError):
    """A calendar without a single working weekday can't count working days: it is only a layer for another."""


class DayMark(NamedTuple):
    """What a calendar says of one date: a code of `day_kinds`, and the day's name."""

    kind: str
    name_id: str = ""
    name_en: str = ""


class WorkingYear(NamedTuple):
    """One year's working days, ready for searching."""

    ordinals: tuple[int, ...]  # proleptic Gregorian ordinals of the working days, ascending
    served: tuple[timedelta, ...]  # time of service before each of those days, and after the last: one longer


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Working blocks by weekday (0 = Monday) and the marked days. A weekday without blocks isn't worked.

    A date marked `working_day` is worked though its weekday isn't (an exchanged day); every other mark closes it.
    """

    code: str
    version: int
    zone_name: str = DEFAULT_ZONE
    working_blocks: Mapping[int, tuple[Block, ...]] = field(hash=False)
    days: Mapping[date, DayMark] = field(hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "zone_name", iana_name(self.zone_name))
        for blocks in self.working_blocks.values():
            overlap = any(earlier[1] > later[0] for earlier, later in pairwise(blocks))
            if overlap or any(opening >= closing for opening, closing in blocks):
                raise ValueError(f"working blocks of {self.code} overlap, are empty or out of order")

    @cached_property
    def zone(self) -> ZoneInfo:
        return zone(self.zone_name)

    @cached_property
    def _years(self) -> dict[int, WorkingYear]:
        return {}

    @cached_property
    def _service_by_weekday(self) -> tuple[timedelta, ...]:
        """Time of service on a worked day, by weekday."""
        if not any(self.working_blocks.values()):
            raise NoWorkingDays(self.code)
        return tuple(
            sum((length(block) for block in self._blocks_of_weekday(weekday)), timedelta()) for weekday in range(7)
        )

    def _blocks_of_weekday(self, weekday: int) -> tuple[Block, ...]:
        """An exchanged weekend day is worked in the hours of the nearest worked weekday before it."""
        return next(
            (blocks for back in range(7) if (blocks := self.working_blocks.get((weekday - back) % 7, ()))),
            (),
        )

    def local_day(self, instant: datetime) -> date:
        """The day of an aware instant in this calendar's zone."""
        if instant.tzinfo is None:
            raise ValueError("an instant needs a zone; a naive datetime has none")
        return instant.astimezone(self.zone).date()

    def mark(self, day: date) -> DayMark:
        """What kind of day it is and what it is called; plain working days and weekends have no name."""
        marked = self.days.get(day)
        if marked is not None:
            return marked
        return DayMark(WORKING_DAY if self.working_blocks.get(day.weekday()) else WEEKEND)

    def is_working_day(self, day: date) -> bool:
        return self.mark(day).kind == WORKING_DAY

    def blocks(self, day: date) -> tuple[Block, ...]:
        """The service hours of a day, in order; none when it isn't worked."""
        return self._blocks_of_weekday(day.weekday()) if self.is_working_day(day) else ()

    def year(self, year: int) -> WorkingYear:
        """The working days of a year, computed once per calendar and year."""
        known = self._years.get(year)
        if known is None:
            service = self._service_by_weekday
            ordinals = tuple(day.toordinal() for day in _days_of(year) if self.is_working_day(day))
            served = accumulate((service[(ordinal - 1) % 7] for ordinal in ordinals), initial=timedelta())
            known = self._years[year] = WorkingYear(ordinals, tuple(served))
        return known

    def next_working_day(self, day: date) -> date:
        """The day itself when it is worked, else the first worked day after it."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    def add_working_days(self, day: date, count: int) -> date:
        """The count-th working day after `day`, which itself never counts; `day` moved on to a working day for 0."""
        if count < 0:
            raise ValueError("count must not be negative")
        if count == 0:
            return self.next_working_day(day)
        year = day.year
        ordinals = self.year(year).ordinals
        index = bisect.bisect_right(ordinals, day.toordinal()) + count - 1
        while index >= len(ordinals):
            index -= len(ordinals)
            year += 1
            ordinals = self.year(year).ordinals
        return date.fromordinal(ordinals[index])

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie after one day and up to and including another; 0 when that isn't later."""
        if until <= after:
            return 0
        if after.year == until.year:
            ordinals = self.year(after.year).ordinals
            return bisect.bisect_right(ordinals, until.toordinal()) - bisect.bisect_right(ordinals, after.toordinal())
        first, last = self.year(after.year).ordinals, self.year(until.year).ordinals
        between = sum(len(self.year(year).ordinals) for year in range(after.year + 1, until.year))
        rest = len(first) - bisect.bisect_right(first, after.toordinal())
        return rest + between + bisect.bisect_right(last, until.toordinal())


def read_calendar(
    code: str,
    *,
    version: int,
    time_zone: str,
    working_blocks: Mapping[str, Sequence[Sequence[str]]],
    days: Sequence[Mapping[str, Any]],
) -> Calendar:
    """A calendar from its wire form: blocks `{"monday": [["08:00", "12:00"], …]}`, days `[{"date", "kind", "name_id", …}]`.

    Raises ValueError (KeyError for a missing field) when it isn't well formed.
    """
    strange = working_blocks.keys() - set(WEEKDAYS)
    if strange:
        raise ValueError(f"not weekdays: {sorted(strange)}")
    return Calendar(
        code=code,
        version=version,
        zone_name=time_zone,
        working_blocks={
            number: tuple((time.fromisoformat(opening), time.fromisoformat(closing)) for opening, closing in blocks)
            for number, weekday in enumerate(WEEKDAYS)
            if (blocks := working_blocks.get(weekday))
        },
        days={
            date.fromisoformat(day["date"]): DayMark(day["kind"], day.get("name_id") or "", day.get("name_en") or "")
            for day in days
        },
    )


def length(block: Block) -> timedelta:
    """How long a block lasts."""
    opening, closing = block
    return datetime.combine(date.min, closing) - datetime.combine(date.min, opening)


def combine(base: Calendar, *layers: Calendar, zone_name: str | None = None) -> Calendar:
    """A calendar with more local layers laid over it: on the same date the most local one speaks.

    Working hours are those of the most local layer that has any; the zone is `zone_name`, else the base's.
    """
    hours = next((layer.working_blocks for layer in reversed(layers) if any(layer.working_blocks.values())), None)
    days = dict(base.days)
    for layer in layers:
        days.update(layer.days)
    return Calendar(
        code="+".join((base.code, *(layer.code for layer in layers))),
        version=max((base.version, *(layer.version for layer in layers))),
        zone_name=zone_name or base.zone_name,
        working_blocks=base.working_blocks if hours is None else hours,
        days=days,
    )


def _days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += ONE_DAY
