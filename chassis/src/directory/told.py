"""What the copy reads of the registry's events, and nothing else: a field that isn't named here may go without notice.

A contract test holds these against what the registry's real application records. Pure.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict

from directory.zones import iana_name

Zone = Annotated[str, AfterValidator(iana_name)]
"""A time zone by its IANA name, told as such or by its code."""


class Told(BaseModel):
    """A part of an event's data; further fields are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Period(Told):
    """The days [valid_from, valid_to); `valid_to` None is open."""

    valid_from: date
    valid_to: date | None

    @property
    def lasts(self) -> bool:
        """Whether the period has a day at all: what was taken back on its first day has none."""
        return self.valid_to is None or self.valid_from < self.valid_to


Lasting = TypeVar("Lasting", bound=Period)


def lasting(periods: Iterable[Lasting]) -> list[Lasting]:
    """Those that have a day at all."""
    return [each for each in periods if each.lasts]


class SupervisionTold(Period):
    institution_id: UUID


class InstitutionTold(Period):
    id: UUID
    code: str
    name: str
    kind: str
    region_code: str | None
    time_zone: Zone
    aliases: list[str]
    supervisor_ids: list[SupervisionTold]


class UnitVersionTold(Period):
    code: str
    name: str
    kind: str
    parent_id: UUID | None
    region_code: str | None
    functions: list[str]


class UnitTold(Told):
    id: UUID
    institution_id: UUID
    versions: list[UnitVersionTold]


class PersonTold(Told):
    id: UUID
    name: str
    account_id: str | None
    client_id: str | None


class AppointmentTold(Period):
    id: UUID
    person_id: UUID
    person_name: str
    institution_id: UUID
    unit_id: UUID | None
    role: str
    acting: str
    decree_number: str | None
    state: str


class ServiceTold(Told):
    id: UUID
    institution_id: UUID
    unit_id: UUID | None
    code: str
    name: str
    kind: str
    region_codes: list[str]
    state: str


class CalendarTold(Told):
    code: str
    version: int
    time_zone: Zone
    region_code: str | None
    working_blocks: dict[str, Any]
    days: list[dict[str, Any]]


READS: dict[str, type[Told]] = {
    "institution.changed": InstitutionTold,
    "unit.changed": UnitTold,
    "person.changed": PersonTold,
    "appointment.changed": AppointmentTold,
    "service.changed": ServiceTold,
    "calendar.changed": CalendarTold,
}
"""By the event's type."""
