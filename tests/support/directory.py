"""A small country for tests: registry events put through the copy's own follower, and the people who act in it.

Kota Contoh has a secretariat, a civil registry with a counter below it, a works department and an inspectorate; above it
the province, beside it another city. Every test that needs another world makes its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from chassis.data.events import Event
from devstack.layout import DATA
from directory import follower
from support.services import ServiceUnderTest

ERA = "2020-01-01"


def event(type_: str, subject: str, data: Mapping[str, Any], sequence: int = 1) -> Event:
    """A registry event as a follower receives it."""
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


def institution(id_: UUID, name: str, *, region_code: str, kind: str = "city", above: UUID | None = None) -> Event:
    """An institution in WITA, under `above`."""
    edges = [{"institution_id": str(above), "valid_from": ERA, "valid_to": None}] if above else []
    data = {
        "id": str(id_),
        "code": name,
        "name": name,
        "kind": kind,
        "region_code": region_code,
        "time_zone": "Asia/Makassar",
        "aliases": [],
        "supervisor_ids": edges,
        "valid_from": ERA,
        "valid_to": None,
    }
    return event("institution.changed", f"institutions/{id_}", data)


def unit(id_: UUID, institution_id: UUID, name: str, *, kind: str = "department", parent: UUID | None = None) -> Event:
    """A unit in force since the beginning."""
    version: dict[str, Any] = {
        "code": name,
        "name": name,
        "kind": kind,
        "parent_id": str(parent) if parent else None,
        "region_code": None,
        "functions": [],
        "valid_from": ERA,
        "valid_to": None,
    }
    data = {"id": str(id_), "institution_id": str(institution_id), "versions": [version]}
    return event("unit.changed", f"units/{id_}", data)


def service(id_: UUID, institution_id: UUID, unit_id: UUID, name: str) -> Event:
    """An active service of a unit."""
    data = {
        "id": str(id_),
        "institution_id": str(institution_id),
        "unit_id": str(unit_id),
        "code": name,
        "name": name,
        "kind": "administrative",
        "region_codes": [],
        "state": "active",
    }
    return event("service.changed", f"services/{id_}", data)


def seat(person: UUID, account: str, role: str, institution_id: UUID, unit_id: UUID | None) -> list[Event]:
    """A person with an account, and the seat that he or she holds."""
    appointment = uuid4()
    who = {"id": str(person), "name": f"Pejabat {account}", "account_id": account, "client_id": None}
    what = {
        "id": str(appointment),
        "person_id": str(person),
        "person_name": who["name"],
        "institution_id": str(institution_id),
        "unit_id": str(unit_id) if unit_id else None,
        "role": role,
        "acting": "definitive",
        "decree_number": "1/2025",
        "valid_from": ERA,
        "valid_to": None,
        "state": "active",
    }
    return [
        event("person.changed", f"people/{person}", who),
        event("appointment.changed", f"appointments/{appointment}", what),
    ]


def national_calendar() -> Event:
    """The calendar that ships."""
    document = json.loads((DATA / "calendars" / "national.json").read_bytes())
    data = {name: document.get(name) for name in ("code", "name", "time_zone", "region_code", "working_blocks", "days")}
    return event("calendar.changed", "calendars/national", {**data, "version": 1})


@dataclass
class Country:
    """Ids by name; `accounts` and `people` by what they are: `caller("liaison")` acts as that officer."""

    province: UUID = field(default_factory=uuid4)
    city: UUID = field(default_factory=uuid4)
    other_city: UUID = field(default_factory=uuid4)
    secretariat: UUID = field(default_factory=uuid4)
    registry_office: UUID = field(default_factory=uuid4)
    counter: UUID = field(default_factory=uuid4)
    works: UUID = field(default_factory=uuid4)
    inspectorate: UUID = field(default_factory=uuid4)
    other_unit: UUID = field(default_factory=uuid4)
    identity_card: UUID = field(default_factory=uuid4)
    accounts: dict[str, str] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    region: str = ""

    def events(self) -> list[Event]:
        """Everything, in the order of dependence; the follower doesn't ask for it."""
        found = [
            national_calendar(),
            institution(self.province, "Provinsi Contoh", region_code=self.region[:2], kind="province"),
            institution(self.city, "Kota Contoh", region_code=self.region, above=self.province),
            institution(self.other_city, "Kota Lain", region_code=f"{self.region[:2]}.98", above=self.province),
            unit(self.secretariat, self.city, "Sekretariat Daerah", kind="secretariat"),
            unit(self.registry_office, self.city, "Dinas Dukcapil", kind="civil_registry"),
            unit(self.counter, self.city, "Loket KTP", kind="section", parent=self.registry_office),
            unit(self.works, self.city, "Dinas PUPR"),
            unit(self.inspectorate, self.city, "Inspektorat", kind="inspectorate"),
            unit(self.other_unit, self.other_city, "Dinas Lain"),
            service(self.identity_card, self.city, self.counter, "KTP-el"),
        ]
        for name, (role, institution_id, unit_id) in self._seats().items():
            self.people[name], self.accounts[name] = uuid4(), f"{name}-{uuid4().hex[:8]}"
            found += seat(self.people[name], self.accounts[name], role, institution_id, unit_id)
        return found

    def _seats(self) -> dict[str, tuple[str, UUID, UUID | None]]:
        return {
            "admin": ("institution_admin", self.city, None),
            "liaison": ("liaison", self.city, self.counter),
            "officer": ("officer", self.city, self.counter),
            "head": ("unit_head", self.city, self.registry_office),
            "works_liaison": ("liaison", self.city, self.works),
            "works_head": ("unit_head", self.city, self.works),
            "auditor": ("internal_auditor", self.city, self.inspectorate),
            "head_auditor": ("unit_head", self.city, self.inspectorate),
            "responsible": ("responsible_officer", self.city, None),
            "supervisor": ("supervisor", self.city, None),
            "information_officer": ("information_officer", self.city, self.secretariat),
            "evaluator": ("evaluator", self.city, None),
            "other_admin": ("institution_admin", self.other_city, None),
            "other_liaison": ("liaison", self.other_city, self.other_unit),
            "national": ("national_admin", self.province, None),
            "ombudsman": ("ombudsman", self.province, None),
        }


async def settle(service_under_test: ServiceUnderTest, events: list[Event]) -> None:
    """Apply registry events to the service's copy, and let the process forget what it kept."""
    state = service_under_test.app.state
    async with state.pool.acquire() as connection, connection.transaction():
        for each in events:
            await follower.apply(connection, each)
    for name in ("actors", "places", "router", "planner"):
        kept = getattr(state, name, None)
        if kept is not None:
            kept.forget()


async def settled_country(service_under_test: ServiceUnderTest, region: str = "51.07") -> Country:
    """A new country in the service's copy; `region` is the city's code."""
    country = Country(region=region)
    await settle(service_under_test, country.events())
    return country
