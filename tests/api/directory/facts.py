"""Registry events as the feed carries them, shortened for tests. Ids are made of names."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from chassis.data.events import Event

SPACE = UUID("018f0000-0000-7000-8000-000000000000")
ERA = "2020-01-01"


def number(name: str) -> UUID:
    return uuid5(SPACE, name)


def event(type_: str, subject: str, sequence: int, data: dict[str, Any]) -> Event:
    return Event(
        stream="s",
        position=1,
        type=type_,
        subject=subject,
        sequence=sequence,
        visibility="public",
        institution_id=None,
        data=data,
        occurred_at=datetime(2025, 1, 1, tzinfo=UTC),
    )


def institution(
    name: str,
    *,
    kind: str = "city",
    region_code: str | None = None,
    supervisors: tuple[str, ...] = (),
    time_zone: str = "Asia/Jakarta",
    sequence: int = 1,
) -> Event:
    data = {
        "id": str(number(name)),
        "code": name,
        "name": name,
        "kind": kind,
        "region_code": region_code,
        "time_zone": time_zone,
        "aliases": [],
        "supervisor_ids": [
            {"institution_id": str(number(above)), "valid_from": ERA, "valid_to": None} for above in supervisors
        ],
        "valid_from": ERA,
        "valid_to": None,
    }
    return event("institution.changed", f"institutions/{data['id']}", sequence, data)


Version = tuple[str | None, str, str | None]
"""A unit's parent (a name), from which day, to which (exclusive)."""


def unit(name: str, *versions: Version, of: str = "city", sequence: int = 1) -> Event:
    data = {
        "id": str(number(name)),
        "institution_id": str(number(of)),
        "versions": [
            {
                "code": name,
                "name": f"{name} {since}",
                "kind": "agency",
                "parent_id": str(number(parent)) if parent else None,
                "region_code": None,
                "functions": [],
                "valid_from": since,
                "valid_to": until,
            }
            for parent, since, until in versions
        ],
    }
    return event("unit.changed", f"units/{data['id']}", sequence, data)


def person(name: str, *, account: str | None = None, client: str | None = None, sequence: int = 1) -> Event:
    data = {"id": str(number(name)), "name": name, "account_id": account, "client_id": client}
    return event("person.changed", f"people/{data['id']}", sequence, data)


def appointment(
    who: str,
    role: str,
    *,
    at: str | None = None,
    of: str = "city",
    since: str = ERA,
    until: str | None = None,
    acting: str = "definitive",
    state: str = "active",
    sequence: int = 1,
) -> Event:
    data = {
        "id": str(number(f"{who}/{role}/{at}/{of}")),
        "person_id": str(number(who)),
        "person_name": who,
        "institution_id": str(number(of)),
        "unit_id": str(number(at)) if at else None,
        "role": role,
        "acting": acting,
        "decree_number": "1/2020",
        "valid_from": since,
        "valid_to": until,
        "state": state,
    }
    return event("appointment.changed", f"appointments/{data['id']}", sequence, data)


def service(name: str, at: str | None, *, of: str = "city", sequence: int = 1) -> Event:
    data = {
        "id": str(number(name)),
        "institution_id": str(number(of)),
        "unit_id": str(number(at)) if at else None,
        "code": name,
        "name": name,
        "kind": "administrative",
        "region_codes": ["51.71"],
        "state": "active",
    }
    return event("service.changed", f"services/{data['id']}", sequence, data)


def calendar(
    code: str, days: dict[str, str], *, region_code: str | None = None, version: int = 1, worked: bool = False
) -> Event:
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday")
    data = {
        "code": code,
        "version": version,
        "time_zone": "Asia/Jakarta",
        "region_code": region_code,
        "working_blocks": {day: [["08:00", "12:00"], ["13:00", "16:00"]] for day in weekdays} if worked else {},
        "days": [
            {"date": day, "kind": kind, "name_id": kind, "name_en": kind, "source": "-"} for day, kind in days.items()
        ],
    }
    return event("calendar.changed", f"calendars/{code}", version, data)
