"""Wire models of reporters and tracking."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from chassis.http.models import Body, Shape
from complaints.cases.schemas import Case, TimelineEntry


class Pair(Body):
    """What the reporter was given at filing. Blanks, hyphens and case don't matter."""

    tracking_code: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    access_pin: Annotated[str, StringConstraints(min_length=1, max_length=20)]


class NextDeadline(Shape):
    """What is due next, and whose duty it is."""

    due_at: datetime
    party: str


class SurveyInvitation(Shape):
    """The one-time code for the satisfaction survey of the service, good for one answer until the end of `answer_until`.

    `link` lists the service's open surveys; after `#` stands the code, which a browser doesn't send.
    """

    code: str
    service_id: UUID
    answer_until: date
    link: str


class Tracking(Shape):
    """A case as its reporter sees it. Send `tracking_token` as the header Tracking-Token; it is good for a day."""

    id: UUID
    complaint: dict[str, Any]
    state: str
    status: str
    timeline: list[TimelineEntry]
    next_deadline: NextDeadline | None
    survey: SurveyInvitation | None
    tracking_token: str
    tracking_token_expires_at: datetime
    allowed_actions: list[str]


class Identity(Shape):
    """The reporter as given at filing; null what wasn't given."""

    kind: str
    name: str | None
    phone: str | None
    email: str | None
    national_id: str | None
    address: str | None
    proxy: dict[str, Any] | None


class Disclosed(Case):
    """The case after its reporter's identity was opened. `identity` is in the first reply alone, never in a repeated one."""

    identity: Identity | None


class Access(Shape):
    """One reading of a confidential or protected case, or of an identity."""

    at: datetime
    actor: dict[str, Any]
    what: str


class AccessLog(Shape):
    items: list[Access]
