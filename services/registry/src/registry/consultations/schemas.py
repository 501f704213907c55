"""Wire models of consultations. Vocabularies: consultation_participant_elements, consultation_methods, comment_dispositions."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Instant, Line, Prose, Shape
from registry.standards.schemas import Team

Element = Literal[
    "provider",
    "service_users",
    "experts_practitioners_academics",
    "related_institutions",
    "civil_society_organisations",
    "mass_media",
]
Method = Literal["face_to_face", "online_meeting", "written_media", "hybrid"]
Disposition = Literal["accepted", "accepted_partly", "rejected", "deferred", "out_of_scope", "answered"]
ComponentCode = Literal[
    "legal_basis",
    "requirements",
    "procedure",
    "completion_time",
    "fee",
    "product",
    "facilities",
    "staff_competence",
    "internal_supervision",
    "complaint_handling",
    "staff_number",
    "service_guarantee",
    "safety_guarantee",
    "performance_evaluation",
]
_BOTH = Text(
    "Sebutkan session_id dan element bersama-sama, atau tidak sama sekali.",
    "State session_id and element together, or neither.",
)
_NOTHING = Text("Sebutkan orang atau masukan.", "Name people or comments.")
_ONE_END = Text("Nyatakan closes_on atau closes_at, salah satu.", "State either closes_on or closes_at.")


class Invitee(Body):
    """Somebody invited, by element of society."""

    element: Element
    name: Line
    organisation: Line | None = None


Invitees = Annotated[list[Invitee], Field(max_length=500)]


class ConsultationOpening(Body):
    """Topic, the provider's team, and who is invited: at least one element of society."""

    topic: Line
    method: Method = "face_to_face"
    team: Team
    participants: Invitees


class MoreParticipants(Body):
    """Further invitations."""

    participants: Annotated[Invitees, Field(min_length=1)]


class SessionRecord(Body):
    """A session that was held. `attendance`: ids of the participants who came."""

    held_on: date
    method: Method = "face_to_face"
    place: Line | None = None
    summary: Prose
    attendance: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class Contact(Body):
    """Where the commenter may be answered; never shown in public."""

    name: Line | None = None
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$")] | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9 -]{6,20}$")] | None = None


class CommentBody(Body):
    """What somebody says of the draft: of one component, or (null) of the whole.

    What was said in the forum is recorded by who drafts, with `session_id` and the `element` of who said it.
    """

    component: ComponentCode | None = None
    body: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    contact: Contact | None = None
    session_id: UUID | None = None
    element: Element | None = None

    @model_validator(mode="after")
    def _in_the_forum(self) -> "CommentBody":
        if (self.session_id is None) != (self.element is None):
            raise Broken("session_and_element", _BOTH)
        return self


class TiedChange(Body):
    """The change of the draft that a disposition decides. Once accepted, that component may change while finalising, and must."""

    component: ComponentCode
    summary: Annotated[str, StringConstraints(min_length=1, max_length=5_000)]


class DispositionBody(Body):
    """The answer to a comment. `reason`, `change` or `target_on` as the disposition needs.

    What is accepted, wholly or partly, is in the text when it is stipulated: the component differs from what was discussed.
    """

    disposition: Disposition
    reason: Prose | None = None
    change: TiedChange | None = None
    target_on: date | None = None


class Agreement(Body):
    """What was agreed, who sees to it, and until when."""

    issue: Line
    agreement: Prose
    owner: Line
    due_on: date


class FollowUpBody(Body):
    """What became of an agreement: `agreement` is its place in the minutes, from 1. `proof`: where it can be seen.

    `round`: whose minutes, by default the last.
    """

    round: Annotated[int, Field(ge=1, le=10_000)] | None = None
    agreement: Annotated[int, Field(ge=1, le=200)]
    state: Literal["in_progress", "done", "dropped"]
    report: Prose
    proof: Line | None = None


class Signer(Body):
    """Who signed the minutes, for which element."""

    element: Element
    name: Line
    position: Line | None = None
    signed_on: date


