"""Wire models of notices."""

from datetime import datetime
from uuid import UUID

from chassis.http.models import Shape


class Way(Shape):
    """How a notice went: `tracking` shows it at once; `desk` is a role's; others have a delivery. `error` is for officers."""

    channel: str
    state: str
    at: datetime | None
    error: str | None


class Notice(Shape):
    """What was told to whom. `about_case_id` is the case into which this one was merged, for officers; `text` is the reporter's."""

    id: UUID
    kind: str
    recipient: str
    at: datetime
    text: str | None
    about_case_id: UUID | None
    institution_id: UUID | None
    unit_id: UUID | None
    ways: list[Way]


class Notices(Shape):
    items: list[Notice]
