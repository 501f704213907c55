"""Wire models of stipulation. What may be missing is optional here, so that every reason of refusal is told at once."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from chassis.http.models import Body, Line, Prose, Shape
from registry.standards.components import Components
from registry.standards.considerations import Considerations

Medium = Literal[
    "sippn",
    "website",
    "social_media",
    "mobile_app",
    "banner_board",
    "leaflet",
    "display_screen",
    "print_media",
    "radio_tv",
]
Statement = Literal["promise_to_serve", "promise_to_improve", "accept_sanction"]
Acting = Literal["definitive", "plt", "plh", "pj", "pjs"]


def _named(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class Official(Body):
    """Who signs, in which post. `person_id` is of /v1/people; a bare name is taken too.

    Of a decree, a person who is named must hold on its day, as `acting` says, a seat that may stipulate.
    """

    name: Line
    post: Line | None = None
    person_id: UUID | None = None
    acting: Acting = "definitive"


Signer = Annotated[Official, BeforeValidator(_named)]


class StipulationBody(Body):
    """The decree (SK penetapan): not of a day to come, nor before the sessions and the signing of the minutes."""

    decree_number: Line | None = None
    decree_date: date | None = None
    signer: Signer | None = None


class ChannelBody(Body):
    """Where the service-delivery components are published."""

    medium: Medium
    address: Line | None = None


def _worded(value: Any) -> Any:
    return dict.fromkeys(value) if isinstance(value, list) else value


class CharterBody(Body):
    """The charter (maklumat): its three statements, as a list of codes or with the unit's own wording, and who signed it."""

    number: Line | None = None
    statements: Annotated[dict[Statement, Prose | None], BeforeValidator(_worded)] = Field(default_factory=dict)
    signer: Signer | None = None
    signed_on: date | None = None


class SignatureBody(Body):
    """The charter signed anew by who holds the seat now; number and statements stay as they are unless stated."""

    number: Line | None = None
    statements: Annotated[dict[Statement, Prose | None] | None, BeforeValidator(_worded)] = None
    signer: Signer | None = None
    signed_on: date | None = None


class PublicationBody(Body):
    """When it takes effect, where it is published, and the charter: a new one, or the unit's earlier one by `charter_id`."""

    effective_on: date | None = None
    channels: Annotated[list[ChannelBody], Field(max_length=50)] = Field(default_factory=list)
    charter: CharterBody | None = None
    charter_id: UUID | None = None


class ReviewBody(Body):
    """What gives cause for a review."""

    cause: Literal["review_due", "finding", "complaint_pattern", "change_of_law", "reorganisation", "other"]
    reason: Prose


class ConfirmationBody(Body):
    """The review's report: nothing to change. `years` until the next review: at most 3, 1 for the top score of PEKPPP."""

    report: Prose
    years: Annotated[int, Field(ge=1, le=3)] = 3


class RevocationBody(Body):
    """The decree that revokes the version, and why."""

    decree_number: Line
    decree_date: date
    reason: Prose
    signer: Signer | None = None


class Stipulation(Shape):
    """The decree of a version. `content_hash`: SHA-256 of number, version, components and considerations as canonical JSON."""

    standard_id: UUID
    decree_number: str
    decree_date: date
    signer: dict[str, Any]
    content_hash: str
    stipulated_at: datetime


class StandardText(Shape):
    """The text that a decree fixed; components that a reader may not see are left out. `content_hash` is that of the decree."""

    standard_id: UUID
    service_id: UUID
    number: str
    version: int
    components: Components
    considerations: Considerations
    content_hash: str


class Publication(Shape):
    """How a version was published."""

    standard_id: UUID
    effective_on: date
    channels: list[dict[str, Any]]
    published_at: datetime


class CharterStatement(Shape):
    code: str
    text: str


class Covered(Shape):
    """A standard that a charter covers, or did: `effective_to` is exclusive."""

    id: UUID
    number: str
    version: int
    service_id: UUID
    service_name: str
    state: str
    effective_on: date | None
    effective_to: date | None


class CharterWarning(Shape):
    code: str
    detail: str


class Signing(Shape):
    """One time that a charter was signed."""

    number: str | None
    signer: dict[str, Any]
    signed_on: date


class Charter(Shape):
    """A charter, its statements in the order of the law. A warning tells that its signer has left the seat, or that their unit has
    ended, so that it is to be signed anew; then it is of the unit that has the standard.

    With `as_of`, as it was signed by then. `signings`: every time that it was signed, the last first.
    """

    id: UUID
    institution_id: UUID
    unit_id: UUID
    number: str | None
    state: str
    statements: list[CharterStatement]
    signer: dict[str, Any]
    signed_on: date
    standards: list[Covered]
    signings: list[Signing]
    warnings: list[CharterWarning]
