"""National holidays and collective leave as the yearly decrees of three ministers give them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from devstack.reference.calendars import days_of
from devstack.reference.document_checks import minutes
from devstack.reference.files import read_json


@pytest.fixture(scope="module")
def calendar(data: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_json(data / "calendars" / "national.json")
    return found


HOLIDAY, LEAVE = "national_holiday", "collective_leave"


@pytest.mark.parametrize(
    ("day", "weekday", "kind", "name"),
    [
        ("2024-02-14", "Wednesday", HOLIDAY, "Hari Pemilihan Umum"),
        ("2024-04-08", "Monday", LEAVE, "Cuti Bersama Hari Raya Idul Fitri"),
        ("2024-04-10", "Wednesday", HOLIDAY, "Hari Raya Idul Fitri"),
        ("2024-11-27", "Wednesday", HOLIDAY, "Hari Pemilihan Kepala Daerah"),
        ("2025-01-28", "Tuesday", LEAVE, "Cuti Bersama Tahun Baru Imlek"),
        ("2025-03-28", "Friday", LEAVE, "Cuti Bersama Hari Suci Nyepi"),
        ("2025-03-31", "Monday", HOLIDAY, "Hari Raya Idul Fitri"),
        ("2025-04-01", "Tuesday", HOLIDAY, "Hari kedua dari Hari Raya Idul Fitri"),
        ("2025-04-02", "Wednesday", LEAVE, "Cuti Bersama Hari Raya Idul Fitri"),
        ("2025-04-07", "Monday", LEAVE, "Cuti Bersama Hari Raya Idul Fitri"),
        ("2025-08-18", "Monday", LEAVE, "Cuti Bersama Hari Kemerdekaan Republik Indonesia"),
        ("2026-02-16", "Monday", LEAVE, "Cuti Bersama Tahun Baru Imlek"),
        ("2026-03-18", "Wednesday", LEAVE, "Cuti Bersama Hari Suci Nyepi"),
        ("2026-03-19", "Thursday", HOLIDAY, "Hari Suci Nyepi"),
        ("2026-03-20", "Friday", LEAVE, "Cuti Bersama Hari Raya Idul Fitri"),
        ("2026-03-21", "Saturday", HOLIDAY, "Hari Raya Idul Fitri"),
        ("2026-03-24", "Tuesday", LEAVE, "Cuti Bersama Hari Raya Idul Fitri"),
        ("2026-05-15", "Friday", LEAVE, "Cuti Bersama Kenaikan Yesus Kristus"),
        ("2026-05-28", "Thursday", LEAVE, "Cuti Bersama Hari Raya Idul Adha"),
        ("2026-08-17", "Monday", HOLIDAY, "Hari Kemerdekaan Republik Indonesia"),
        ("2026-12-24", "Thursday", LEAVE, "Cuti Bersama Hari Raya Natal"),
        ("2026-12-25", "Friday", HOLIDAY, "Hari Raya Natal"),
    ],
)
def test_known_days(calendar: dict[str, Any], day: str, weekday: str, kind: str, name: str) -> None:
    assert date.fromisoformat(day).strftime("%A") == weekday
    [found] = [entry for entry in calendar["days"] if entry["date"] == day]
    assert (found["kind"], found["name_id"]) == (kind, name)


@pytest.mark.parametrize(
    ("year", "holidays", "leave"),
    [
        (2024, 17 + 2, 10),  # SKB 855/2023 and others, with two election days by decree of the President
        (2025, 17, 10 + 1),  # 18 August was added by SKB 933/2025 and others
        (2026, 17, 8),  # SKB 1497/2025 and others
    ],
)
def test_as_many_days_as_the_decree_names(calendar: dict[str, Any], year: int, holidays: int, leave: int) -> None:
    kinds = [entry["kind"] for entry in calendar["days"] if entry["date"].startswith(str(year))]
    assert (kinds.count(HOLIDAY), kinds.count(LEAVE)) == (holidays, leave)


@pytest.mark.parametrize("day", ["2025-04-08", "2026-03-17", "2026-03-25", "2026-06-02"])
def test_ordinary_days_are_not_listed(calendar: dict[str, Any], day: str) -> None:
    assert [entry for entry in calendar["days"] if entry["date"] == day] == []


def test_names_come_in_both_languages_and_estimates_are_marked(calendar: dict[str, Any]) -> None:
    by_date = {entry["date"]: entry for entry in calendar["days"]}
    assert by_date["2026-08-17"]["name_en"] == "Independence Day"
    assert by_date["2027-03-10"]["estimated"] is True
    assert not any("perkiraan" in entry["name_id"] or "estimated" in entry["name_en"] for entry in calendar["days"])
    assert not any("estimated" in entry for entry in calendar["days"] if entry["date"] < "2027")


def test_a_week_has_37_hours_and_a_half(calendar: dict[str, Any]) -> None:
    """Perpres 21/2023: breaks of 60 minutes, on Friday 90, aren't counted."""
    blocks = calendar["working_blocks"]
    assert list(blocks) == ["monday", "tuesday", "wednesday", "thursday", "friday"]
    assert {day: sum(minutes(block) for block in blocks[day]) for day in blocks} == dict.fromkeys(blocks, 450)
    assert blocks["monday"][0][0] == "07:30"
    assert minutes([blocks["monday"][0][1], blocks["monday"][1][0]]) == 60
    assert minutes([blocks["friday"][0][1], blocks["friday"][1][0]]) == 90


def test_the_file_is_what_the_package_gives(calendar: dict[str, Any]) -> None:
    """A newer package that knows other days fails here: then the calendar is drawn anew as a new version."""
    assert calendar["days"] == days_of(2024, 2027)
