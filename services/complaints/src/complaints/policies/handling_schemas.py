"""Wire models of handling policies."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Code, Line, Shape

Approval = Literal["none", "head", "superior"]


class ClassRuleBody(Body):
    """What holds for a class (case_classes). What is absent is as the next policy above has it.

    `evidence`: kinds (evidence_kinds) of which a resolution shows at least one.
    """

    case_class: Code = Field(alias="class")
    approval: Approval | None = None
    evidence: Annotated[list[Code], Field(max_length=16)] | None = None


class HandlingPolicyBody(Body):
    """A new version for a whole institution or for one of its units and all below it. Never backdated."""

    institution_id: UUID
    unit_id: UUID | None = None
    effective_from: date
    legal_source: Line
    rules: Annotated[list[ClassRuleBody], Field(min_length=1, max_length=20)]


class ClassRuleShape(Shape):
    case_class: str = Field(serialization_alias="class")
    approval: str | None
    evidence: list[str] | None


class HandlingPolicy(Shape):
    """A version; in force from `effective_from` until a newer one is. `institution_id` null: for all who set none."""

    id: UUID
    institution_id: UUID | None
    unit_id: UUID | None
    version: int
    effective_from: date
    legal_source: str
    rules: list[ClassRuleShape]
    recorded_at: datetime


class HandlingPolicyPage(Shape):
    items: list[HandlingPolicy]
    next: str | None
    count: int | None = None
