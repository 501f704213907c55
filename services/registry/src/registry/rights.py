"""Who may change what in the registry: aliases for routes, and the questions that operations ask.

An institution is changed by its own people and clients; what decides over institutions (their kind, region, period and
who supervises whom) and roles that reach all of them are the platform's.
"""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from chassis.http.problems import Forbidden
from directory.access import Anyone, acting
from directory.reach import EVERYTHING, Reach, reach_by_scope, reach_of
from directory.roles import (
    NATIONAL_ADMIN,
    REACHING_ALL,
    RESPONSIBLE_OFFICER,
    SUPERVISOR,
    UNIT_HEAD,
    Actor,
    acts_within,
    reaches,
)

__all__ = ["Anyone", "Contributor", "Manager", "administers", "manages", "national"]

WRITE, READ, PLATFORM = "registry:write", "registry:read", "platform:admin"
INSTITUTION_ADMIN = "institution_admin"
MANAGING = frozenset({INSTITUTION_ADMIN, SUPERVISOR, RESPONSIBLE_OFFICER})

INSIDERS = (
    "unit_head",
    "officer",
    "liaison",
    "responsible_officer",
    "supervisor",
    "institution_admin",
    "internal_auditor",
    "evaluator",
    "national_admin",
    "ombudsman",
)
"""Roles that see drafts and internal components of what they reach."""

Manager = Annotated[Actor, acting(*sorted(MANAGING), NATIONAL_ADMIN, scope=WRITE)]
"""May change the directory of an institution."""
Contributor = Annotated[Actor, acting(*sorted(MANAGING), NATIONAL_ADMIN, UNIT_HEAD, scope=WRITE)]
"""May change the services of an institution, or of a subtree as the head of a unit."""


def national(actor: Actor) -> bool:
    """Whether the actor acts for the platform: a national administrator, or a client of the platform itself."""
    if actor.kind == "client":
        return actor.has_scope(WRITE) and (
            actor.unbound or (actor.institution_id is None and actor.has_scope(PLATFORM))
        )
    return any(seat.role == NATIONAL_ADMIN for seat in actor.seats)


def manages(actor: Actor, institution_id: UUID | None) -> bool:
    """Whether the actor may change the institution's directory. Supervising another institution doesn't give that right."""
    if national(actor):
        return True
    if actor.kind == "client":
        return acts_within(actor, WRITE, institution_id)
    return any(
        seat.role in MANAGING and seat.institution_id == institution_id and seat.unit_id is None for seat in actor.seats
    )


def reach_of_insiders(actor: Actor) -> Reach:
    """What an insider sees whole: drafts, and what isn't public of standards."""
    return reach_of(actor, *INSIDERS) | reach_by_scope(actor, READ) | reach_by_scope(actor, WRITE)


def reach_of_drafts(actor: Actor) -> Reach:
    """Whose drafts of services the actor sees: an insider, or whoever acts for the platform."""
    return EVERYTHING if national(actor) else reach_of_insiders(actor)


def administers(actor: Actor, institution_id: UUID | None) -> bool:
    """Whether the actor may see what isn't public of the institution's people: employee numbers and accounts."""
    return manages(actor, institution_id) or acts_within(actor, READ, institution_id)


def administered(actor: Actor) -> frozenset[UUID]:
    """The institutions of which `administers` holds, save for the platform, which has all."""
    places = {seat.institution_id for seat in actor.seats} | ({actor.institution_id} if actor.institution_id else set())
    return frozenset(place for place in places if administers(actor, place))


def require_national(actor: Actor) -> None:
    """Raises Forbidden unless the actor acts for the platform."""
    if not national(actor):
        raise Forbidden


def require_manager(actor: Actor, institution_id: UUID | None) -> None:
    """Raises Forbidden unless the actor may change the institution's directory: that it exists is public."""
    if not manages(actor, institution_id):
        raise Forbidden


def require_contributor(actor: Actor, institution_id: UUID, ancestors: Collection[UUID]) -> None:
    """Raises Forbidden unless the actor may change services of the unit whose line upward is `ancestors`."""
    if not (manages(actor, institution_id) or reaches(actor, UNIT_HEAD, institution_id, ancestors)):
        raise Forbidden


def appoints(actor: Actor, institution_id: UUID, role: str) -> bool:
    """Whether the actor may register who holds a role: one that reaches all institutions is the platform's to give."""
    return national(actor) if role in REACHING_ALL else manages(actor, institution_id)
