"""Wire models of cases."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from chassis.http.models import Shape


class CaseSummary(Shape):
    """A case in a list. `title` is null for whoever may know of the case but not read it."""

    id: UUID
    type: str
    case_class: str = Field(serialization_alias="class")
    sub_class: str | None
    state: str
    custody: str | None
    title: str | None
    category: str | None
    region_code: str | None
    channel: str
    anonymous: bool
    confidential: bool
    service_id: UUID | None
    institution_id: UUID | None
    unit_id: UUID | None
    received_at: datetime
    due_at: datetime | None
    late: bool
    escalation_level: str | None
    rating: int | None
    version: int
    created_at: datetime
    updated_at: datetime


class CasePage(Shape):
    items: list[CaseSummary]
    next: str | None
    count: int | None = None


class NamedUnit(Shape):
    """A unit by its name of today."""

    id: UUID
    name: str


class LaporWords(Shape):
    """The case in the words of SP4N-LAPOR!; `open_data_status` is that of its older open data."""

    classification: str
    status: str
    open_data_status: str | None


class Case(Shape):
    """A case as its caller may see it; what isn't for this caller is null. `allowed_actions` is what they may try now."""

    id: UUID
    tracking_code: str | None
    type: str
    case_class: str | None = Field(serialization_alias="class")
    sub_class: str | None
    state: str
    status: str
    custody: str | None
    title: str | None
    body: str | None
    category: str | None
    region_code: str | None
    location: dict[str, Any] | None
    occurred_on: date | None
    requested_solution: str | None
    loss_amount_idr: int | None
    information: dict[str, Any] | None
    ethics_values: list[str]
    channel: str
    anonymous: bool
    confidential: bool
    service_id: UUID | None
    institution_id: UUID | None
    institution_name: str | None
    unit_id: UUID | None
    unit_name: str | None
    cooperating_units: list[NamedUnit]
    proposed_unit_id: UUID | None
    received_at: datetime
    file_complete_at: datetime | None
    classified_at: datetime | None
    first_response_at: datetime | None
    substantive_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    late: bool
    legal_clock: bool
    legal_clock_reason: str | None
    outcome_code: str | None
    proposed_outcome: str | None
    closure_kind: str | None
    rating: int | None
    rating_reasons: list[str] | None
    completion_count: int
    refusal_count: int
    transfer_count: int
    reopen_count: int
    escalation_level: str | None
    binding: bool
    parent_id: UUID | None
    routing: str
    lapor: LaporWords | None
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[str]


class TimelineEntry(Shape):
    """One thing that happened. `actor` and `internal` are null for the reporter. `of_parent`: it happened to the case into
    which this one was merged; sequences are counted within each case."""

    sequence: int
    action: str
    from_state: str | None
    to_state: str
    at: datetime
    actor: dict[str, Any] | None
    public: dict[str, Any]
    internal: dict[str, Any] | None
    of_parent: bool


class Timeline(Shape):
    items: list[TimelineEntry]


class CustodyInterval(Shape):
    """Who held the case from `from_at` until `to_at` (null: still)."""

    sequence: int
    from_at: datetime
    to_at: datetime | None
    institution_id: UUID | None
    institution_name: str | None
    unit_id: UUID | None
    unit_name: str | None
    person_id: UUID | None
    reason: str


class Custody(Shape):
    items: list[CustodyInterval]
