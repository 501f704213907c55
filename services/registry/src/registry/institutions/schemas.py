"""Wire models of institutions."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Code, Line, RegionCode, Shape
from registry.shapes import Patch, Period, PeriodStated

Zone = Literal["wib", "wita", "wit"]
Aliases = Annotated[list[Line], Field(max_length=100, description="Acronyms, older names, names people use")]
Supervisors = Annotated[
    list[UUID], Field(max_length=20, description="Institutions whose Pembina supervises this one (UU 25/2009 art. 6)")
]
_EFFECTIVE = Field(
    None,
    description="The day from which it is so. Without it, the version in force today is corrected: it was always so",
)


class NewInstitution(Body):
    """An institution as it is registered; `kind` is of the vocabulary institution_kinds."""

    code: Code
    name: Line
    short_name: Line | None = None
    kind: str
    region_code: RegionCode | None = None
    time_zone: Zone | None = Field(None, description="Default: the region's, else wib")
    aliases: Aliases = Field(default_factory=list)
    supervisor_ids: Supervisors = Field(default_factory=list)
    valid_during: PeriodStated = PeriodStated()


class InstitutionPatch(Patch):
    """What becomes different. Kind, region, period and supervisors are changed by the platform alone."""

    REQUIRED: ClassVar[frozenset[str]] = frozenset(
        {"name", "kind", "time_zone", "aliases", "supervisor_ids", "valid_during"}
    )

    name: Line | None = None
    short_name: Line | None = None
    kind: str | None = None
    region_code: RegionCode | None = None
    time_zone: Zone | None = None
    aliases: Aliases | None = None
    supervisor_ids: Supervisors | None = None
    valid_during: PeriodStated | None = None
    effective_on: date | None = _EFFECTIVE


class Institution(Shape):
    """An institution as of a day. `valid_during` is the period of the version shown; `code` never changes."""

    id: UUID
    code: str
    name: str
    short_name: str | None
    kind: str
    region_code: str | None
    time_zone: str
    aliases: list[str]
    supervisor_ids: list[UUID]
    valid_during: Period


class InstitutionPage(Shape):
    items: list[Institution]
    next: str | None
    count: int | None = None
