"""Periods by name: a year `2026`, a semester `2026-S2`, a quarter `2026-Q4`, a month `2026-11`. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from directory.zones import zone

_NAME = re.compile(r"^(\d{4})(?:-(?:Q([1-4])|S([12])|(0[1-9]|1[0-2])))?$")
PATTERN = r"^(19|20|21)\d{2}(-(Q[1-4]|S[12]|0[1-9]|1[0-2]))?$"


class UnknownPeriod(ValueError):
    """The name is none of a year, semester, quarter or month."""


@dataclass(frozen=True, slots=True)
class Period:
    """Local days from `start` up to, not including, `end`. `kind` is of report_periods."""

    name: str
    kind: str
    start: date
    end: date

    def instants(self, time_zone: str) -> tuple[datetime, datetime]:
        """The same in UTC, in a zone."""
        here = zone(time_zone)
        start, end = (datetime.combine(day, time(), here).astimezone(UTC) for day in (self.start, self.end))
        return start, end

    def last_day(self, today: date) -> date:
        """The day as of which trees and standards are read: the period's last, or today while it runs."""
        return min(date.fromordinal(self.end.toordinal() - 1), max(today, self.start))


def read_period(name: str) -> Period:
    """The period of a name. Raises UnknownPeriod."""
    match = _NAME.match(name)
    if match is None or not 1900 <= int(match[1]) < 2200:
        raise UnknownPeriod
    year = int(match[1])
    if match[2]:
        return _months(name, "quarter", year, first=3 * int(match[2]) - 2, count=3)
    if match[3]:
        return _months(name, "semester", year, first=6 * int(match[3]) - 5, count=6)
    if match[4]:
        return _months(name, "month", year, first=int(match[4]), count=1)
    return _months(name, "year", year, first=1, count=12)


def _months(name: str, kind: str, year: int, *, first: int, count: int) -> Period:
    after = first + count
    end = date(year + 1, 1, 1) if after > 12 else date(year, after, 1)
    return Period(name, kind, date(year, first, 1), end)
