"""Wire models of services."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Code, Label, Line, Prose, RegionCode, Shape
from registry.shapes import Patch

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Blocks = Annotated[list[tuple[TimeOfDay, TimeOfDay]], Field(max_length=8)]
State = Literal["draft", "active", "inactive"]
_ORDER = Text(
    "Jam layanan harus berurutan, tidak bertumpang tindih, dan berakhir setelah mulai.",
    "Hours must follow each other, not overlap, and end after they start.",
)
_TWICE = Text("Ada tanggal yang muncul dua kali.", "A date stands there twice.")


def _in_order(hours: dict[Weekday, Blocks]) -> dict[Weekday, Blocks]:
    for blocks in hours.values():
        moments = [moment for block in blocks for moment in block]
        if moments != sorted(set(moments)):
            raise Broken("hours_overlap", _ORDER)
    return hours


class Location(Body):
    """Where the service is given."""

    name: Line
    address: Annotated[str, StringConstraints(max_length=500)] | None = None
    region_code: RegionCode | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None


class Partner(Body):
    """A third party that takes part; its identity is public, and accountability stays with the provider (art. 13)."""

    name: Line
    task: Annotated[str, StringConstraints(max_length=500)] | None = None
    agreement_number: Annotated[str, StringConstraints(max_length=200)] | None = None


class SpecialDay(Body):
    """A day with hours of its own, whatever the calendar says; without blocks it is closed."""

    date: date
    blocks: Blocks
    note: Line | None = None

    @model_validator(mode="after")
    def _sound(self) -> "SpecialDay":
        moments = [moment for block in self.blocks for moment in block]
        if moments != sorted(set(moments)):
            raise Broken("hours_overlap", _ORDER)
        return self


def _once_a_day(days: list[SpecialDay]) -> list[SpecialDay]:
    if len({day.date for day in days}) != len(days):
        raise Broken("duplicate_date", _TWICE)
    return days


SpecialHours = Annotated[list[SpecialDay], Field(max_length=400), AfterValidator(_once_a_day)]
Places = Annotated[
    list[UUID],
    Field(max_length=100, description="Public service malls where it is given too: units of kind public_service_mall"),
]
OnHolidays = Annotated[bool, Field(description="Whether the weekly hours hold on holidays and collective leave too")]
Hours = Annotated[
    dict[Weekday, Blocks], AfterValidator(_in_order), Field(description="Local times by weekday; none = closed")
]
Bases = Annotated[list[Line], Field(max_length=50, description="Laws and rules that the service rests on")]
Terms = Annotated[list[str], Field(max_length=50)]
Regions = Annotated[list[RegionCode], Field(max_length=600, description="The areas that it serves; none = everywhere")]
Locations = Annotated[list[Location], Field(max_length=500)]
Partners = Annotated[list[Partner], Field(max_length=50)]


class NewService(Body):
    """A service as it is entered into the catalogue; a draft until its activation."""

    unit_id: UUID = Field(description="The unit that provides it")
    code: Code = Field(description="Its code within the institution")
    name: Line
    description: Prose | None = None
    kind: str = Field(description="See the vocabulary service_kinds (UU 25/2009 art. 5)")
    field: str | None = Field(None, description="See the vocabulary service_fields")
    funding_route: str | None = Field(None, description="See the vocabulary service_funding_routes")
    legal_basis: Bases = Field(default_factory=list)
    target_groups: Terms = Field(default_factory=list)
    vulnerable_groups: Terms = Field(default_factory=list, description="Whom it treats specially (art. 29)")
    channels: Terms = Field(default_factory=list, description="See the vocabulary service_delivery_channels")
    life_events: Terms = Field(default_factory=list)
    region_codes: Regions = Field(default_factory=list)
    locations: Locations = Field(default_factory=list)
    opening_hours: Hours = Field(default_factory=dict)
    partners: Partners = Field(default_factory=list)
    place_ids: Places = Field(default_factory=list)
    open_on_holidays: OnHolidays = False
    special_hours: SpecialHours = Field(default_factory=list)


class ServicePatch(Patch):
    REQUIRED: ClassVar[frozenset[str]] = frozenset(
        {"unit_id", "code", "name", "kind", "legal_basis", "target_groups", "vulnerable_groups", "channels"}
        | {"life_events", "region_codes", "locations", "opening_hours", "partners"}
        | {"place_ids", "open_on_holidays", "special_hours"}
    )

    unit_id: UUID | None = Field(None, description="Another unit of the same institution takes it over")
    code: Code | None = None
    name: Line | None = None
    description: Prose | None = None
    kind: str | None = None
    field: str | None = None
    funding_route: str | None = None
    legal_basis: Bases | None = None
    target_groups: Terms | None = None
    vulnerable_groups: Terms | None = None
    channels: Terms | None = None
    life_events: Terms | None = None
    region_codes: Regions | None = None
    locations: Locations | None = None
    opening_hours: Hours | None = None
    partners: Partners | None = None
    place_ids: Places | None = None
    open_on_holidays: OnHolidays | None = None
    special_hours: SpecialHours | None = None


class Activation(Body):
    effective_on: date | None = Field(
        None, description="The first day on which it is offered; default today, not later"
    )
    active_until: date | None = Field(
        None, description="The first day, after today, on which it isn't offered any more; null = open"
    )


class Deactivation(Body):
    effective_on: date | None = Field(
        None, description="The first day on which it isn't offered; default today, or a day to come"
    )
    reason: Annotated[str, StringConstraints(max_length=1_000)] | None = None


class LocationShown(Shape):
    name: str
    address: str | None
    region_code: str | None
    lat: float | None
    lon: float | None


class PartnerShown(Shape):
    name: str
    task: str | None
    agreement_number: str | None


class SpecialDayShown(Shape):
    date: date
    blocks: list[tuple[str, str]]
    note: str | None


class OpenDay(Shape):
    """`kind` of the day (day_kinds), or `special` where the service has hours of its own; no blocks: closed."""

    date: date
    kind: str
    name: Label | None
    note: str | None
    blocks: list[tuple[str, str]]


class OpenDays(Shape):
    """When a service is open, by local time."""

    time_zone: str
    items: list[OpenDay]


class Service(Shape):
    """A service of the catalogue. What it promises is in its standards.

    `active_until`: the first day on which it isn't offered any more, in time past or to come; null: open, or never offered.
    """

    id: UUID
    institution_id: UUID
    unit_id: UUID
    code: str
    name: str
    description: str | None
    kind: str
    field: str | None
    funding_route: str | None
    legal_basis: list[str]
    target_groups: list[str]
    vulnerable_groups: list[str]
    channels: list[str]
    life_events: list[str]
    region_codes: list[str]
    locations: list[LocationShown]
    opening_hours: dict[str, list[tuple[str, str]]]
    partners: list[PartnerShown]
    place_ids: list[UUID]
    open_on_holidays: bool
    special_hours: list[SpecialDayShown]
    state: State
    active_until: date | None


class ServicePage(Shape):
    items: list[Service]
    next: str | None
    count: int | None = None
