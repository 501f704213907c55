"""Calendars from their wire form, and the zones that days are local to."""

from datetime import UTC, date, datetime, time

import pytest

from directory.calendars import DayMark, read_calendar
from directory.zones import UnknownZone, iana_name, local_day


def test_reading_a_calendar() -> None:
    calendar = read_calendar(
        "national",
        version=4,
        time_zone="wib",
        working_blocks={
            "monday": [["07:30", "12:00"], ["13:00", "16:00"]],
            "friday": [["07:30", "11:30"]],
            "sunday": [],
        },
        days=[{"date": "2025-06-06", "kind": "national_holiday", "name_id": "Idul Adha", "name_en": "Eid al-Adha"}],
    )
    assert (calendar.code, calendar.version, calendar.zone_name) == ("national", 4, "Asia/Jakarta")
    assert calendar.blocks(date(2025, 6, 2)) == ((time(7, 30), time(12)), (time(13), time(16)))  # Monday
    assert calendar.mark(date(2025, 6, 6)) == DayMark("national_holiday", "Idul Adha", "Eid al-Adha")  # Friday
    assert calendar.mark(date(2025, 6, 8)).kind == "weekend"  # Sunday, without blocks


@pytest.mark.parametrize(
    ("blocks", "days"),
    [
        ({"someday": [["08:00", "12:00"]]}, []),
        ({"monday": [["12:00", "08:00"]]}, []),
        ({"monday": [["08:00", "12:00"], ["11:00", "16:00"]]}, []),
        ({"monday": [["08:00", "12:00"]]}, [{"date": "2025-02-30", "kind": "national_holiday"}]),
    ],
)
def test_calendars_that_are_not_well_formed(blocks: dict[str, list[list[str]]], days: list[dict[str, str]]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # each says something else
        read_calendar("x", version=1, time_zone="wib", working_blocks=blocks, days=days)


def test_blocks_may_touch() -> None:
    blocks = {"monday": [["08:00", "12:00"], ["12:00", "16:00"]]}
    assert read_calendar("x", version=1, time_zone="wit", working_blocks=blocks, days=[]).zone_name == "Asia/Jayapura"


def test_zones() -> None:
    assert [iana_name(name) for name in ("wib", "wita", "Asia/Jayapura")] == [
        "Asia/Jakarta",
        "Asia/Makassar",
        "Asia/Jayapura",
    ]
    with pytest.raises(UnknownZone):
        iana_name("Europe/Berlin")
    evening = datetime(2025, 6, 2, 15, 30, tzinfo=UTC)
    assert [local_day(evening, name).day for name in ("wib", "wita", "wit")] == [2, 2, 3]
    with pytest.raises(ValueError, match="naive"):
        local_day(datetime(2025, 6, 2), "wib")  # noqa: DTZ001  # the point of the test
