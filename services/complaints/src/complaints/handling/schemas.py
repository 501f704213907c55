"""Wire models of what units and reporters do with a case under way."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Line, Prose
from complaints.templates.schemas import TemplateUse


class CommitmentBody(Body):
    """What the unit promises: what, by when, and which unit does it (none: the one that answers)."""

    what: Line
    due_on: date
    unit_id: UUID | None = None


class ExemptionBody(Body):
    """Why public information isn't given: the article, and what harm giving it would do (UU 14/2008 art. 17, 19)."""

    article: Line
    consequence_test: Prose


class ResponseBody(Body):
    """An answer to the reporter. A substantive one proposes the outcome and is approved where the unit's policy asks it.

    `template`: with which the answer begins; without `body` its text is taken as the case fills it.
    """

    kind: Literal["first", "interim", "clarification_request", "substantive"]
    body: Prose | None = None
    template: TemplateUse | None = None
    proposed_outcome: Line | None = None
    exemption: ExemptionBody | None = None
    commitments: list[CommitmentBody] = Field(default_factory=list, max_length=20)


class ApprovalBody(Body):
    """The superior's word on the answer that waits; a returned one comes with remarks."""

    decision: Literal["approved", "returned"]
    remarks: Prose | None = None


class NoteBody(Body):
    """A note in the file; read by the reporter only if `visible_to_reporter`."""

    body: Prose
    visible_to_reporter: bool = False


class PauseBody(Body):
    """Why the work stands still; only what waits for the reporter, or force majeure, stops the clock. See pause_reasons."""

    reason: Line
    question: Prose | None = None
    note: Prose | None = None


class ResumptionBody(Body):
    note: Prose | None = None


class ExtensionBody(Body):
    """The written reason that the law asks for (UU 14/2008 art. 22(8))."""

    reason: Prose


class ReplyBody(Body):
    """What the reporter says. `satisfied` answers a substantive response or a resolution."""

    body: Prose | None = None
    satisfied: bool | None = None
