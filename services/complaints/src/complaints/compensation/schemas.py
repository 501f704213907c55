"""Wire models of compensation."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Line, Prose, Shape

Rupiah = Annotated[int, Field(ge=1, le=10**15)]


class ClaimBody(Body):
    """What the reporter claims, and for which loss. Until it is decided a later claim takes the place of an earlier one."""

    amount_idr: Rupiah
    grounds: Prose


class AwardBody(Body):
    """The decision; an award states amount, last day of payment and out of what it is paid (art. 50(3)-(4))."""

    decision: Literal["awarded", "rejected"]
    amount_idr: Rupiah | None = None
    pay_by: date | None = None
    budget_source: Line | None = None
    reasons: Prose


class PaymentBody(Body):
    """That it was paid: the whole amount, on which day, by which document."""

    amount_idr: Rupiah
    paid_on: date
    reference: Line


class CompensationStep(Shape):
    """One step of a claim, as the case's history tells it."""

    at: datetime
    state: str
    public: dict[str, Any]


class Claim(Shape):
    """A claim as it stands. `overdue`: awarded, and the last day of payment has passed."""

    id: UUID
    case_id: UUID
    state: str
    claimed_amount_idr: int
    grounds: str
    claimed_at: datetime
    awarded_amount_idr: int | None
    pay_by: date | None
    budget_source: str | None
    reasons: str | None
    decided_at: datetime | None
    paid_amount_idr: int | None
    paid_on: date | None
    payment_reference: str | None
    overdue: bool


class Compensation(Claim):
    """A claim with its steps, oldest first."""

    history: list[CompensationStep]


class ClaimPage(Shape):
    items: list[Claim]
    next: str | None
    count: int | None = None
