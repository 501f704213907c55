"""Wire models of authority: a question, and its answer with reasons."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Instant, RegionCode, Shape
from registry.shapes import Period

_NOTHING = Text("Sebutkan service, unit, institution, atau region.", "Name a service, unit, institution or region.")


class Question(Body):
    """One subject; the most precise of what is named is asked about, a region only narrows it."""

    service: UUID | None = None
    unit: UUID | None = None
    institution: UUID | None = None
    region: RegionCode | None = None

    @model_validator(mode="after")
    def _named(self) -> "Question":
        if self.service is None and self.unit is None and self.institution is None and self.region is None:
            raise Broken("nothing_named", _NOTHING)
        return self


class Questions(Body):
    """Up to 1,000 questions about one day, or one instant: then each of the day that it is at its institution."""

    items: Annotated[list[Question], Field(min_length=1, max_length=1_000)]
    at: date | Instant | None = Field(None, description="The day, or an instant of it; default now")


class Reason(Shape):
    code: str
    detail: str


class SeatShown(Shape):
    appointment_id: UUID
    person_id: UUID
    person_name: str
    acting: str
    decree_number: str | None
    valid_during: Period


class Holding(Shape):
    """Who holds a role at the nearest place upward that has anybody; no seats when nobody does."""

    role: str
    institution_id: UUID
    unit_id: UUID | None
    seats: list[SeatShown]
    reasons: list[Reason]


class InstitutionShown(Shape):
    id: UUID
    code: str
    name: str
    kind: str
    region_code: str | None


class UnitShown(Shape):
    id: UUID
    name: str
    kind: str


class Vacancy(Shape):
    role: str
    institution_id: UUID
    unit_id: UUID | None


class Authority(Shape):
    """Who acts (liaison, officers, head), who answers (Penanggung jawab), who supervises (Pembina, upward)."""

    at: date
    institution: InstitutionShown | None
    unit: UnitShown | None
    acts: list[Holding]
    answers: Holding | None
    supervises: list[Holding]
    vacancies: list[Vacancy]
    reasons: list[Reason]


class Answered(Shape):
    status: int
    authority: Authority


class Answers(Shape):
    items: list[Answered]
