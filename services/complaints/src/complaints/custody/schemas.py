"""Wire models of custody."""

from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Code, Line, Prose


class Assignment(Body):
    """To which unit; absent, the one that the directory proposed. Of a protected case also to which auditor."""

    unit_id: UUID | None = None
    person_id: UUID | None = None
    note: Prose | None = None


class Acceptance(Body):
    note: Prose | None = None


class Refusal(Body):
    """Why it isn't this unit's, and, where the reason asks for it, whose it is instead."""

    reason: Code
    explanation: Prose
    proposed_unit_id: UUID | None = None
    proposed_institution_id: UUID | None = None


class Arbitration(Body):
    """Whose case it is: binding. Others may be consulted: they are asked to contribute, whatever their institution."""

    unit_id: UUID
    reason: Prose
    consulted_unit_ids: list[UUID] = Field(default_factory=list, max_length=20)


class Transfer(Body):
    """To which institution. Once a unit has it, the other institution must have consented: `consent` names how."""

    institution_id: UUID
    reason: Prose
    consent: Line | None = None
