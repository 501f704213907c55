"""Wire models of plans of follow-up."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from chassis.http.models import Body, Line, Prose, Shape
from evaluation.surveys.patches import Patch
from evaluation.surveys.schemas import ElementCode


class NewFollowUp(Body):
    """A programme that mends an element: by when, and who sees to it."""

    element: ElementCode
    programme: Prose
    due_on: date
    owner: Line


class FollowUpPatch(Patch):
    """What of an item becomes different; `realised_on` needs a `proof`."""

    REQUIRED: ClassVar[frozenset[str]] = frozenset({"element", "programme", "due_on", "owner"})

    element: ElementCode | None = None
    programme: Prose | None = None
    due_on: date | None = None
    owner: Line | None = None
    realised_on: date | None = None
    proof: Prose | None = None


class FollowUpItem(Shape):
    id: UUID
    element: str
    programme: str
    due_on: date
    owner: str
    realised_on: date | None
    proof: str | None
    late: bool
    version: int


class FollowUpRealisation(Shape):
    """By the rubric of PEKPPP F-02, indicators 8 (`level`) and 9 (`speed_level`, null while something is left to do)."""

    planned: int
    realised: int
    percent: float | None
    level: int
    finished_on: date | None
    speed_level: int | None


class FollowUpPlan(Shape):
    """`uncovered`: elements with the lowest score that no programme mends."""

    survey_id: UUID
    state: str
    published_on: date | None
    items: list[FollowUpItem]
    realisation: FollowUpRealisation
    uncovered: list[str]
