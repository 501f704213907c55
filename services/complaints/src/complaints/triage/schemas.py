"""Wire models of triage."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Code, Line, Prose, RegionCode
from complaints.intake.schemas import CaseType, Location


class Verification(Body):
    """`complete: false` lists what is `missing`; accepting an incomplete file after having asked needs a `reason`."""

    complete: bool
    missing: list[Line] = Field(default_factory=list, max_length=20)
    reason: Prose | None = None
    note: Prose | None = None


class Completion(Body):
    """What the reporter adds when asked; facts that were missing may be given as such."""

    body: Prose
    occurred_on: date | None = None
    region_code: RegionCode | None = None
    location: Location | None = None
    requested_solution: Prose | None = None
    loss_amount_idr: Annotated[int, Field(ge=0, le=10**15)] | None = None
    attachment_ids: list[UUID] = Field(default_factory=list, max_length=20)


class Classification(Body):
    """What a case is. Absent `type`, `sub_class` and `category` stay as they are; changing it in work needs a `reason`."""

    type: CaseType | None = None
    case_class: Code = Field(alias="class")
    sub_class: Code | None = None
    category: Code | None = None
    reason: Prose | None = None


class Archival(Body):
    """Why nothing more will be done; the reporter reads the explanation. A duplicate, and what was answered before, names the earlier
    case: to let it follow that one while it is open, merge it."""

    reason: Code
    explanation: Prose
    earlier_case_id: UUID | None = None


class Handover(Body):
    """How the other body was told: number and day of the letter."""

    reference: Line
    date: date


class Referral(Body):
    """To whom outside the case is passed on; the reporter reads body and explanation."""

    body: Code
    explanation: Prose
    handover: Handover


class Protection(Body):
    """Why the case needs the protected path (case-lifecycle §4), and whom it accuses, if that is known."""

    trigger: Literal["ethics_value", "sub_class", "category", "asked_for", "employee", "accused_role", "discovered"]
    reason: Prose
    accused_person_ids: list[UUID] = Field(default_factory=list, max_length=20)
    accused_unit_id: UUID | None = None
