"""Wire models of what units and reporters do with a case under way."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Line, Prose


class CommitmentBody(Body):
    """What the unit promises: what, by when, and which unit does it (none: the one that answers)."""

    what: Line
    due_on: date
    unit_id: UUID | None = None


class ResponseBody(Body):
    """An answer to the reporter. A substantive one proposes the outcome and is approved before it goes out."""

    kind: Literal["first", "interim", "clarification_request", "substantive"]
    body: Prose
    proposed_outcome: Line | None = None
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
