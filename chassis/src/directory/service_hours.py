"""Time of service: what lies inside a calendar's working blocks.

Searched in tables by year, so that a long span costs no more than a short one.
"""

import bisect
from datetime import UTC, date, datetime, time, timedelta

from directory.calendars import Calendar


def service_time(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """The time of service between two aware instants; zero when `end` isn't later."""
    if end <= start:
        return timedelta()
    first, last = start.astimezone(calendar.zone), end.astimezone(calendar.zone)
    whole_years = sum((calendar.year(year).served[-1] for year in range(first.year, last.year)), timedelta())
    return whole_years + _served_this_year(last, calendar) - _served_this_year(first, calendar)


def after_service(start: datetime, duration: timedelta, calendar: Calendar) -> datetime:
    """The first instant (UTC) by which `duration` of service has passed since `start`; `start` itself for none."""
    if duration <= timedelta():
        return start.astimezone(UTC)
    local = start.astimezone(calendar.zone)
    target = _served_this_year(local, calendar) + duration
    year = local.year
    while target > calendar.year(year).served[-1]:
        target -= calendar.year(year).served[-1]
        year += 1
    ordinals, served = calendar.year(year)
    index = bisect.bisect_left(served, target) - 1
    return _within_day(date.fromordinal(ordinals[index]), target - served[index], calendar)


def _served_this_year(local: datetime, calendar: Calendar) -> timedelta:
    """Time of service from the start of the local year to a local time."""
    day, now = local.date(), local.replace(tzinfo=None)
    ordinals, served = calendar.year(day.year)
    total = served[bisect.bisect_left(ordinals, day.toordinal())]
    for opening, closing in calendar.blocks(day):
        opened = datetime.combine(day, opening)
        if now > opened:
            total += min(now, datetime.combine(day, closing)) - opened
    return total


def _within_day(day: date, passed: timedelta, calendar: Calendar) -> datetime:
    """The instant of a worked day at which so much of its service has passed (more than none, at most all)."""
    moment = datetime.combine(day, time.min)
    for opening, closing in calendar.blocks(day):
        opened, closed = datetime.combine(day, opening), datetime.combine(day, closing)
        moment = min(opened + passed, closed)
        passed -= moment - opened
        if passed == timedelta():
            break
    return moment.replace(tzinfo=calendar.zone).astimezone(UTC)
