"""Wire models of merging and splitting: one matter in several cases, several matters in one."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Code, Prose, Shape
from complaints.cases.schemas import Case
from complaints.intake.schemas import Title


class Merge(Body):
    """Into which case, and why they are the same matter; the reporter reads the reason."""

    parent_id: UUID
    reason: Prose


class Matter(Body):
    """One matter of a case. `attachment_ids`: which files go with it; absent: all, but none from a protected case to an
    ordinary one. `protected` absent: as the case is."""

    title: Title
    body: Prose
    category: Code | None = None
    service_id: UUID | None = None
    unit_id: UUID | None = None
    protected: bool | None = None
    attachment_ids: Annotated[list[UUID], Field(max_length=100)] | None = None


class Split(Body):
    """The matters found in a case. It keeps the first, as it was filed; each other becomes a case of its own."""

    reason: Prose
    matters: Annotated[list[Matter], Field(min_length=2, max_length=10)]


class Part(Shape):
    """A case that was split off. `tracking_code` and `access_pin` are the reporter's alone, else null."""

    id: UUID
    tracking_code: str | None
    access_pin: str | None


class Parts(Shape):
    items: list[Part]


class SplitCase(Case):
    """The case that was split, and the ids of the new ones."""

    part_ids: list[UUID]
