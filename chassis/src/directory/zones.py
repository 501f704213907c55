"""The three time zones of Indonesia (Keppres 41/1987), by vocabulary code and by IANA name."""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

IANA_NAMES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
DEFAULT_ZONE = "Asia/Jakarta"


class UnknownZone(ValueError):
    """The name is none of the three zones, neither as code nor as IANA name."""


def iana_name(name: str) -> str:
    """The IANA name of a zone given as `wib`, `wita`, `wit` or already as one of their IANA names."""
    known = IANA_NAMES.get(name, name)
    if known not in IANA_NAMES.values():
        raise UnknownZone(name)
    return known


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of a code or IANA name."""
    return ZoneInfo(iana_name(name))


def local_day(instant: datetime, name: str) -> date:
    """The day on which an aware instant falls in a zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone; a naive datetime has none")
    return instant.astimezone(zone(name)).date()


def national_day(instant: datetime) -> date:
    """The day in the capital: for what is of no institution, or of many. From 17:00 UTC on it isn't the day of UTC."""
    return local_day(instant, DEFAULT_ZONE)
