"""Wire models of offers. A disposition is that of a comment."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.http.models import Shape


class Offer(Shape):
    """A reference to a case of complaints, with what this version made of it. Its text is read there, under a right to it."""

    case_id: UUID
    type: str
    case_state: str
    category: str | None
    region_code: str | None
    channel: str | None
    filed_at: datetime
    disposition: str | None
    reason: str | None
    change: dict[str, Any] | None
    target_on: date | None
    disposed_at: datetime | None


class OfferPage(Shape):
    items: list[Offer]
    next: str | None
    count: int | None = None
