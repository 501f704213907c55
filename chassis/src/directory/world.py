"""The registry as plain dated values: what the authority resolver reads. Small worlds are loaded per question (`copy`)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol, TypeVar
from uuid import UUID

from directory.roles import Seat

JAKARTA = "31"
LOCAL_GOVERNMENTS = frozenset({"province", "regency", "city"})


class Dated(Protocol):
    """Something in force from a day (inclusive) to a day (exclusive; None = open)."""

    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    id: UUID
    code: str
    name: str
    kind: str  # institution_kinds
    region_code: str | None
    time_zone: str
    valid_from: date
    valid_to: date | None

    @property
    def is_administrative_area(self) -> bool:
        """A regency or city of DK Jakarta: without autonomy, hence without a Bupati or Wali kota as Pembina."""
        return self.kind in ("regency", "city") and within(self.region_code or "", JAKARTA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One dated version of a unit."""

    id: UUID
    institution_id: UUID
    parent_id: UUID | None
    name: str
    kind: str
    region_code: str | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment(Seat):
    """A seat with what the public may know of it."""

    id: UUID
    person_name: str
    decree_number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    id: UUID
    institution_id: UUID
    unit_id: UUID | None
    code: str
    name: str
    region_codes: tuple[str, ...]  # prefixes; none = everywhere

    def covers(self, region_code: str) -> bool:
        return not self.region_codes or any(within(region_code, area) for area in self.region_codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """An edge: `supervisor_id` (an institution) supervises `institution_id`."""

    institution_id: UUID
    supervisor_id: UUID
    valid_from: date
    valid_to: date | None


Anything = TypeVar("Anything", bound=Dated)


def in_force(items: Iterable[Anything], day: date) -> Iterator[Anything]:
    """Those of the items that are in force on a day."""
    return (item for item in items if item.valid_from <= day and (item.valid_to is None or day < item.valid_to))


def within(region_code: str, area: str) -> bool:
    """Whether a region lies in an area, by their dotted codes: 51.71.01 lies in 51.71 and in 51, not in 51.7."""
    return region_code == area or region_code.startswith(f"{area}.")


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything a question may touch; more does no harm."""

    institutions: tuple[Institution, ...] = ()
    units: tuple[Unit, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    services: tuple[Service, ...] = ()
    supervision: tuple[Supervision, ...] = ()

    @cached_property
    def _units_by_id(self) -> dict[UUID, list[Unit]]:
        found: dict[UUID, list[Unit]] = {}
        for unit in self.units:
            found.setdefault(unit.id, []).append(unit)
        return found

    @cached_property
    def _institutions_by_id(self) -> dict[UUID, Institution]:
        return {institution.id: institution for institution in self.institutions}

    @cached_property
    def _seats_by_place(self) -> dict[tuple[UUID, UUID | None, str], list[Appointment]]:
        found: dict[tuple[UUID, UUID | None, str], list[Appointment]] = {}
        for seat in self.appointments:
            found.setdefault((seat.institution_id, seat.unit_id, seat.role), []).append(seat)
        return found

    @cached_property
    def _services_by_id(self) -> dict[UUID, Service]:
        return {service.id: service for service in self.services}

    def institution(self, institution_id: UUID, day: date) -> Institution | None:
        found = self._institutions_by_id.get(institution_id)
        return next(in_force([found], day), None) if found is not None else None

    def unit(self, unit_id: UUID, day: date) -> Unit | None:
        return next(in_force(self._units_by_id.get(unit_id, ()), day), None)

    def service(self, service_id: UUID) -> Service | None:
        return self._services_by_id.get(service_id)

    def seats(self, institution_id: UUID, unit_id: UUID | None, role: str, day: date) -> tuple[Appointment, ...]:
        """Who holds a role at exactly this place on a day; holders first, those beside after, the longest in office first."""
        here = in_force(self._seats_by_place.get((institution_id, unit_id, role), ()), day)
        return tuple(sorted(here, key=lambda seat: (seat.acting == "plh", seat.valid_from, seat.id)))

    def chain(self, unit_id: UUID, day: date) -> tuple[Unit, ...]:
        """The unit and the units above it on a day, nearest first. Ends where the next isn't in force, or comes again."""
        above: list[Unit] = []
        current = self.unit(unit_id, day)
        while current is not None and current not in above:
            above.append(current)
            current = self.unit(current.parent_id, day) if current.parent_id is not None else None
        return tuple(above)

    def supervisors(self, institution: Institution, day: date) -> tuple[Institution, ...]:
        """The institutions directly above along supervision edges; for an area of DK Jakarta its province, first of all."""
        ids = [edge.supervisor_id for edge in in_force(self.supervision, day) if edge.institution_id == institution.id]
        found = [above for each in sorted(set(ids)) if (above := self.institution(each, day)) is not None]
        if institution.is_administrative_area:
            province = self.government(JAKARTA, day)
            found = [*([province] if province else []), *(each for each in found if each != province)]
        return tuple(found)

    def government(self, region_code: str, day: date) -> Institution | None:
        """The local government of exactly this region."""
        return next(
            (
                institution
                for institution in in_force(self.institutions, day)
                if institution.region_code == region_code and institution.kind in LOCAL_GOVERNMENTS
            ),
            None,
        )
