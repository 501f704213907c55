"""The days off of 2025 and 2026 that the tests count by hand, and an oracle that counts them one by one."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from directory.calendars import Calendar, DayMark

HOLIDAY, LEAVE = "national_holiday", "collective_leave"
MORNING, AFTERNOON = (time(8), time(12)), (time(13), time(16))
FRIDAY_AFTERNOON = (time(13, 30), time(16, 30))
BLOCKS = {0: (MORNING, AFTERNOON), 1: (MORNING, AFTERNOON), 2: (MORNING, AFTERNOON), 3: (MORNING, AFTERNOON)} | {
    4: (MORNING, FRIDAY_AFTERNOON)
}

DAYS = {
    # Nyepi and Idul Fitri 1446 H: no working day from Friday 28 March to Monday 7 April 2025
    date(2025, 3, 28): DayMark(LEAVE, "Cuti bersama Nyepi", "Collective leave, Day of Silence"),  # Friday
    date(2025, 3, 29): DayMark(HOLIDAY, "Hari Suci Nyepi", "Day of Silence"),  # Saturday
    date(2025, 3, 31): DayMark(HOLIDAY, "Idul Fitri 1446 H", "Eid al-Fitr"),  # Monday
    date(2025, 4, 1): DayMark(HOLIDAY, "Idul Fitri 1446 H", "Eid al-Fitr"),  # Tuesday
    date(2025, 4, 2): DayMark(LEAVE, "Cuti bersama Idul Fitri", "Collective leave, Eid al-Fitr"),  # Wednesday
    date(2025, 4, 3): DayMark(LEAVE, "Cuti bersama Idul Fitri", "Collective leave, Eid al-Fitr"),  # Thursday
    date(2025, 4, 4): DayMark(LEAVE, "Cuti bersama Idul Fitri", "Collective leave, Eid al-Fitr"),  # Friday
    date(2025, 4, 7): DayMark(LEAVE, "Cuti bersama Idul Fitri", "Collective leave, Eid al-Fitr"),  # Monday
    date(2025, 4, 18): DayMark(HOLIDAY, "Wafat Yesus Kristus", "Good Friday"),  # Friday
    date(2025, 12, 25): DayMark(HOLIDAY, "Kelahiran Yesus Kristus", "Christmas Day"),  # Thursday
    date(2025, 12, 26): DayMark(LEAVE, "Cuti bersama Natal", "Collective leave, Christmas"),  # Friday
    date(2026, 1, 1): DayMark(HOLIDAY, "Tahun Baru Masehi", "New Year's Day"),  # Thursday
    # Nyepi and Idul Fitri 1447 H: no working day from Wednesday 18 to Tuesday 24 March 2026
    date(2026, 3, 18): DayMark(LEAVE, "Cuti bersama Nyepi", "Collective leave, Day of Silence"),  # Wednesday
    date(2026, 3, 19): DayMark(HOLIDAY, "Hari Suci Nyepi", "Day of Silence"),  # Thursday
    date(2026, 3, 20): DayMark(LEAVE, "Cuti bersama Idul Fitri", "Collective leave, Eid al-Fitr"),  # Friday
    date(2026, 3, 21): DayMark(HOLIDAY, "Idul Fitri 1447 H", "Eid al-Fitr"),  # Saturday
    date(2026, 3, 22): DayMark(HOLIDAY, "Idul Fitri 1447 H", "Eid al-Fitr"),  # Sunday
    date(2026, 3, 23): DayMark(LEAVE, "Cuti bersama Idul Fitri", "Collective leave, Eid al-Fitr"),  # Monday
    date(2026, 3, 24): DayMark(LEAVE, "Cuti bersama Idul Fitri", "Collective leave, Eid al-Fitr"),  # Tuesday
    date(2026, 12, 24): DayMark(LEAVE, "Cuti bersama Natal", "Collective leave, Christmas"),  # Thursday
    date(2026, 12, 25): DayMark(HOLIDAY, "Kelahiran Yesus Kristus", "Christmas Day"),  # Friday
    date(2027, 1, 1): DayMark(HOLIDAY, "Tahun Baru Masehi", "New Year's Day"),  # Friday
}

NATIONAL = Calendar(code="national", version=1, working_blocks=BLOCKS, days=DAYS)
ONE_DAY = timedelta(days=1)
Stand = tuple[date, date]


def calendar_with(days: dict[date, DayMark], zone_name: str = "Asia/Jakarta") -> Calendar:
    return Calendar(code="national", version=1, zone_name=zone_name, working_blocks=BLOCKS, days=days)


def oracle_works(day: date, days_off: set[date]) -> bool:
    return day.weekday() < 5 and day not in days_off


def oracle_due_day(event_day: date, amount: int, days_off: set[date], stands: Sequence[Stand] = ()) -> date:
    """The last day of a term in working days, walked one day at a time; stands are (paused on, resumed on)."""
    day = next_oracle_day(event_day, days_off)
    counted = 0
    while counted < amount:
        day += ONE_DAY
        if oracle_works(day, days_off) and not any(begin < day <= end for begin, end in stands):
            counted += 1
    while last_day_stood := [end for begin, end in stands if begin <= day < end]:
        day = next_oracle_day(max(last_day_stood), days_off)
    return day


def next_oracle_day(day: date, days_off: set[date]) -> date:
    while not oracle_works(day, days_off):
        day += ONE_DAY
    return day


def oracle_minutes(start: datetime, end: datetime, days_off: set[date], zone: ZoneInfo) -> int:
    """Minutes of service between two whole minutes, found by looking at each minute."""
    minutes, now = 0, start
    while now < end:
        local = now.astimezone(zone)
        if oracle_works(local.date(), days_off):
            minutes += any(opening <= local.time() < closing for opening, closing in BLOCKS[local.weekday()])
        now += timedelta(minutes=1)
    return minutes


def jakarta(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Jakarta")).astimezone(UTC)
