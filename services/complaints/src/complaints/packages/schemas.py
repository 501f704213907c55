"""Wire model of a package."""

from datetime import datetime
from typing import Any

from chassis.http.models import Shape
from complaints.cases.schemas import Case, CustodyInterval, TimelineEntry
from complaints.compensation.schemas import Compensation
from complaints.cooperation.schemas import Contribution
from complaints.deadlines.schemas import DeadlineShape
from complaints.intake.schemas import Receipt


class RecordReference(Shape):
    """Which entry of the history the package ends with, and the chain's value there."""

    version: int
    chain: str


class AboutPackage(Shape):
    made_at: datetime
    made_for: str
    legal_basis: list[str]
    internal: bool
    record: RecordReference


class PackageContent(Shape):
    """All that its reader may read of the case. `reporter` null: withheld from this reader."""

    about: AboutPackage
    case: Case
    reporter: dict[str, Any] | None
    receipt: Receipt
    timeline: list[TimelineEntry]
    custody: list[CustodyInterval]
    contributions: list[Contribution]
    deadlines: DeadlineShape | None
    notices: list[dict[str, Any]]
    compensation: Compensation | None
    accesses: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
