"""The columns of each kind of file, as models of a row. A cell is text; an empty one says nothing and leaves what is there."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Code, Line, Prose, RegionCode
from chassis.imports.child import columns, required_columns
from registry.appointments.schemas import DecreeNumber, EmployeeNumber, Identifier
from registry.institutions.schemas import Zone
from registry.services.schemas import Bases, Hours, Locations, Partners, Places, SpecialHours
from registry.standards.components import Components, Passage

_NOT_JSON = Text("Isi sel ini harus JSON.", "The cell must hold JSON.")
_BACKWARDS = Text("Masa berlaku harus berakhir setelah mulai.", "A period must end after it begins.")
_NOT_AN_OBJECT = Text(
    "Isi sel ini berupa objek JSON, misalnya {example}", "The cell holds a JSON object, such as {example}"
)
_COMPLETION_TIME = re.compile(r"^(\d{1,6}) (minute|hour|working_day|calendar_day)$")


def _split(cell: Any) -> Any:
    """Items of a list stand on lines of their own or between bars."""
    if not isinstance(cell, str):
        return cell
    return [item.strip() for item in re.split(r"[|\n]", cell) if item.strip()]


def _read_json(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    try:
        return json.loads(cell)
    except ValueError:
        raise Broken("not_json", _NOT_JSON) from None


OBJECTS: Mapping[str, str] = {
    "procedure": '{"steps": [{"number": 1, "actor": "applicant", "text": "..."}]}',
    "completion_time": '{"amount": 3, "unit": "working_day"} (3 working_day)',
    "fee": '{"free": true, "basis": "..."}',
    "complaint_handling": '{"channels": [{"channel": "counter", "detail": "..."}], "responsible_post": "...", "text": "..."}',
}
"""Components that no text is enough for, with an example of each."""
Listed = BeforeValidator(_split)
Json = BeforeValidator(_read_json)
Words = Annotated[list[Annotated[str, StringConstraints(max_length=100)]], Field(max_length=600), Listed]


class Told(Body):
    """A row of which the rest is checked where some columns are flawed."""

    STAND_INS: ClassVar[Mapping[str, str]] = {"name": "-", "decree_number": "-"}
    """What no rule asks about, for columns that a row must have."""


class Owned(Told):
    """Whose a row is; without it, the institution of the import."""

    institution_code: Code | None = None


class Dated(Told):
    """When it holds."""

    valid_from: date | None = None
    valid_to: date | None = Field(None, description="The first day on which it doesn't hold any more")

    @model_validator(mode="after")
    def _forward(self) -> "Dated":
        if self.valid_from is not None and self.valid_to is not None and self.valid_to <= self.valid_from:
            raise Broken("period_backwards", _BACKWARDS)
        return self


class InstitutionRow(Dated):
    code: Code
    name: Line
    kind: str
    short_name: Line | None = None
    region_code: RegionCode | None = None
    time_zone: Zone | None = None
    aliases: Annotated[list[Line], Field(max_length=100), Listed] = Field(default_factory=list)
    supervisor_codes: Annotated[list[Code], Field(max_length=20), Listed] = Field(default_factory=list)


class UnitRow(Owned, Dated):
    code: Code
    name: Line
    kind: str
    short_name: Line | None = None
    parent_code: Code | None = None
    region_code: RegionCode | None = None
    functions: Words = Field(default_factory=list)


class PersonRow(Owned):
    employee_number: EmployeeNumber
    name: Line
    account_id: Identifier | None = None
    client_id: Identifier | None = None


class AppointmentRow(Owned, Dated):
    employee_number: EmployeeNumber
    unit_code: Code | None = None
    role: str
    acting: str = "definitive"
    decree_number: DecreeNumber
    decree_date: date | None = None
    appointed_by: EmployeeNumber | None = None
    valid_from: date = Field()  # an appointment's first day is part of what it is


class ServiceRow(Owned):
    unit_code: Code
    code: Code
    name: Line
    kind: str
    description: Prose | None = None
    field: str | None = None
    funding_route: str | None = None
    legal_basis: Annotated[Bases, Listed] = Field(default_factory=list)
    target_groups: Words = Field(default_factory=list)
    vulnerable_groups: Words = Field(default_factory=list)
    channels: Words = Field(default_factory=list)
    life_events: Words = Field(default_factory=list)
    region_codes: Annotated[list[RegionCode], Field(max_length=600), Listed] = Field(default_factory=list)
    locations: Annotated[Locations, Json] = Field(default_factory=list)
    opening_hours: Annotated[Hours, Json] = Field(default_factory=dict)
    partners: Annotated[Partners, Json] = Field(default_factory=list)
    place_ids: Annotated[Places, Listed] = Field(default_factory=list)
    open_on_holidays: bool = False
    special_hours: Annotated[SpecialHours, Json] = Field(default_factory=list)
    state: Literal["draft", "active"] = "draft"
    active_from: date | None = Field(None, description="Since when it is offered; default today")


class StandardRow(Components):
    """A standard that a decree stipulated before the platform was there; the components are columns of their names.

    A component is JSON in the form of the API, or text where that is enough: those of `OBJECTS` are JSON. A list's items stand
    on lines or between bars, a completion time may be "3 working_day".
    """

    SPARSE: ClassVar[bool] = True
    """A component is stored without what it doesn't say; other rows keep the blanks of what they hold."""
    STAND_INS: ClassVar[Mapping[str, str]] = {"decree_number": "-", "signer_name": "-", "signer_post": "-"}
    LISTS: ClassVar[frozenset[str]] = frozenset(
        {"legal_basis", "requirements", "product", "facilities", "staff_competence", "internal_supervision"}
    )

    institution_code: Code | None = None
    service_code: Code
    number: Code
    decree_number: DecreeNumber
    decree_date: date
    signer_name: Line
    signer_post: Line
    effective_on: date | None = Field(None, description="As the decree says; publication sets the day that counts")
    capability: Passage = ""
    community_needs: Passage = ""
    local_conditions: Passage = ""
    minutes_held_on: date | None = None
    minutes_reference: Line | None = Field(None, description="Where the minutes of the discussion are kept")

    @model_validator(mode="before")
    @classmethod
    def _typed(cls, row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        return {name: _component(name, cell) if name in Components.model_fields else cell for name, cell in row.items()}

    @field_validator(*OBJECTS, mode="before")
    @classmethod
    def _an_object(cls, cell: Any, info: ValidationInfo) -> Any:
        if isinstance(cell, str):
            raise Broken("not_json", _NOT_AN_OBJECT.filled(example=OBJECTS[info.field_name or ""]))
        return cell


def _component(name: str, cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    if cell[:1] in ("{", "["):
        try:
            return json.loads(cell)
        except ValueError:
            return cell  # its model says what is wrong with it
    if name in StandardRow.LISTS:
        return _split(cell)
    if name == "completion_time" and (found := _COMPLETION_TIME.match(cell)):
        return {"amount": int(found[1]), "unit": found[2]}
    return int(cell) if name == "staff_number" and cell.isdecimal() and len(cell) < 8 else cell


MODELS: dict[str, type[Body]] = {
    "institutions": InstitutionRow,
    "units": UnitRow,
    "people": PersonRow,
    "appointments": AppointmentRow,
    "services": ServiceRow,
    "standards": StandardRow,
}
KINDS = tuple(MODELS)


def ordered_columns(kind: str) -> list[str]:
    """The columns as a document lists them: required ones first and marked."""
    required = required_columns(MODELS[kind])
    marked = [f"{name}*" for name in MODELS[kind].model_fields if name in required]
    return marked + sorted(columns(MODELS[kind]) - required)
