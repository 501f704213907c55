"""The national calendar: holidays and collective leave by the yearly decree of three ministers (SKB 3 Menteri).

The days come from the `holidays` package, which follows the decrees; the working blocks from Perpres 21/2023.
"""

from datetime import date
from pathlib import Path
from typing import Any

import holidays
from holidays.constants import GOVERNMENT, PUBLIC

from devstack.reference.files import write_json

FIRST_YEAR, LAST_YEAR = 2024, 2027

KIND_OF_CATEGORY = {PUBLIC: "national_holiday", GOVERNMENT: "collective_leave"}
ESTIMATED = {"id": " (perkiraan)", "en_US": " (estimated)"}

DECREES = {
    2024: "SKB 3 Menteri 855/2023, 3/2023, 4/2023 jo 236/2024, 1/2024, 2/2024",
    2025: "SKB 3 Menteri 1017/2024, 2/2024, 2/2024 jo 933/2025, 1/2025, 3/2025",
    2026: "SKB 3 Menteri 1497/2025, 2/2025, 5/2025",
    2027: "SKB 3 Menteri tentang Hari Libur Nasional dan Cuti Bersama Tahun 2027 (September 2026)",
}

# Days off that a decree of the President gave once, beside the yearly decree.
PRESIDENTIAL_DECREES = {
    date(2024, 2, 14): "Keppres 10/2024",
    date(2024, 11, 27): "Keppres 33/2024",
}

MORNING, AFTERNOON = ["07:30", "12:00"], ["13:00", "16:00"]
WORKING_BLOCKS = {
    **{day: [MORNING, AFTERNOON] for day in ("monday", "tuesday", "wednesday", "thursday")},
    "friday": [["07:30", "11:30"], ["13:00", "16:30"]],
}


def days_of(first_year: int, last_year: int) -> list[dict[str, Any]]:
    """Every holiday and collective leave day of the years, both included, by date, one entry per day.

    A day that the package only estimates from the moon's course carries `estimated`.
    """
    years = range(first_year, last_year + 1)
    days: dict[date, dict[str, Any]] = {}
    # PUBLIC last: where one day is both, the national holiday names it.
    for category in (GOVERNMENT, PUBLIC):
        indonesian = holidays.country_holidays("ID", years=years, categories=category, language="id")
        english = holidays.country_holidays("ID", years=years, categories=category, language="en_US")
        for day, name in indonesian.items():
            entry: dict[str, Any] = {
                "date": day.isoformat(),
                "kind": KIND_OF_CATEGORY[category],
                "name_id": name.replace(ESTIMATED["id"], ""),
                "name_en": english[day].replace(ESTIMATED["en_US"], ""),
                "source": PRESIDENTIAL_DECREES.get(day, DECREES[day.year]),
            }
            if ESTIMATED["id"] in name:
                entry["estimated"] = True
            days[day] = entry
    return [days[day] for day in sorted(days)]


def national() -> dict[str, Any]:
    """The calendar that an institution follows unless it has its own; 37.5 hours a week, breaks not counted."""
    return {
        "code": "national",
        "name": {"id": "Kalender kerja nasional", "en": "National working calendar"},
        "time_zone": "Asia/Jakarta",
        "working_blocks": WORKING_BLOCKS,
        "working_blocks_source": (
            "Perpres 21/2023: Monday to Friday, 37 hours 30 minutes a week without breaks, from 07:30; "
            "breaks of 60 minutes, on Friday 90. An institution's own hours and those of Ramadan (32 hours "
            "30 minutes, from 08:00) are its own calendar."
        ),
        "version": 1,
        "source": "SKB 3 Menteri on national holidays and collective leave, 2024-2027",
        "days": days_of(FIRST_YEAR, LAST_YEAR),
    }


def write(data: Path) -> Path:
    """Make `calendars/national.json`."""
    target = data / "calendars" / "national.json"
    write_json(target, national())
    return target
