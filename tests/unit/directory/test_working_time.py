"""Terms against dates counted by hand; the weekday of each date stands in words beside it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from directory.calendars import Calendar, DayMark, NoWorkingDays, combine
from directory.service_hours import service_time
from directory.working_time import Unit, due_after, due_with_pauses, explain
from unit.directory.indonesian_days import BLOCKS, DAYS, NATIONAL, calendar_with, jakarta

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def day_in_words(text: str) -> date:
    """`Tue 2025-04-08`: the date, after checking that it is that weekday."""
    weekday, iso = text.split()
    day = date.fromisoformat(iso)
    assert WEEKDAYS[day.weekday()].startswith(weekday), f"{iso} is a {WEEKDAYS[day.weekday()]}"
    return day


@pytest.mark.parametrize(
    ("event", "days", "due", "why"),
    [
        ("Mon 2025-01-06", 5, "Mon 2025-01-13", "a plain week: Tue Wed Thu Fri Mon"),
        ("Fri 2025-01-10", 1, "Mon 2025-01-13", "over a weekend"),
        ("Sat 2025-01-11", 1, "Tue 2025-01-14", "a Saturday counts as the Monday after"),
        ("Sun 2025-01-12", 5, "Mon 2025-01-20", "a Sunday too"),
        ("Sat 2025-01-11", 0, "Mon 2025-01-13", "no day: the day as of which it counts"),
        ("Thu 2025-03-27", 1, "Tue 2025-04-08", "the whole Lebaran lies between"),
        ("Wed 2025-03-26", 5, "Fri 2025-04-11", "Thu 27 March, then Tue 8 to Fri 11 April"),
        ("Sat 2025-03-29", 3, "Fri 2025-04-11", "on Nyepi: counts as of Tue 8 April"),
        ("Mon 2025-04-07", 5, "Tue 2025-04-15", "on the last day of leave: 9 10 11 14 15 April"),
        ("Mon 2025-04-14", 5, "Tue 2025-04-22", "Good Friday falls out: 15 16 17 21 22 April"),
        ("Tue 2025-12-23", 5, "Fri 2026-01-02", "24, then 29 30 31 December, then 2 January"),
        ("Thu 2025-12-25", 2, "Wed 2025-12-31", "on Christmas: counts as of Mon 29; Tue 30, Wed 31"),
        ("Mon 2026-03-16", 5, "Mon 2026-03-30", "Tue 17, then Wed 25 Thu 26 Fri 27 Mon 30"),
        ("Tue 2026-03-17", 1, "Wed 2026-03-25", "Lebaran 2026"),
        ("Thu 2026-03-19", 2, "Fri 2026-03-27", "on Nyepi: counts as of Wed 25"),
        ("Wed 2026-12-23", 3, "Wed 2026-12-30", "24 is leave in 2026, 25 a holiday: Mon Tue Wed"),
        ("Wed 2026-12-23", 5, "Mon 2027-01-04", "… Thu 31, then past New Year's Friday"),
        (
            "Mon 2025-01-06",
            60,
            "Wed 2025-04-09",
            "19 in January, 20 in February, 19 in March to Thu 27, then 8 and 9 April",
        ),
    ],
)
def test_working_days(event: str, days: int, due: str, why: str) -> None:
    start = datetime.combine(day_in_words(event), datetime.min.time(), ZoneInfo("Asia/Jakarta")) + timedelta(hours=14)
    result = due_after(start, days, "working_day", NATIONAL)
    assert result.tzinfo is UTC
    assert result.astimezone(NATIONAL.zone).isoformat() == f"{day_in_words(due)}T23:59:59+07:00", why


@pytest.mark.parametrize(
    ("event", "amount", "unit", "roll", "due"),
    [
        ("Fri 2025-12-05", 14, "calendar_day", False, "Fri 2025-12-19"),
        ("Mon 2025-06-02", 60, "calendar_day", False, "Fri 2025-08-01"),  # 28 in June, 31 in July, 1
        ("Sat 2025-03-15", 14, "calendar_day", False, "Sat 2025-03-29"),  # Nyepi, and stays there
        ("Sat 2025-03-15", 14, "calendar_day", True, "Tue 2025-04-08"),  # rolled past Lebaran
        ("Fri 2025-01-31", 1, "month", False, "Fri 2025-02-28"),  # February lacks the 31st
        ("Sat 2025-11-15", 3, "month", True, "Mon 2026-02-16"),  # 15 February 2026 is a Sunday
        ("Tue 2028-02-29", 1, "year", False, "Wed 2029-02-28"),
        ("Wed 2025-12-31", 3, "year", False, "Sun 2028-12-31"),
    ],
)
def test_calendar_days_months_years(event: str, amount: int, unit: Unit, roll: bool, due: str) -> None:
    start = datetime.combine(day_in_words(event), datetime.min.time(), ZoneInfo("Asia/Jakarta")) + timedelta(hours=9)
    result = due_after(start, amount, unit, NATIONAL, roll_to_next_working_day=roll)
    assert result.astimezone(NATIONAL.zone).isoformat() == f"{day_in_words(due)}T23:59:59+07:00"


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        (jakarta(2025, 1, 6, 9), 3, "hour", jakarta(2025, 1, 6, 12)),  # Monday, ends with the morning, not at 13:00
        (jakarta(2025, 1, 6, 10), 3, "hour", jakarta(2025, 1, 6, 14)),  # over the lunch hour
        (jakarta(2025, 1, 6, 12, 30), 1, "hour", jakarta(2025, 1, 6, 14)),  # asked at lunch
        (jakarta(2025, 1, 6, 15), 3, "hour", jakarta(2025, 1, 7, 10)),  # 1 hour on Monday, 2 on Tuesday
        (jakarta(2025, 1, 10, 16), 60, "minute", jakarta(2025, 1, 13, 8, 30)),  # Friday closes at 16:30
        (jakarta(2025, 1, 11, 9), 30, "minute", jakarta(2025, 1, 13, 8, 30)),  # Saturday
        (jakarta(2025, 3, 27, 15), 2, "hour", jakarta(2025, 4, 8, 9)),  # Thursday before Lebaran → Tuesday after
        (jakarta(2025, 12, 31, 15, 30), 1, "hour", jakarta(2026, 1, 2, 8, 30)),  # Wednesday → Friday, next year
        (jakarta(2025, 1, 6, 15), 72, "clock_hour", jakarta(2025, 1, 9, 15)),
        (jakarta(2025, 3, 28, 15), 24, "clock_hour", jakarta(2025, 3, 29, 15)),  # nobody works, the clock runs
        (jakarta(2025, 1, 11, 9), 0, "hour", jakarta(2025, 1, 11, 9)),
    ],
)
def test_hours(start: datetime, amount: int, unit: Unit, due: datetime) -> None:
    assert due_after(start, amount, unit, NATIONAL) == due


def test_time_of_service() -> None:
    # A plain week: Monday to Thursday 7 hours each, Friday 4 + 3.
    assert service_time(jakarta(2025, 1, 6, 0), jakarta(2025, 1, 13, 0), NATIONAL) == timedelta(hours=35)
    assert service_time(jakarta(2025, 3, 28, 0), jakarta(2025, 4, 8, 8), NATIONAL) == timedelta()
    assert service_time(jakarta(2025, 1, 7), jakarta(2025, 1, 6), NATIONAL) == timedelta()


def test_the_day_is_local_to_the_zone() -> None:
    """Tuesday 15:30 UTC is Tuesday 22:30 in Jakarta but Wednesday 00:30 in Jayapura."""
    start = datetime(2025, 1, 7, 15, 30, tzinfo=UTC)
    assert due_after(start, 1, "working_day", NATIONAL) == datetime(2025, 1, 8, 16, 59, 59, tzinfo=UTC)
    jayapura = calendar_with(DAYS, "wit")
    assert due_after(start, 1, "working_day", jayapura) == datetime(2025, 1, 9, 14, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "Mon 2025-01-13"),
        # Tuesday 10:00 to Thursday 09:00: Wednesday and Thursday are given back.
        ([(jakarta(2025, 1, 7), jakarta(2025, 1, 9, 9))], "Wed 2025-01-15"),
        ([(jakarta(2025, 1, 7, 9), jakarta(2025, 1, 7, 15))], "Mon 2025-01-13"),  # within a day: nothing
        ([(jakarta(2025, 1, 10), jakarta(2025, 1, 13, 9))], "Tue 2025-01-14"),  # a weekend between: Monday only
        ([(jakarta(2025, 1, 20), jakarta(2025, 1, 23))], "Mon 2025-01-13"),  # after it was over
        ([(jakarta(2025, 1, 13), jakarta(2025, 1, 15))], "Wed 2025-01-15"),  # on the last day: the day it resumed
        (
            [(jakarta(2025, 1, 13), jakarta(2025, 1, 18))],
            "Mon 2025-01-20",
        ),  # resumed on a Saturday: on the Monday after
        # overlapping ones aren't given back twice
        (
            [(jakarta(2025, 1, 7), jakarta(2025, 1, 9)), (jakarta(2025, 1, 8), jakarta(2025, 1, 9, 15))],
            "Wed 2025-01-15",
        ),
        # the first one (3 days) makes room for the second (Tue 14 to Thu 16, 2 days): Thu 16 + 2
        ([(jakarta(2025, 1, 7), jakarta(2025, 1, 10)), (jakarta(2025, 1, 14), jakarta(2025, 1, 16))], "Mon 2025-01-20"),
    ],
)
def test_pauses_give_whole_days_back(pauses: list[tuple[datetime, datetime | None]], due: str) -> None:
    result = due_with_pauses(jakarta(2025, 1, 6), 5, "working_day", NATIONAL, pauses)
    assert result is not None
    assert result.astimezone(NATIONAL.zone).date() == day_in_words(due)


def test_an_open_pause_has_no_due_date() -> None:
    start = jakarta(2025, 1, 6)
    open_pause = [(jakarta(2025, 1, 8), None)]
    assert due_with_pauses(start, 5, "working_day", NATIONAL, open_pause) is None
    assert due_with_pauses(start, 5, "hour", NATIONAL, open_pause) == jakarta(2025, 1, 6, 16)
    assert due_with_pauses(start, 20, "hour", NATIONAL, open_pause) is None
    assert [step.date.day for step in explain(start, 5, "working_day", NATIONAL, pauses=open_pause)] == [6, 7, 8]
    assert [step.date.day for step in explain(start, 20, "hour", NATIONAL, pauses=open_pause)] == [6, 7, 8]


def test_a_pause_of_hours_gives_back_the_time_of_service() -> None:
    pauses = [(jakarta(2025, 1, 6, 11), jakarta(2025, 1, 6, 14))]  # an hour before lunch, an hour after
    assert due_with_pauses(jakarta(2025, 1, 6, 10), 3, "hour", NATIONAL, pauses) == jakarta(2025, 1, 6, 16)
    assert due_with_pauses(jakarta(2025, 1, 6, 10), 5, "clock_hour", NATIONAL, pauses) == jakarta(2025, 1, 6, 18)


def test_a_pause_on_a_rolled_day_counts_since_the_last_day() -> None:
    start = jakarta(2025, 1, 8)  # three calendar days end on Saturday 11, rolled to Monday 13
    pauses = [(jakarta(2025, 1, 12), jakarta(2025, 1, 14))]
    due = due_with_pauses(start, 3, "calendar_day", NATIONAL, pauses, roll_to_next_working_day=True)
    assert due is not None
    assert due.astimezone(NATIONAL.zone).date() == day_in_words("Tue 2025-01-14")


def test_a_deadline_explains_itself() -> None:
    steps = explain(jakarta(2025, 3, 26), 2, "working_day", NATIONAL)
    assert [(step.date.isoformat(), step.kind, step.counted) for step in steps] == [
        ("2025-03-26", "working_day", False),  # the event's own day
        ("2025-03-27", "working_day", True),
        ("2025-03-28", "collective_leave", False),
        ("2025-03-29", "national_holiday", False),
        ("2025-03-30", "weekend", False),
        ("2025-03-31", "national_holiday", False),
        ("2025-04-01", "national_holiday", False),
        ("2025-04-02", "collective_leave", False),
        ("2025-04-03", "collective_leave", False),
        ("2025-04-04", "collective_leave", False),
        ("2025-04-05", "weekend", False),
        ("2025-04-06", "weekend", False),
        ("2025-04-07", "collective_leave", False),
        ("2025-04-08", "working_day", True),
    ]
    assert (steps[3].name_id, steps[3].name_en) == ("Hari Suci Nyepi", "Day of Silence")


def test_a_pause_shows_in_the_explanation() -> None:
    pauses = [(jakarta(2025, 1, 7), jakarta(2025, 1, 9, 9))]
    steps = explain(jakarta(2025, 1, 6), 2, "working_day", NATIONAL, pauses=pauses)
    assert [(step.date.day, step.counted, step.paused) for step in steps] == [
        (6, False, False),
        (7, True, False),
        (8, False, True),
        (9, False, True),
        (10, True, False),
    ]
    hours = explain(
        jakarta(2025, 1, 10, 15), 2, "hour", NATIONAL, pauses=[(jakarta(2025, 1, 10, 15), jakarta(2025, 1, 11))]
    )
    assert [(step.date.day, step.counted, step.paused) for step in hours] == [
        (10, False, True),
        (11, False, False),
        (12, False, False),
        (13, True, False),
    ]


def test_layers() -> None:
    galungan = DayMark("local_holiday", "Galungan", "Galungan")
    bali = Calendar(code="51", version=3, working_blocks={}, days={date(2025, 4, 23): galungan})  # Wednesday
    exchanged = DayMark("working_day", "Hari kerja pengganti", "Exchanged working day")
    denpasar = Calendar(code="51.71", version=2, working_blocks={}, days={date(2025, 4, 26): exchanged})  # Saturday
    combined = combine(NATIONAL, bali, denpasar, zone_name="wita")
    assert (combined.code, combined.version, combined.zone_name) == ("national+51+51.71", 3, "Asia/Makassar")
    assert combined.mark(date(2025, 4, 23)) == galungan
    assert combined.mark(date(2025, 4, 18)).name_en == "Good Friday"
    assert combined.blocks(date(2025, 4, 26)) == BLOCKS[4]  # in Friday's hours
    # Tuesday 22 April + 3: Thursday 24, Friday 25, Saturday 26
    assert combined.add_working_days(date(2025, 4, 22), 3) == date(2025, 4, 26)
    assert combine(NATIONAL).days == NATIONAL.days


def test_six_day_week_by_its_blocks() -> None:
    clinic = Calendar(code="clinic", version=1, working_blocks=BLOCKS | {5: BLOCKS[4][:1]}, days={})
    assert clinic.add_working_days(date(2025, 1, 10), 1) == date(2025, 1, 11)  # Friday → Saturday


def test_what_is_refused() -> None:
    naive = datetime(2025, 1, 6, 10)  # noqa: DTZ001  # the point of the test
    layer = Calendar(code="51", version=1, working_blocks={}, days={})
    with pytest.raises(ValueError, match="naive"):
        due_after(naive, 1, "working_day", NATIONAL)
    with pytest.raises(ValueError, match="negative"):
        due_after(jakarta(2025, 1, 6), -1, "working_day", NATIONAL)
    with pytest.raises(NoWorkingDays):
        due_after(jakarta(2025, 1, 6), 1, "working_day", layer)
    with pytest.raises(ValueError, match="overlap"):
        Calendar(code="x", version=1, working_blocks={0: tuple(reversed(BLOCKS[0]))}, days={})