class MinutesBody(Body):
    """The minutes (Berita Acara) of this round."""

    held_on: date
    place: Line | None = None
    agreements: Annotated[list[Agreement], Field(min_length=1, max_length=200)]
    signers: Annotated[list[Signer], Field(min_length=1, max_length=200)]
    notes: Prose | None = None


class ErasedPerson(Body):
    """Somebody whose name goes from every round: as participant, as signer, as who sees to an agreement."""

    element: Element
    name: Line


class ErasedComment(Body):
    """A comment whose maker's contact goes; with `body`, what it says too, where that tells who made it."""

    id: UUID
    body: bool = False


class ErasureBody(Body):
    """Whose data goes, and why: the request, without naming anybody."""

    reason: Prose
    people: Annotated[list[ErasedPerson], Field(max_length=50)] = Field(default_factory=list)
    comments: Annotated[list[ErasedComment], Field(max_length=200)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _something(self) -> "ErasureBody":
        if not self.people and not self.comments:
            raise Broken("nothing_to_erase", _NOTHING)
        return self


class PublicTestBody(Body):
    """Until when the draft is open for comment: the last day (the institution's zone), or an instant."""

    closes_on: date | None = None
    closes_at: Instant | None = None

    @model_validator(mode="after")
    def _one_end(self) -> "PublicTestBody":
        if (self.closes_on is None) == (self.closes_at is None):
            raise Broken("one_end", _ONE_END)
        return self


class ReturnBody(Body):
    """Why the draft is discussed again."""

    reason: Prose


class ElementCount(Shape):
    element: str
    invited: int
    attended: int


class ParticipantShape(Shape):
    id: UUID
    element: str
    name: str
    organisation: str | None
    attended: bool


class SessionShape(Shape):
    id: UUID
    held_on: date
    method: str
    place: str | None
    summary: str
    attendance: list[UUID] | None


class Consultation(Shape):
    """A round of consultation. Names (`participants`, `attendance`, `team`) are told to the unit's people alone.

    A name that is empty was erased at the person's request.
    """

    id: UUID
    standard_id: UUID
    round: int
    topic: str
    method: str
    team: list[dict[str, Any]] | None
    opened_at: datetime
    public_test_opens_at: datetime | None
    public_test_closes_at: datetime | None
    elements: list[ElementCount]
    participants: list[ParticipantShape] | None
    sessions: list[SessionShape]


class Comment(Shape):
    """A comment with its disposition. `contact` is told to the unit's people alone. An empty `body` was erased on request."""

    id: UUID
    standard_id: UUID
    session_id: UUID | None
    element: str | None
    component: str | None
    body: str
    contact: dict[str, Any] | None
    created_at: datetime
    disposition: str | None
    reason: str | None
    change: dict[str, Any] | None
    target_on: date | None
    disposed_at: datetime | None


class CommentPage(Shape):
    items: list[Comment]
    next: str | None
    count: int | None = None


class Erasure(Shape):
    """How much was erased: names of participants, of signers, of who sees to agreements; comments.

    `mentions`: where the names stand in free text still, as pointers into the version's record; nothing was changed there.
    """

    standard_id: UUID
    reason: str
    participants: int
    signatures: int
    agreements: int
    comments: int
    mentions: list[str]
    erased_at: datetime


class FollowUp(Shape):
    state: str
    report: str
    proof: str | None
    recorded_at: datetime


class AgreementShown(Shape):
    """What was agreed and what became of it: `state` open until the first follow-up, then that of the last."""

    issue: str
    agreement: str
    owner: str
    due_on: date
    state: str
    late: bool
    follow_ups: list[FollowUp]


class Minutes(Shape):
    """The minutes with their follow-up. In public a signer is shown by element and day, without the name.

    The name of a signer or an owner that is empty was erased at the person's request.
    """

    consultation_id: UUID
    held_on: date
    place: str | None
    agreements: list[AgreementShown]
    signers: list[dict[str, Any]]
    notes: str | None
    recorded_at: datetime
