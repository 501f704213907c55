"""Who may do what in evaluation: the roles and scopes that every room's routes and operations name."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from directory.access import acting, may
from directory.reach import Reach, reach_by_scope, reach_of
from directory.roles import (
    LIAISON,
    NATIONAL_ADMIN,
    OFFICER,
    OMBUDSMAN,
    RESPONSIBLE_OFFICER,
    SUPERVISOR,
    UNIT_HEAD,
    Actor,
)

READ, WRITE, ANSWER, REPORTS = "evaluation:read", "evaluation:write", "evaluation:answer", "reports:read"

INSTITUTION_ADMIN = "institution_admin"
INTERNAL_AUDITOR = "internal_auditor"
EVALUATOR = "evaluator"

CONDUCTING = (INSTITUTION_ADMIN, UNIT_HEAD, RESPONSIBLE_OFFICER)
"""Roles that hold surveys."""
ENTERING = (*CONDUCTING, OFFICER, LIAISON)
"""Roles that enter what respondents said at a counter or on paper."""
READING = (*ENTERING, SUPERVISOR, INTERNAL_AUDITOR, EVALUATOR, NATIONAL_ADMIN, OMBUDSMAN)
"""Roles that see what isn't public of their reach."""

Conductor = Annotated[Actor, acting(*CONDUCTING, scope=WRITE)]
"""May hold surveys somewhere; whether here is asked by the operation."""
Clerk = Annotated[Actor, acting(*ENTERING, scope=ANSWER)]
"""May enter answers somewhere; whether here is asked by the operation."""


def conducts(actor: Actor, institution_id: UUID, ancestors: Collection[UUID]) -> bool:
    """Whether the actor may hold surveys of the unit whose line upward is `ancestors` (empty: of the whole institution)."""
    return may(actor, WRITE, *CONDUCTING, institution_id=institution_id, ancestors=frozenset(ancestors))


def enters(actor: Actor, institution_id: UUID, ancestors: Collection[UUID]) -> bool:
    """Whether the actor may enter answers there."""
    return may(actor, ANSWER, *ENTERING, institution_id=institution_id, ancestors=frozenset(ancestors))


def reads(actor: Actor, institution_id: UUID, ancestors: Collection[UUID], *scopes: str) -> bool:
    """Whether the actor sees there what isn't public: by a role in reach, or as a client by one of `scopes`."""
    above = frozenset(ancestors)
    return any(may(actor, scope, *READING, institution_id=institution_id, ancestors=above) for scope in scopes)


def reach_for_reading(actor: Actor, *scopes: str) -> Reach:
    """The same as `reads`, for queries."""
    found = reach_of(actor, *READING) if actor.kind != "client" else Reach()
    for scope in scopes:
        found |= reach_by_scope(actor, scope)
    return found
