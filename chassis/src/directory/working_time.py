"""Terms in working time: when something is due, why then, and how much a pause gives back. Pure.

Counting (deadline-policies, conventions): the day of the event doesn't count (dies a quo non computatur); an event
outside a working day counts as of the next one; a term in days ends at 23:59:59 local time of its last day.
Instants go in aware and come out in UTC.
"""

import calendar as gregorian
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple

from directory.calendars import ONE_DAY, Calendar
from directory.service_hours import after_service, service_time

Unit = Literal["minute", "hour", "clock_hour", "working_day", "calendar_day", "month", "year"]
Pause = tuple[datetime, datetime | None]  # from, until; None while it lasts

END_OF_DAY = time(23, 59, 59)
TIME_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "clock_hour": timedelta(hours=1)}
MONTHS = {"month": 1, "year": 12}


Stand = tuple[date, date]  # a pause in days: those after the first, up to the second, are taken


class DayStep(NamedTuple):
    """One day on the way to a due date: what kind of day it is, whether it counted, and its name if it has one.

    `paused`: it would have counted, had the clock not stood still.
    """

    date: date
    kind: str
    counted: bool
    paused: bool
    name_id: str
    name_en: str


def due_after(
    start: datetime, amount: int, unit: Unit, calendar: Calendar, *, roll_to_next_working_day: bool = False
) -> datetime:
    """The instant (UTC) at which a term of `amount` `unit` that began at `start` is over.

    `working_day`, `calendar_day`, `month`, `year`: 23:59:59 local of the last day; a month without that day ends on its
    last. `minute`, `hour`: time of service, counted inside the working blocks. `clock_hour`: plain hours, nights too.
    `roll_to_next_working_day` moves the end of a term in calendar days, months or years off a day that isn't worked.
    Raises ValueError for a naive `start` or a negative amount.
    """
    _check(start, amount)
    if unit in TIME_UNITS:
        return _after_time(start, amount * TIME_UNITS[unit], unit, calendar)
    last = _last_day(calendar.local_day(start), amount, unit, calendar)
    return _at(calendar.next_working_day(last) if roll_to_next_working_day else last, END_OF_DAY, calendar)


def due_with_pauses(
    start: datetime,
    amount: int,
    unit: Unit,
    calendar: Calendar,
    pauses: Sequence[Pause],
    *,
    roll_to_next_working_day: bool = False,
) -> datetime | None:
    """`due_after`, later by what the pauses took away; None while a pause that began in time still lasts.

    Terms in days get whole days back: the counted days after the one on which a pause began, up to the one on which it
    ended. Hours get the exact time. A pause that begins when the term is over already gives nothing.
    """
    _check(start, amount)
    if unit in TIME_UNITS:
        return _time_with_pauses(start, amount * TIME_UNITS[unit], unit, calendar, _merged(start, pauses))
    course = _day_course(start, amount, unit, calendar, _merged(start, pauses), roll=roll_to_next_working_day)
    return None if course.standing else _at(course.due, END_OF_DAY, calendar)


