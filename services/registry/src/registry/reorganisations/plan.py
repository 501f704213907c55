"""What a reorganisation comes to: what begins, changes, goes on elsewhere, ends, and passes to whom. Values; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID

from registry.reorganisations.steps import Kind


class Subject(NamedTuple):
    """A unit or an institution. `institution_id` of an institution is its own."""

    kind: Kind
    id: UUID
    institution_id: UUID
    established: bool = False


class NewPlace(NamedTuple):
    """A unit or an institution that begins on the day."""

    subject: Subject
    parent_id: UUID | None
    content: Mapping[str, Any]


class Reparent(NamedTuple):
    """From the day on, wherever a unit stood below `old_parent`, it stands below `new_parent`."""

    unit_id: UUID
    old_parent: UUID | None
    new_parent: UUID | None


class Continuation(NamedTuple):
    """A unit goes on, with everything below it, as a new one in another institution."""

    unit_id: UUID
    institution_id: UUID
    parent_id: UUID | None


class Succession(NamedTuple):
    """`position` 0 is the principal. `continued`: one and the same unit, in another institution."""

    from_id: UUID
    to_id: UUID
    share: Fraction
    position: int
    continued: bool = False


@dataclass(slots=True)
class Plan:
    """What is to be written, and which institutions are concerned."""

    established: list[NewPlace] = field(default_factory=list)
    keys: dict[str, UUID] = field(default_factory=dict)
    renamed: list[tuple[Subject, Mapping[str, Any]]] = field(default_factory=list)
    reparented: list[Reparent] = field(default_factory=list)
    continued: list[Continuation] = field(default_factory=list)
    ended: list[Subject] = field(default_factory=list)
    successions: dict[Kind, list[Succession]] = field(default_factory=lambda: {"unit": [], "institution": []})
    allotted_services: dict[UUID, UUID] = field(default_factory=dict)
    institution_ids: set[UUID] = field(default_factory=set)
    national: bool = False
    """Whether it concerns institutions themselves, or more than one."""
