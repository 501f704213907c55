"""Wire models of campaigns and of how an assessment proceeds. Those of results: result_schemas.py."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictInt, StringConstraints, model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Label, Line, Prose, Shape
from evaluation.instruments.schemas import ItemCode

_PERIOD = Text("Akhir masa yang dinilai harus sesudah awalnya.", "The period must end after it begins.")
Address = Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://\S+$")]
Level = Annotated[StrictInt, Field(ge=-100, le=100)]
"""A number of any scale; the form's own levels are asked of each."""
Levels = Annotated[dict[Annotated[str, StringConstraints(max_length=60)], Level], Field(max_length=200)]


class NewCampaign(Body):
    """A round of PEKPPP, organised by an institution, by the version of the instrument in force when its period begins.

    `period_from` and `period_to` (exclusive): what is evaluated. `respondents_minimum`: users' answers that each unit needs.
    """

    institution_id: UUID
    title: Line
    scheme: ItemCode = Field(description="pekppp_schemes")
    year: int = Field(ge=2000, le=2100)
    instrument: ItemCode = "pekppp"
    evaluator_form: ItemCode = Field(description="A form that evaluators answer", examples=["f02_a"])
    user_form: ItemCode = Field(description="A form that service users answer", examples=["f03_a"])
    period_from: date
    period_to: date
    respondents_minimum: int = Field(1, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _rising(self) -> "NewCampaign":
        if self.period_from >= self.period_to:
            raise Broken("period", _PERIOD)
        return self


class InstrumentName(Shape):
    code: str
    version: int


class Campaign(Shape):
    id: UUID
    institution_id: UUID
    title: str
    scheme: str
    year: int
    instrument: InstrumentName
    evaluator_form: str
    user_form: str
    period_from: date
    period_to: date
    respondents_minimum: int
    created_at: datetime


class CampaignPage(Shape):
    items: list[Campaign]
    next: str | None
    count: int | None = None


class NewAssessment(Body):
    """A unit to be evaluated in a campaign. `evaluator_ids`: people of the registry, none of whom serves in its line."""

    campaign_id: UUID
    unit_id: UUID
    evaluator_ids: list[UUID] = Field(default=[], max_length=50)


class Evaluators(Body):
    """All who evaluate the unit."""

    evaluator_ids: list[UUID] = Field(max_length=50)


class Assessment(Shape):
    """`ipp` and `grade` are null until the result is confirmed, and for the public until it is published."""

    id: UUID
    campaign_id: UUID
    campaign_title: str
    scheme: str
    year: int
    unit_id: UUID
    institution_id: UUID
    organiser_id: UUID
    state: str
    ipp: float | None
    grade: str | None
    created_at: datetime
    submitted_at: datetime | None
    completed_at: datetime | None
    confirmed_at: datetime | None
    published_at: datetime | None
    allowed_actions: list[str]


class AssessmentDetail(Assessment):
    instrument: InstrumentName
    evaluator_form: str
    user_form: str
    period_from: date
    period_to: date
    respondents_minimum: int
    evaluator_ids: list[UUID] | None


class AssessmentPage(Shape):
    items: list[Assessment]
    next: str | None
    count: int | None = None


class NewAnswers(Body):
    """Levels by item. `form`: f01 by the unit itself, the campaign's form of evaluators, or that of service users.

    Of f01 and the evaluator's form, what isn't said stays as it was; a service user answers every item at once.
    """

    form: ItemCode
    answers: Levels = Field(min_length=1, examples=[{"standard_available": 4}])
    notes: dict[ItemCode, Prose] = Field(default={}, max_length=200)
    code: Annotated[str, StringConstraints(min_length=16, max_length=40)] | None = Field(
        None, description="A service user's one-time code: then nobody needs to sign in"
    )


class AnsweredItem(Shape):
    item: str
    level: int
    note: str | None
    answered_at: datetime


class Answers(Shape):
    """`f01` and `evaluator` for those in reach; users' answers are only counted."""

    self_assessment: list[AnsweredItem]
    evaluator: list[AnsweredItem]
    respondents: int


class AnswersTaken(Shape):
    assessment_id: UUID
    form: str
    answered: int


class NewCodes(Body):
    count: int = Field(ge=1, le=1000)


class Codes(Shape):
    """One-time codes for service users, to be handed out: they are shown this once and only their hashes are kept."""

    assessment_id: UUID
    count: int
    codes: list[str]


class NewEvidence(Body):
    """A document that shows an indicator's level."""

    item: ItemCode
    title: Line
    document_number: Line | None = None
    url: Address | None = None
    note: Prose | None = None


class Evidence(Shape):
    id: UUID
    item: str
    title: str
    document_number: str | None
    url: str | None
    note: str | None
    added_by: str
    created_at: datetime


class EvidenceList(Shape):
    items: list[Evidence]
    next: str | None


class OfferedLevel(Shape):
    """A level that the platform's records prove at least, with the records; the evaluator decides."""

    item: str
    level: int
    basis: Label
    evidence: list[dict[str, object]]


class OfferedLevels(Shape):
    as_of: date
    items: list[OfferedLevel]


class NewObjection(Body):
    """What the unit holds against the level of an item."""

    item: ItemCode
    claimed_level: Level | None = None
    reason: Prose


class Objection(Shape):
    id: UUID
    item: str
    claimed_level: int | None
    reason: str
    raised_at: datetime
    decision: str | None
    decision_reason: str | None
    decided_at: datetime | None


class ObjectionList(Shape):
    items: list[Objection]
    next: str | None


class ObjectionDecision(Body):
    id: UUID
    decision: Literal["accepted", "rejected"]
    reason: Prose


class Verification(Body):
    """The check of what evaluators found. Confirming needs a decision on every objection; `adjustments` change levels.

    An objection that is accepted needs one, be it that the rest goes back to the evaluators.
    """

    decision: Literal["confirmed", "returned"]
    note: Prose | None = None
    adjustments: Levels = Field(default={})
    objections: list[ObjectionDecision] = Field(default=[], max_length=200)


class HistoryEntry(Shape):
    sequence: int
    action: str
    from_state: str | None
    to_state: str
    at: datetime
    detail: dict[str, object]


class History(Shape):
    items: list[HistoryEntry]
    next: str | None
