"""Wire models of reorganisations and lineages as they are replied."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from chassis.http.models import Shape


class SuccessionShown(Shape):
    """`share` of what was `from_id`'s is `to_id`'s now, as a fraction in lowest terms."""

    kind: Literal["unit", "institution"]
    from_id: UUID
    to_id: UUID
    share: str


class ChangedPlace(Shape):
    """What happens to a unit or an institution. `to_id`: whom the rest of it follows, or where it goes on."""

    kind: Literal["unit", "institution"]
    id: UUID
    name: str
    change: Literal["established", "renamed", "moved", "continued", "ended"]
    to_id: UUID | None


class FollowingService(Shape):
    id: UUID
    name: str
    from_unit_id: UUID
    to_unit_id: UUID


class FollowingStandard(Shape):
    """`reviewed`: it goes under review, because its unit ends."""

    id: UUID
    number: str
    state: str
    service_id: UUID
    to_unit_id: UUID
    reviewed: bool


class AffectedAppointment(Shape):
    """A seat that ends on the day. `continues_at`: the unit where the person goes on, by this decree."""

    id: UUID
    person_id: UUID
    person_name: str
    role: str
    institution_id: UUID
    unit_id: UUID | None
    continues_at: UUID | None


class Consequences(Shape):
    """What follows: the first 1,000 of each, with all of them counted. `seats_ending`: to be filled anew."""

    counts: dict[str, int]
    places: list[ChangedPlace]
    services: list[FollowingService]
    standards: list[FollowingStandard]
    appointments_following: list[AffectedAppointment]
    seats_ending: list[AffectedAppointment]
    successions: list[SuccessionShown]


State = Literal["queued", "failed", "cancelled", "previewed", "declared", "effected", "withdrawn"]


class Progress(Shape):
    """`share` of the whole work: 0 while it waits or is being done, 1 after."""

    share: float


class Withdrawal(Shape):
    """By which decree it was withdrawn before its day, and why."""

    decree_number: str
    decree_date: date
    reason: str
    withdrawn_at: datetime


class Reorganisation(Shape):
    """`state`: declared until its day comes, then effected. `established`: ids by the steps' keys."""

    id: UUID
    title: str
    effective_on: date
    decree_number: str
    decree_date: date
    state: State
    progress: Progress
    institution_ids: list[UUID]
    steps: list[dict[str, Any]]
    established: dict[str, UUID]
    consequences: Consequences | None
    declared_at: datetime
    effected_at: datetime | None
    withdrawal: Withdrawal | None
    refusal: dict[str, Any] | None


class ReorganisationSummary(Shape):
    id: UUID
    title: str
    effective_on: date
    decree_number: str
    decree_date: date
    state: State
    institution_ids: list[UUID]
    declared_at: datetime


class ReorganisationPage(Shape):
    items: list[ReorganisationSummary]
    next: str | None
    count: int | None = None


class Preview(Shape):
    """What the declaration would do; nothing was written. Ids of what it establishes are made up."""

    established: dict[str, UUID]
    consequences: Consequences


class Descent(Shape):
    """One step of a lineage; `depth` counts them from the unit or institution asked for."""

    reorganisation_id: UUID
    effective_on: date
    from_id: UUID
    from_name: str
    to_id: UUID
    to_name: str
    share: str
    depth: int


class Allocated(Shape):
    """`share` of the totals of what was asked for belongs to `id` on the day."""

    id: UUID
    name: str
    share: str


class Lineage(Shape):
    """Whence it comes and where it goes, at any distance, nearest first; and who holds what it counted, as of the day."""

    id: UUID
    predecessors: list[Descent]
    successors: list[Descent]
    allocation: list[Allocated]
