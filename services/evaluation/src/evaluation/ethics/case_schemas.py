"""Wire models of ethics cases."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from chassis.http.models import Body, Line, Prose, Shape

Term = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
Article = Annotated[str, StringConstraints(min_length=1, max_length=20)]


class NewAccused(Body):
    """Somebody accused, as the registry knows them. `unit_id`: default a unit of theirs today."""

    person_id: UUID
    unit_id: UUID | None = None
    regime: Term = Field("civil_servant", description="Legal regime, see /v1/sanctions")


class NewCase(Body):
    """A case of breach. Of a complaint it names the id alone: nothing of who reported belongs here."""

    institution_id: UUID
    complaint_id: UUID | None = Field(None, description="A complaint on the protected path; null: of the auditor's own")
    values: list[Term] = Field(min_length=1, max_length=20, description="Values breached, see /v1/ethics-values")
    conduct_rules: list[Term] = Field(default=[], max_length=20, description="Rules breached, see /v1/conduct-rules")
    accused: list[NewAccused] = Field(min_length=1, max_length=20)
    summary: Prose = Field(description="What is alleged, without anything that points at who reported it")


class Accusation(Body):
    """One more person accused."""

    accused: NewAccused


class Note(Body):
    note: Prose | None = None


class NewVerdict(Body):
    """What is decided of one person: a verdict of ethics_verdicts, and where it is proven what follows."""

    person_id: UUID
    verdict: Term
    reason: Prose
    articles: list[Article] = Field(
        default=[], max_length=30, description="Articles of UU 25/2009 breached, see /v1/sanctions"
    )
    sanction: Term | None = Field(None, description="A kind that the accused's regime allows")
    compensation_idr: int | None = Field(None, ge=1, le=10**15, description="Owed beside any sanction")
    decree_number: Line | None = None


class Decision(Body):
    verdicts: list[NewVerdict] = Field(min_length=1, max_length=20)


class Referral(Body):
    """To whom a suspected crime, or what can't be judged inside, is handed."""

    body: Term = Field(description="referral_bodies: kpk, police, prosecution, ombudsman …")
    reason: Prose


class Enforcement(Body):
    effective_on: date = Field(description="The day the sanctions took effect: not before the decision, not to come")


class Objection(Body):
    """An objection as the auditor received it from the accused."""

    person_id: UUID
    received_on: date
    grounds: Prose


class OwnObjection(Body):
    """Why the sanction against the caller shouldn't stand."""

    grounds: Prose


class Remedy(Body):
    """The breach was remedied within the term that the warning gave."""

    person_id: UUID
    remedied_on: date
    proof: Prose


class Escalation(Body):
    """The breach wasn't remedied in time: the graver sanction that the law then demands."""

    person_id: UUID
    decree_number: Line
    effective_on: date


class Accused(Shape):
    """`remedy_due_at`: until when a written warning leaves time to remedy; `unremedied`: that time has passed."""

    person_id: UUID
    name: str
    unit_id: UUID | None
    regime: str
    verdict: str | None
    reason: str | None
    articles: list[str]
    sanction: str | None
    severity: str | None
    compensation_idr: int | None
    decree_number: str | None
    effective_on: date | None
    remedy_due_at: datetime | None
    remedied_on: date | None
    unremedied: bool


class OwnVerdict(Shape):
    """What was decided against the caller, and nothing else of the case. `may_object`: until the day of objection_due_at."""

    case_id: UUID
    institution_id: UUID
    unit_id: UUID | None
    values: list[str]
    conduct_rules: list[str]
    state: str
    regime: str
    verdict: str
    reason: str
    articles: list[str]
    sanction: str | None
    severity: str | None
    compensation_idr: int | None
    decree_number: str | None
    effective_on: date | None
    remedy_due_at: datetime | None
    remedied_on: date | None
    decided_at: datetime
    objection_due_at: datetime | None
    may_object: bool


class OwnVerdicts(Shape):
    """The newest first."""

    items: list[OwnVerdict]
    next: str | None


class CaseStep(Shape):
    action: str
    actor: str
    person_id: UUID | None
    from_state: str | None
    to_state: str
    at: datetime
    detail: dict[str, Any]


class EthicsCase(Shape):
    """A case as a list shows it. `judged_by`: the lowest seat that may judge it."""

    id: UUID
    complaint_id: UUID | None
    institution_id: UUID
    judged_by: Literal["internal_auditor", "head_of_internal_audit", "supervisor"]
    values: list[str]
    values_version: int
    conduct_rules: list[str]
    state: str
    referral_body: str | None
    objection_due_at: datetime | None
    created_at: datetime
    decided_at: datetime | None
    closed_at: datetime | None
    allowed_actions: list[str]


class EthicsCaseDetail(EthicsCase):
    summary: str
    accused: list[Accused]
    history: list[CaseStep]


class EthicsCasePage(Shape):
    items: list[EthicsCase]
    next: str | None
    count: int | None = None


class CaseReading(Shape):
    """Who read a case, and when."""

    id: UUID
    actor: str
    person_id: UUID | None
    at: datetime


class CaseReadingPage(Shape):
    items: list[CaseReading]
    next: str | None
    count: int | None = None


class CountCell(Shape):
    code: str
    n: int | None
    suppressed: bool


class EthicsStatistics(Shape):
    """An institution's cases of a year, of nobody by name and of no unit: cells of one to four are hidden."""

    institution_id: UUID
    year: int
    total: int | None
    suppressed: bool
    by_state: list[CountCell]
    by_verdict: list[CountCell]
    by_severity: list[CountCell]
    by_value: list[CountCell]
