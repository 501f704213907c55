"""Wire models of units."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Code, Line, RegionCode, Shape
from registry.shapes import Patch, Period, PeriodStated

Functions = Annotated[
    list[str],
    Field(max_length=20, description="Which functions it has, see service_unit_functions (UU 25/2009 art. 8)"),
]


class NewUnit(Body):
    """A unit as it is established; `kind` is of the vocabulary unit_kinds. Without `parent_id` it is at the top."""

    institution_id: UUID
    parent_id: UUID | None = None
    code: Code = Field(description="Its code within the institution")
    name: Line
    short_name: Line | None = None
    kind: str
    region_code: RegionCode | None = Field(None, description="Where it is, or which region it serves")
    functions: Functions = Field(default_factory=list)
    valid_during: PeriodStated = PeriodStated()


class UnitPatch(Patch):
    """What becomes different; a new `parent_id` moves the unit with everything below it."""

    REQUIRED: ClassVar[frozenset[str]] = frozenset({"code", "name", "kind", "functions", "valid_during"})

    parent_id: UUID | None = None
    code: Code | None = None
    name: Line | None = None
    short_name: Line | None = None
    kind: str | None = None
    region_code: RegionCode | None = None
    functions: Functions | None = None
    valid_during: PeriodStated | None = Field(None, description="`to` ends the unit")
    effective_on: date | None = Field(
        None,
        description="The day from which it is so. Without it, the version in force today is corrected: it was always so",
    )


class Unit(Shape):
    """A unit as of a day. `valid_during` is the period of the version shown."""

    id: UUID
    institution_id: UUID
    parent_id: UUID | None
    code: str
    name: str
    short_name: str | None
    kind: str
    region_code: str | None
    functions: list[str]
    valid_during: Period


class UnitPage(Shape):
    items: list[Unit]
    next: str | None
    count: int | None = None


class RelatedUnit(Unit):
    """A unit above or below another, with the number of steps between them."""

    depth: int


class Ancestors(Shape):
    """The units above a unit, nearest first."""

    items: list[RelatedUnit]
    next: str | None


class Descendants(Shape):
    """The units below a unit, nearest first."""

    items: list[RelatedUnit]
    next: str | None
    count: int | None = None
