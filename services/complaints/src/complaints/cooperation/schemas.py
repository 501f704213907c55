"""Wire models of contributions."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Code, Prose, Shape


class ContributionRequest(Body):
    """What is asked of which unit. `attachment_ids`: files of the case that it is given to read."""

    unit_id: UUID
    question: Prose
    attachment_ids: list[UUID] = Field(default_factory=list, max_length=20)


class ContributionAnswer(Body):
    """The unit's answer to the coordinator, with files; the reporter gets the coordinator's answer, never this one."""

    body: Prose
    upload_ids: list[UUID] = Field(default_factory=list, max_length=20)


class ContributionRefusal(Body):
    """Why the unit has nothing to contribute, see refusal_reasons."""

    reason: Code
    explanation: Prose


class ContributionWithdrawal(Body):
    reason: Prose


class ContributionClock(Shape):
    """The limit that the unit's answer has."""

    policy_code: str
    policy_version: int
    rule_number: int
    due_at: datetime
    overdue: bool


class Contribution(Shape):
    """What one unit was asked. For the reporter: which unit, since when, and whether it has answered; the rest is null."""

    id: UUID
    unit_id: UUID
    unit_name: str | None
    institution_id: UUID
    state: str
    asked_at: datetime
    ended_at: datetime | None
    clock: ContributionClock | None
    question: str | None
    answer: str | None
    reason: str | None
    asked_by: Annotated[dict[str, Any] | None, Field(description="Who asked, in which seat")]
    ended_by: dict[str, Any] | None


class Contributions(Shape):
    items: list[Contribution]
