"""Who calls, as cases see it: an actor of the directory, perhaps with a tracking token, perhaps the one who filed. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from directory.roles import UNIT_HEAD, Actor, Seat

AUDITOR = "internal_auditor"
HEAD_OF_AUDIT = "head_of_internal_audit"
"""The unit_head of an inspectorate, seen as what he or she is to the protected path (case-lifecycle §4)."""
HIGHER_AUDITOR = "supervising_inspectorate"
INSTITUTION_WIDE = frozenset({AUDITOR, "information_officer", "information_officer_superior"})
"""Roles that sit in one unit but look after the whole institution (case-lifecycle §8)."""


@dataclass(frozen=True, slots=True)
class CaseCaller:
    """`tracked`: the case that the tracking token opens. `filer`: the digest by which cases know who filed them."""

    actor: Actor
    tracked: UUID | None = None
    filer: bytes | None = None

    def record(self, roles: Collection[str]) -> dict[str, Any]:
        """How history names the caller acting in one of `roles`: the subject, the person and the seat, never a reporter."""
        if self.actor.kind == "anonymous" or (roles and set(roles) <= {"reporter", "proxy"}):
            return {"subject": None, "person_id": None, "role": "reporter", "seat": None}
        seat = next((seat for seat in self.actor.seats if named(seat.role) in roles), None)
        return {
            "subject": f"{self.actor.kind}:{self.actor.id}",
            "person_id": self.actor.person_id,
            "role": named(seat.role) if seat else min(roles, default=None),
            "seat": None
            if seat is None
            else {
                "role": seat.role,
                "institution_id": seat.institution_id,
                "unit_id": seat.unit_id,
                "acting": seat.acting,
            },
        }


SYSTEM_RECORD = {"subject": "system", "person_id": None, "role": "system", "seat": None}
"""How history names a lapsed deadline or a routing rule."""


def named(role: str) -> str:
    """The role's name in the lifecycle's table: the head of internal audit acts there as a unit head."""
    return UNIT_HEAD if role == HEAD_OF_AUDIT else role


def with_audit_seats(actor: Actor, *, inspectorates: Iterable[UUID], audited: Iterable[UUID]) -> Actor:
    """The actor with seats that look after a whole institution widened to it, and heads of `inspectorates` also as such.

    `audited`: the institutions below the auditor's own, at any distance.
    """
    units = set(inspectorates)
    seats: list[Seat] = []
    for seat in actor.seats:
        seats.append(replace(seat, unit_id=None) if seat.role in INSTITUTION_WIDE else seat)
        if seat.role == UNIT_HEAD and seat.unit_id in units:
            seats.append(replace(seat, role=HEAD_OF_AUDIT, unit_id=None))
        if seat.role == AUDITOR:
            seats += (replace(seat, role=HIGHER_AUDITOR, institution_id=below, unit_id=None) for below in audited)
    return replace(actor, seats=tuple(seats))
