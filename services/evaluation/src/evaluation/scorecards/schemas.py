"""Wire models of scorecards."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from chassis.http.models import Label, Shape
from evaluation.surveys.schemas import Bounds, Element


class Figure(Shape):
    """A figure and what it is made of; null where nothing is known, or hidden (`suppressed`) where few people stand behind."""

    value: float | None
    numerator: int | None
    denominator: int | None
    suppressed: bool


class Measure(Figure):
    measure: str


class SubjectName(Shape):
    kind: str
    id: UUID
    name: str


class PeriodShown(Shape):
    """Local days `from` (inclusive) `to` (exclusive); `complete` once it is over."""

    name: str
    kind: str
    start: date = Field(alias="from")
    to: date
    time_zone: str
    complete: bool


class MissingStandard(Shape):
    service_id: UUID
    name: str


class StandardsSection(Shape):
    services: Figure
    with_standard: Figure
    coverage_percent: Figure
    review_due: Figure
    missing: list[MissingStandard]
    source: str


class ComplaintsSection(Shape):
    """Received, resolved and rated in the period; open and overdue at its end. Shares and means are of those resolved."""

    received: Figure
    open: Figure
    overdue: Figure
    resolved: Figure
    on_time_percent: Figure
    median_days: Figure
    rating_mean: Figure
    received_by_type: dict[str, Figure]
    leaves_out: list[str]
    source: str


class SatisfactionSection(Shape):
    n: int | None
    index: float | None
    grade: str | None
    grade_label: Label | None
    performance: Label | None
    interval: Bounds | None
    elements: list[Element]
    weighting: str
    suppressed: bool
    source: str


class Perception(Shape):
    element: str
    n: int
    index: float
    grade: str


class Conformance(Shape):
    """A component of the standard: the promise (of a service), how often it was kept, how it was perceived."""

    component: str
    promised: dict[str, Any] | None
    kept: Figure | None
    perceived: Perception | None


class Source(Shape):
    """The feed's position up to which it is known here, and since when."""

    position: int | None
    as_of: datetime


class Scorecard(Shape):
    subject: SubjectName
    period: PeriodShown
    tree_as_of: date
    units: int | None
    standards: StandardsSection | None
    complaints: ComplaintsSection | None
    satisfaction: SatisfactionSection
    conformance: list[Conformance]
    principles: dict[str, list[Measure]]
    sources: dict[str, Source | None]
    computed_at: datetime
