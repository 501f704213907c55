"""Who may see whose routing rules: officers those of the institutions where they sit or which they supervise, and the nation's."""

from typing import Annotated, Any
from uuid import UUID

from directory.access import acting, may
from directory.roles import NATIONAL_ADMIN, OMBUDSMAN, SUPERVISOR, Actor

ACT = "complaints:act"
ADMINISTERS = ("institution_admin", NATIONAL_ADMIN)
_READERS = (
    "institution_admin", "liaison", "officer", "unit_head", "responsible_officer", "internal_auditor",
    "information_officer", SUPERVISOR, NATIONAL_ADMIN, OMBUDSMAN,
)  # fmt: skip

RuleReader = Annotated[Actor, acting(*_READERS, scope="complaints:read")]
"""An officer, or an agency's own system: rules say how work is dealt out, which isn't for the public."""
RuleMaker = Annotated[Actor, acting(*ADMINISTERS, scope=ACT)]


def seen_institutions(actor: Actor) -> frozenset[UUID] | None:
    """Whose rules the actor sees beside the nation's; None: everybody's."""
    if actor.unbound or actor.holds(NATIONAL_ADMIN, OMBUDSMAN):
        return None
    if actor.kind == "client":
        return frozenset() if actor.institution_id is None else frozenset({actor.institution_id})
    return frozenset(seat.institution_id for seat in actor.seats if seat.role in _READERS) | actor.supervised


def may_make(actor: Actor, institution_id: UUID | None) -> bool:
    """Whether the actor makes rules of this institution (None: of the nation)."""
    return may(actor, ACT, *ADMINISTERS, institution_id=institution_id, ancestors=frozenset())


def made_by(actor: Actor) -> dict[str, Any]:
    """How a version names its maker."""
    role = next((role for role in reversed(ADMINISTERS) if actor.kind == "account" and actor.holds(role)), None)
    return {"subject": f"{actor.kind}:{actor.id}", "person_id": actor.person_id, "role": role}
