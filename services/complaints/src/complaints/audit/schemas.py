"""Wire models of anchors."""

from datetime import date, datetime
from uuid import UUID

from chassis.http.models import Shape


class Anchor(Shape):
    """A day's anchor, hashes in hexadecimal. `entries` were written since the one before; `position` is of the stream."""

    day: date
    digest: str
    entries: int
    stream: UUID
    after_position: int
    position: int
    stream_chain: str
    anchored_at: datetime


class Anchors(Shape):
    items: list[Anchor]
    next: str | None
    count: int | None = None
