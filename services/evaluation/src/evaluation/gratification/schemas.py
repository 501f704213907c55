"""Wire models of gratification reports."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Line, Prose, Shape

Via = Literal["upg", "kpk"]
Form = Literal[
    "money", "goods", "discount", "commission", "loan", "ticket", "accommodation", "tour", "treatment", "other"
]
"""UU 20/2001, explanation of art. 12B(1)."""
Occasion = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[a-z][a-z0-9_]*$")]
OTHER = "other"

_REPORTED_THERE = Text("Hanya untuk laporan langsung ke KPK.", "Only for what was reported to the KPK directly.")
_KPK_NUMBER = Text("Sebutkan nomor laporan pada KPK.", "State the report's number at the KPK.")


class NewReport(Body):
    """A gift that an officer was given or refused. `via` kpk: it was reported there directly, and is told here."""

    institution_id: UUID = Field(description="Where the author serves")
    via: Via = "upg"
    refused: bool = False
    received_on: date = Field(description="The day it was given, or offered")
    form: Form
    occasion: Occasion = Field(OTHER, description="An occasion of the thresholds, else other")
    description: Prose
    value_idr: int = Field(ge=0, le=10**15, description="Value, estimated where need be; rupiah")
    giver_name: Line | None = None
    giver_relation: Line | None = None
    kpk_number: Line | None = None
    reported_on: date | None = Field(None, description="With via kpk: the day it was reported there; default today")

    @model_validator(mode="after")
    def _consistent(self) -> "NewReport":
        if self.via == "kpk" and self.kpk_number is None:
            raise Broken("kpk_number_needed", _KPK_NUMBER)
        if self.via != "kpk" and self.reported_on is not None:
            raise Broken("reported_to_kpk_only", _REPORTED_THERE)
        return self


class Incompleteness(Body):
    """What the report lacks."""

    missing: list[Line] = Field(min_length=1, max_length=30)


class Completion(Body):
    """What was missing; only what is sent changes."""

    description: Prose | None = None
    value_idr: int | None = Field(None, ge=0, le=10**15)
    giver_name: Line | None = None
    giver_relation: Line | None = None
    note: Prose


class Forwarding(Body):
    kpk_number: Line


class Handling(Body):
    """What the institution did with what is its own to handle, such as food that spoils."""

    disposal: Prose


class StatusDecision(Body):
    """What the KPK decided of the gift."""

    status: Literal["owned_by_recipient", "owned_by_state"]
    decree_number: Line
    decided_on: date


class Duty(Shape):
    """One clock: from an event to another. `late`: it was met, or is still open, after it was due."""

    stage: str
    via: str | None
    party: str
    from_event: str
    to_event: str
    amount: int
    unit: str
    source: str
    starts_at: datetime
    due_at: datetime
    met_at: datetime | None
    late: bool


class Threshold(Shape):
    """Values in rupiah up to which gifts of this occasion needn't be reported, as on the day the gift was given."""

    limits: dict[str, int]
    exempt: bool
    policy: str


class Report(Shape):
    """A report as a list shows it. `due_at`: when the next duty of author or UPG is due."""

    id: UUID
    institution_id: UUID
    unit_id: UUID | None
    via: Via
    refused: bool
    received_on: date
    form: str
    occasion: str
    value_idr: int
    state: str
    late: bool
    due_at: datetime | None
    created_at: datetime
    forwarded_at: datetime | None
    ended_at: datetime | None
    allowed_actions: list[str]


class ReportStep(Shape):
    action: str
    actor: str
    from_state: str | None
    to_state: str
    at: datetime
    detail: dict[str, Any]


class ReportDetail(Report):
    author_person_id: UUID
    description: str
    giver_name: str | None
    giver_relation: str | None
    missing: list[str]
    kpk_number: str | None
    outcome: str | None
    policy: str
    policy_version: int
    threshold: Threshold | None
    duties: list[Duty]
    history: list[ReportStep]


class ReportPage(Shape):
    items: list[Report]
    next: str | None
    count: int | None = None
