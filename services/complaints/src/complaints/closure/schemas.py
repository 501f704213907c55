"""Wire models of the end of a case."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Line, Prose


class ProofBody(Body):
    """A piece of proof: its kind (evidence_kinds), and where it is or what it says."""

    kind: Line
    attachment_id: UUID | None = None
    link: Annotated[str, Field(max_length=2_000, pattern=r"^https?://")] | None = None
    note: Prose | None = None


class CompensationBody(Body):
    """What is paid, and by when (UU 25/2009 art. 50(3))."""

    amount_idr: Annotated[int, Field(ge=1, le=10**15)]
    pay_by: date


class SettlementBody(Body):
    """What became of a commitment: done, or handed to a plan that is named."""

    number: Annotated[int, Field(ge=1, le=1_000)]
    state: Literal["done", "planned"]
    plan: Line | None = None


class ResolutionBody(Body):
    """The outcome and, where it asks for it, its proof: in words, or piece by piece."""

    outcome_code: Line
    proof: Prose | Annotated[list[ProofBody], Field(max_length=50)] | None = None
    explanation: Prose | None = None
    compensation: CompensationBody | None = None
    commitments: list[SettlementBody] = Field(default_factory=list, max_length=50)


class RatingBody(Body):
    """From 1 to 5, with reasons of the vocabulary rating_reasons."""

    rating: Annotated[int, Field(ge=1, le=5)]
    reasons: list[Line] = Field(default_factory=list, max_length=11)
    comment: Prose | None = None


class ReopeningBody(Body):
    """Why the case isn't over. `ground` is for officers: what brings back a closed case."""

    reason: Prose
    ground: Literal["new_facts", "ombudsman_recommendation", "commission_or_court_decision", "quality_check"] | None = (
        None
    )


class AppealBody(Body):
    reason: Prose


class AppealDecisionBody(Body):
    """A dismissal names the body to which the reporter may go next (referral_bodies)."""

    decision: Literal["granted", "granted_partly", "dismissed"]
    reasons: Prose
    next_body: Line | None = None


class WithdrawalBody(Body):
    reason: Prose | None = None
