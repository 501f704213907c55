"""What documents print of codes, days and instants, in Indonesian and English. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from chassis.http.languages import Language, Text

_MONTHS = (
    ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
)  # fmt: skip
_ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


class Labels:
    """The labels of the vocabularies' codes."""

    def __init__(self, vocabularies: Mapping[str, Mapping[str, Any]]) -> None:
        self._labels = {
            (name, item["code"]): Text(item["label"]["id"], item["label"]["en"])
            for name, vocabulary in vocabularies.items()
            for item in vocabulary["items"]
        }

    def read(self, vocabulary: str, code: str, language: Language) -> str:
        """The label of a code; of one that the vocabulary doesn't have, the code itself as words."""
        found = self._labels.get((vocabulary, code))
        return code.replace("_", " ") if found is None else found.read(language)


def written_day(day: date, language: Language) -> str:
    """5 Januari 2026; 5 January 2026."""
    return f"{day.day} {_MONTHS[language == 'en'][day.month - 1]} {day.year}"


def written_instant(instant: datetime, zone_name: str, language: Language) -> str:
    """5 Januari 2026 pukul 08.30 WITA; 5 January 2026, 08:30 WITA. In the zone with this IANA name."""
    local = instant.astimezone(ZoneInfo(zone_name))
    zone = _ZONES.get(zone_name, zone_name)
    day = written_day(local.date(), language)
    return f"{day}, {local:%H:%M} {zone}" if language == "en" else f"{day} pukul {local:%H.%M} {zone}"