def explain(
    start: datetime,
    amount: int,
    unit: Unit,
    calendar: Calendar,
    *,
    pauses: Sequence[Pause] = (),
    roll_to_next_working_day: bool = False,
) -> list[DayStep]:
    """The days from the event's to the due one, each with its kind and whether it counted.

    A term of n working or calendar days has n counted days. In a term of hours a day counts when some of the time ran
    on it. While a pause lasts the list ends on the day it began.
    """
    _check(start, amount)
    merged = _merged(start, pauses)
    if unit in TIME_UNITS:
        due = _time_with_pauses(start, amount * TIME_UNITS[unit], unit, calendar, merged)
        end = due or next(begin for begin, until in merged if until is None)
        last, judge = calendar.local_day(end), _judge_of_times(start, end, unit, calendar, merged)
    else:
        course = _day_course(start, amount, unit, calendar, merged, roll=roll_to_next_working_day)
        last, judge = course.due, _judge_of_days(course, unit, calendar)
    steps = []
    for ordinal in range(calendar.local_day(start).toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        mark = calendar.mark(day)
        counts, taken = judge(day)
        steps.append(DayStep(day, mark.kind, counts and not taken, counts and taken, mark.name_id, mark.name_en))
    return steps


class _DayCourse(NamedTuple):
    """How a term in days runs."""

    counted_from: date  # the day as of which the event counts; itself not counted
    last: date  # the last day that can count
    due: date  # `last`, rolled
    stands: list[Stand]
    standing: bool  # a pause lasts: `last` and `due` are the day it began


def _day_course(
    start: datetime, amount: int, unit: Unit, calendar: Calendar, pauses: Sequence[Pause], *, roll: bool
) -> _DayCourse:
    first = calendar.local_day(start)
    counted_from = calendar.next_working_day(first) if unit == "working_day" else first
    taken = 0
    stands: list[Stand] = []
    last = _last_day(first, amount, unit, calendar)
    due = calendar.next_working_day(last) if roll else last
    for begin, end in pauses:
        if begin > _at(due, END_OF_DAY, calendar):
            break
        # On days added by rolling, the clock is taken to stand since the last day that counted.
        off = max(min(calendar.local_day(begin), last), counted_from)
        if end is None:
            return _DayCourse(counted_from, off, off, stands, standing=True)
        on = calendar.local_day(end)
        if unit == "working_day" and off == last < on:
            # A resumption on a day off counts as of the next working day; else the last day would lie behind already.
            on = calendar.next_working_day(on)
        stands.append((off, on))
        taken += _days_between(off, on, unit, calendar)
        last = _last_day(first, amount, unit, calendar, extra=taken)
        due = calendar.next_working_day(last) if roll else last
    return _DayCourse(counted_from, last, due, stands, standing=False)


def _time_with_pauses(
    start: datetime, duration: timedelta, unit: Unit, calendar: Calendar, pauses: Sequence[Pause]
) -> datetime | None:
    due = _after_time(start, duration, unit, calendar)
    for begin, end in pauses:
        if begin > due:
            break
        if end is None:
            return None
        duration += _elapsed(begin, end, unit, calendar)
        due = _after_time(start, duration, unit, calendar)
    return due


_Judge = Callable[[date], tuple[bool, bool]]  # day → would it count, did a pause take it


def _judge_of_days(course: _DayCourse, unit: Unit, calendar: Calendar) -> _Judge:
    def judge(day: date) -> tuple[bool, bool]:
        worked = unit != "working_day" or calendar.is_working_day(day)
        counts = worked and course.counted_from < day <= course.last
        return counts, any(off < day <= on for off, on in course.stands)

    return judge


def _judge_of_times(start: datetime, end: datetime, unit: Unit, calendar: Calendar, pauses: Sequence[Pause]) -> _Judge:
    def judge(day: date) -> tuple[bool, bool]:
        begin = max(start, _at(day, time.min, calendar))
        until = min(end, _at(day + ONE_DAY, time.min, calendar))
        running = _elapsed(begin, until, unit, calendar)
        stands = ((max(begin, off), min(until, on or end)) for off, on in pauses)
        stood = sum((_elapsed(off, on, unit, calendar) for off, on in stands), timedelta())
        return running > timedelta(), stood >= running

    return judge


def _check(start: datetime, amount: int) -> None:
    if start.tzinfo is None:
        raise ValueError("a term begins at an aware instant; a naive datetime has no zone")
    if amount < 0:
        raise ValueError("a term can't be negative")


def _at(day: date, moment: time, calendar: Calendar) -> datetime:
    return datetime.combine(day, moment, tzinfo=calendar.zone).astimezone(UTC)


def _elapsed(begin: datetime, end: datetime, unit: Unit, calendar: Calendar) -> timedelta:
    return max(end - begin, timedelta()) if unit == "clock_hour" else service_time(begin, end, calendar)


def _after_time(start: datetime, duration: timedelta, unit: Unit, calendar: Calendar) -> datetime:
    return start.astimezone(UTC) + duration if unit == "clock_hour" else after_service(start, duration, calendar)


def _days_between(after: date, until: date, unit: Unit, calendar: Calendar) -> int:
    if unit == "working_day":
        return calendar.working_days_between(after, until)
    return max((until - after).days, 0)


def _last_day(event_day: date, amount: int, unit: Unit, calendar: Calendar, *, extra: int = 0) -> date:
    """The last day of a term in days, months or years, `extra` days later; not rolled."""
    if unit == "working_day":
        return calendar.add_working_days(calendar.next_working_day(event_day), amount + extra)
    if unit == "calendar_day":
        return event_day + (amount + extra) * ONE_DAY
    year, month = divmod(event_day.year * 12 + event_day.month - 1 + amount * MONTHS[unit], 12)
    length = gregorian.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(event_day.day, length)) + extra * ONE_DAY


def _merged(start: datetime, pauses: Sequence[Pause]) -> list[Pause]:
    """The pauses in order, without overlaps and without what lies before the start."""
    merged: list[Pause] = []
    for begin, end in sorted(pauses, key=lambda pause: pause[0]):
        if end is not None and end <= max(start, begin):
            continue
        previous = merged[-1] if merged else None
        if previous is not None and (previous[1] is None or begin <= previous[1]):
            joined = None if end is None or previous[1] is None else max(previous[1], end)
            merged[-1] = (previous[0], joined)
        else:
            merged.append((max(start, begin), end))
    return merged
