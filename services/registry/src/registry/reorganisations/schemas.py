"""Wire models of what a reorganisation is declared with. What is replied stands in replies.py."""

from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Code, Line, Prose, RegionCode
from registry.institutions.schemas import Aliases, Supervisors, Zone
from registry.reorganisations.shares import read_share
from registry.units.schemas import Functions

_ONE_OF = Text("Sebutkan tepat satu.", "State exactly one of them.")
_SHARE = Text(
    "Bagian harus lebih dari 0 dan paling besar 1, sebagai desimal atau pecahan.",
    "A share is more than 0 and at most 1, as a decimal or a fraction.",
)
_LONGEST_SHARE = 40
_LARGEST = 10**18
"""Numerator and denominator are kept as 64-bit integers."""


def _read_share(value: Any) -> Fraction:
    if isinstance(value, str) and len(value) <= _LONGEST_SHARE and "e" not in value.lower():
        try:
            share = read_share(value)
        except ValueError:
            share = Fraction()
        if 0 < share <= 1 and share.denominator < _LARGEST:
            return share
    raise Broken("share", _SHARE)


Share = Annotated[
    Fraction,
    BeforeValidator(_read_share, json_schema_input_type=str),
    Field(description='A decimal or a fraction as text, such as "0.4" or "1/3"; those of one predecessor make 1'),
]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,49}$", description="A name within this reorganisation")]


class Ref(Body):
    """A unit, an institution, or what the same reorganisation establishes under a key: exactly one."""

    unit_id: UUID | None = None
    institution_id: UUID | None = None
    key: Key | None = None

    @model_validator(mode="after")
    def _one(self) -> "Ref":
        if sum(value is not None for value in (self.unit_id, self.institution_id, self.key)) != 1:
            raise Broken("exactly_one", _ONE_OF)
        return self


class EstablishedUnit(Body):
    """A unit as of the day. Without `parent` it is at the top of its institution."""

    institution: Ref
    parent: Ref | None = None
    code: Code
    name: Line
    short_name: Line | None = None
    kind: str
    region_code: RegionCode | None = None
    functions: Functions = Field(default_factory=list)


class EstablishedInstitution(Body):
    """An institution as of the day; `time_zone` by default the region's."""

    code: Code
    name: Line
    short_name: Line | None = None
    kind: str
    region_code: RegionCode | None = None
    time_zone: Zone | None = None
    aliases: Aliases = Field(default_factory=list)
    supervisor_ids: Supervisors = Field(default_factory=list)


class Establish(Body):
    """A unit or an institution begins; other steps name it by `key`."""

    type: Literal["establish"]
    key: Key
    unit: EstablishedUnit | None = None
    institution: EstablishedInstitution | None = None

    @model_validator(mode="after")
    def _one(self) -> "Establish":
        if (self.unit is None) == (self.institution is None):
            raise Broken("exactly_one", _ONE_OF)
        return self


class Rename(Body):
    """The name becomes another, and with it the short name; a unit's code if it is stated."""

    type: Literal["rename"]
    subject: Ref
    name: Line
    short_name: Line | None = None
    code: Code | None = None


class Move(Body):
    """A unit moves with everything below it: below another unit, or to the top of an institution.

    In another institution it goes on as a new unit, because a unit belongs to one institution for good.
    """

    type: Literal["move"]
    subject: Ref
    to: Ref


class Merge(Body):
    """The subjects end; everything of theirs passes to one that exists or is established."""

    type: Literal["merge"]
    subjects: Annotated[list[Ref], Field(min_length=1, max_length=100)]
    into: Ref


class Portion(Body):
    """A successor. What isn't allotted follows the one with the largest share, or who stays."""

    to: Ref
    share: Share
    unit_ids: Annotated[list[UUID], Field(max_length=1000, description="Units below that go to this successor")] = (
        Field(default_factory=list)
    )
    service_ids: Annotated[list[UUID], Field(max_length=5000, description="Services that go to it")] = Field(
        default_factory=list
    )


class Split(Body):
    """The subject passes to several; if it is one of them it stays, else it ends."""

    type: Literal["split"]
    subject: Ref
    into: Annotated[list[Portion], Field(min_length=2, max_length=100)]


class Dissolve(Body):
    """The subject ends. Without successors only if nothing is left in it."""

    type: Literal["dissolve"]
    subject: Ref
    successors: Annotated[list[Portion], Field(max_length=100)] = Field(default_factory=list)


StepBody = Annotated[Establish | Rename | Move | Merge | Split | Dissolve, Field(discriminator="type")]


class NewReorganisation(Body):
    """One declared event: all of its steps happen at once, on `effective_on`, by one decree."""

    title: Line
    effective_on: date
    decree_number: Line
    decree_date: date
    steps: Annotated[list[StepBody], Field(min_length=1, max_length=500)]


class WithdrawalBody(Body):
    """The decree by which a reorganisation won't be, and why."""

    decree_number: Line
    decree_date: date
    reason: Prose
