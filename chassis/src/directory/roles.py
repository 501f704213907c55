"""Who a caller is, which seats are held, and what a role at a seat reaches. Pure; denies unless a rule allows.

A role at a unit reaches the unit's subtree, at an institution all of it; a supervisor also reaches the institutions along
the supervision edges; the national administrator and the Ombudsman reach all (architecture §5).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

CallerKind = Literal["account", "client", "anonymous"]

SUPERVISOR = "supervisor"
RESPONSIBLE_OFFICER = "responsible_officer"
UNIT_HEAD = "unit_head"
OFFICER = "officer"
LIAISON = "liaison"
NATIONAL_ADMIN = "national_admin"
OMBUDSMAN = "ombudsman"

REACHING_ALL = frozenset({NATIONAL_ADMIN, OMBUDSMAN})

STANDING_BESIDE = frozenset({"plh"})
"""Acting kinds that stand beside a holder who is away; every other kind counts as the holder (UU 30/2014 art. 14)."""
BY_MANDATE = frozenset({"plt", "plh"})
"""Acting kinds without strategic decisions on organisation, staffing and budget (UU 30/2014 art. 14(7))."""


def counts_as_holder(acting: str) -> bool:
    """Whether the seat is filled by this kind of holder: definitive, Plt, Pj and Pjs fill it, a Plh stands beside."""
    return acting not in STANDING_BESIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A role that a person holds at a unit, or at the whole institution when `unit_id` is None. `valid_to` is exclusive."""

    role: str
    institution_id: UUID
    unit_id: UUID | None
    person_id: UUID
    acting: str
    valid_from: date
    valid_to: date | None

    @property
    def by_mandate(self) -> bool:
        return self.acting in BY_MANDATE

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A caller with the seats held at this moment.

    `institution_id`: the institution a client is bound to. `unbound`: the bootstrap client, which passes role checks.
    `supervised`: the institutions that the actor's supervisor seats reach along supervision edges, at any distance.
    """

    kind: CallerKind
    id: str
    scopes: frozenset[str] = frozenset()
    unbound: bool = False
    institution_id: UUID | None = None
    person_id: UUID | None = None
    seats: tuple[Seat, ...] = ()
    supervised: frozenset[UUID] = frozenset()

    def holds(self, *roles: str) -> bool:
        """Whether the actor holds one of these roles anywhere. What it reaches is another question: `reaches`."""
        return self.unbound or any(seat.role in roles for seat in self.seats)

    def has_scope(self, scope: str) -> bool:
        """Whether the token carries this scope."""
        return scope in self.scopes


def reaches(actor: Actor, role: str, institution_id: UUID | None, unit_ancestors: Collection[UUID]) -> bool:
    """Whether the actor may act in this role on something of the institution and unit.

    `unit_ancestors`: the unit itself and all units above it today; empty for what belongs to no unit.
    `institution_id` None: something that no institution has yet; only roles that reach all do.
    """
    if actor.unbound:
        return True
    for seat in actor.seats:
        if seat.role != role:
            continue
        if role in REACHING_ALL:
            return True
        if institution_id is None:
            continue
        if role == SUPERVISOR and institution_id in actor.supervised:
            return True
        if seat.institution_id == institution_id and (seat.unit_id is None or seat.unit_id in unit_ancestors):
            return True
    return False


def acts_within(actor: Actor, scope: str, institution_id: UUID | None) -> bool:
    """Whether a client may act by this scope on something of the institution: its own, or any for the unbound one."""
    if actor.kind != "client" or not actor.has_scope(scope):
        return False
    return actor.unbound or (institution_id is not None and actor.institution_id == institution_id)
