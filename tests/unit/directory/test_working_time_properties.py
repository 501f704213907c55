"""What holds for every calendar, start and amount; the oracle walks one day (one minute) at a time."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from directory.calendars import DayMark
from directory.service_hours import after_service, service_time
from directory.working_time import Unit, due_after, due_with_pauses, explain
from unit.directory.indonesian_days import calendar_with, oracle_due_day, oracle_minutes

MINUTE = timedelta(minutes=1)
BEGIN, END = datetime(2025, 1, 1), datetime(2026, 12, 31)  # noqa: DTZ001  # the strategy adds the zone
instants = st.datetimes(BEGIN, END, timezones=st.just(UTC)).map(lambda moment: moment.replace(second=0, microsecond=0))
days_off = st.sets(st.dates(BEGIN.date(), date(2027, 6, 30)), max_size=120)
zones = st.sampled_from(["wib", "wita", "wit"])
amounts = st.integers(0, 130)
units: st.SearchStrategy[Unit] = st.sampled_from(
    ["minute", "hour", "clock_hour", "working_day", "calendar_day", "month", "year"]
)
pauses = st.lists(st.tuples(instants, st.timedeltas(timedelta(), timedelta(days=30))), max_size=3).map(
    lambda found: [(begin, begin + lasting) for begin, lasting in found]
)


def marked(days: set[date]) -> dict[date, DayMark]:
    return {day: DayMark("national_holiday") for day in days}


@given(instants, amounts, days_off, zones)
def test_working_days_as_by_walking(start: datetime, amount: int, off: set[date], zone: str) -> None:
    calendar = calendar_with(marked(off), zone)
    due = due_after(start, amount, "working_day", calendar).astimezone(calendar.zone)
    assert due.date() == oracle_due_day(calendar.local_day(start), amount, off)
    assert calendar.is_working_day(due.date())


@given(instants, st.integers(0, 20), days_off, zones, pauses)
def test_pauses_as_by_walking(
    start: datetime, amount: int, off: set[date], zone: str, stood: list[tuple[datetime, datetime]]
) -> None:
    """One pause after another, as long as they begin before the term is over."""
    calendar = calendar_with(marked(off), zone)
    event_day = calendar.local_day(start)
    due, stands = oracle_due_day(event_day, amount, off), list[tuple[date, date]]()
    for begin, end in sorted(stood):
        if end > start and calendar.local_day(begin) <= due:
            stands.append((calendar.local_day(max(begin, start)), calendar.local_day(end)))
            due = oracle_due_day(event_day, amount, off, stands)
    found = due_with_pauses(start, amount, "working_day", calendar, stood)
    assert found is not None
    assert calendar.local_day(found) == due


@given(instants, st.integers(0, 8), units, days_off, zones, pauses, st.booleans())
def test_a_pause_never_makes_it_earlier_and_the_days_add_up(
    start: datetime,
    amount: int,
    unit: Unit,
    off: set[date],
    zone: str,
    stood: list[tuple[datetime, datetime]],
    roll: bool,
) -> None:
    calendar = calendar_with(marked(off), zone)
    due = due_with_pauses(start, amount, unit, calendar, stood, roll_to_next_working_day=roll)
    plain = due_after(start, amount, unit, calendar, roll_to_next_working_day=roll)
    assert due is not None
    assert due >= plain
    assert due_with_pauses(start, amount, unit, calendar, [], roll_to_next_working_day=roll) == plain
    steps = explain(start, amount, unit, calendar, pauses=stood, roll_to_next_working_day=roll)
    assert (steps[0].date, steps[-1].date) == (calendar.local_day(start), calendar.local_day(due))
    assert not any(step.counted and step.paused for step in steps)
    if unit in ("working_day", "calendar_day"):
        assert sum(step.counted for step in steps) == amount


@given(instants, instants, amounts, amounts, units, days_off, zones)
def test_monotone(
    first: datetime, second: datetime, fewer: int, more: int, unit: Unit, off: set[date], zone: str
) -> None:
    calendar = calendar_with(marked(off), zone)
    (earlier, later), (fewer, more) = sorted((first, second)), sorted((fewer, more))
    assert due_after(earlier, fewer, unit, calendar) <= due_after(later, fewer, unit, calendar)
    assert due_after(earlier, fewer, unit, calendar) <= due_after(earlier, more, unit, calendar)


@given(
    instants,
    amounts,
    amounts,
    days_off,
    st.sampled_from(["minute", "hour", "clock_hour", "working_day", "calendar_day"]),
)
def test_additive(start: datetime, one: int, two: int, off: set[date], unit: Unit) -> None:
    calendar = calendar_with(marked(off))
    assert due_after(due_after(start, one, unit, calendar), two, unit, calendar) == due_after(
        start, one + two, unit, calendar
    )


@given(instants, amounts, units, days_off, st.dates(BEGIN.date(), END.date()), st.booleans())
def test_another_holiday_never_makes_it_earlier(
    start: datetime, amount: int, unit: Unit, off: set[date], another: date, roll: bool
) -> None:
    before = due_after(start, amount, unit, calendar_with(marked(off)), roll_to_next_working_day=roll)
    after = due_after(start, amount, unit, calendar_with(marked(off | {another})), roll_to_next_working_day=roll)
    assert after >= before


@settings(max_examples=15)
@given(instants, st.integers(0, 5000), days_off, zones)
def test_minutes_as_by_looking_at_each(start: datetime, length: int, off: set[date], zone: str) -> None:
    calendar = calendar_with(marked(off), zone)
    end = start + timedelta(minutes=length)
    assert service_time(start, end, calendar) // MINUTE == oracle_minutes(start, end, off, calendar.zone)


@given(instants, st.integers(1, 100_000), days_off)
def test_service_there_and_back(start: datetime, minutes: int, off: set[date]) -> None:
    calendar = calendar_with(marked(off))
    due = after_service(start, timedelta(minutes=minutes), calendar)
    assert service_time(start, due, calendar) // MINUTE == minutes
    assert service_time(start, due - timedelta(seconds=1), calendar) // MINUTE == minutes - 1


@given(st.dates(BEGIN.date(), END.date()), st.integers(0, 1500), days_off)
def test_days_between_undo_adding(day: date, count: int, off: set[date]) -> None:
    calendar = calendar_with(marked(off))
    assert calendar.working_days_between(day, calendar.add_working_days(day, count)) == (
        count if count or calendar.is_working_day(day) else 1
    )
