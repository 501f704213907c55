"""Wire models of ethics assessments."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt, StringConstraints, model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Label, Prose, Shape
from evaluation.ethics.assessing import Kind, Observation

Code = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]

_PERIOD = Text("Akhir masa harus sesudah awalnya.", "The period must end after it begins.")
_NOTE = Text("Catatan tidak diminta dari masyarakat.", "Citizens aren't asked for a note.")


class NewAssessment(Body):
    """An assessment by the values of the code of ethics: of a unit, or with `person_id` of an officer who serves there."""

    kind: Kind
    unit_id: UUID
    person_id: UUID | None = None
    period_from: date
    period_to: date = Field(description="The day after the last")
    scores: dict[Code, Annotated[StrictInt, Field(ge=-100, le=100)]] = Field(
        max_length=20, description="By value, see /v1/ethics-values", examples=[{"discipline": 4, "polite": 3}]
    )
    conduct: dict[Code, Observation] = Field(
        default={}, max_length=40, description="The checklist of /v1/conduct-rules", examples=[{"careful": "kept"}]
    )
    note: Prose | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "NewAssessment":
        if self.period_from >= self.period_to:
            raise Broken("period", _PERIOD)
        if self.kind == "citizen" and self.note is not None:
            raise Broken("no_note", _NOTE)
        return self


class Assessment(Shape):
    """An assessment. A citizen's names nobody."""

    id: UUID
    kind: Kind
    subject: str
    institution_id: UUID
    unit_id: UUID
    person_id: UUID | None
    period_from: date
    period_to: date
    values_version: int
    scores: dict[str, int]
    conduct_version: int
    conduct: dict[str, str]
    note: str | None
    author_person_id: UUID | None
    created_at: datetime


class AssessmentPage(Shape):
    items: list[Assessment]
    next: str | None
    count: int | None = None


class Mean(Shape):
    """How one kind of assessor sees a value: null where fewer than five citizens spoke."""

    kind: Kind
    n: int | None
    mean: float | None
    suppressed: bool


class ValueSummary(Shape):
    code: str
    label: Label
    by_kind: list[Mean]


class ConductSummary(Shape):
    """How often a rule was said to be kept and breached, by superiors and the assessed themselves."""

    code: str
    kept: int
    breached: int


class AssessmentSummary(Shape):
    subject: str
    unit_id: UUID
    person_id: UUID | None
    period_from: date
    period_to: date
    values_version: int
    values: list[ValueSummary]
    conduct: list[ConductSummary]
