"""Who may judge whom: nobody their own case, and nobody one from the unit or the line that they themselves belong to. Pure.

The protected path (case-lifecycle §4) raises a case by what the accused holds: an internal auditor's goes to the head of
internal audit; that head's and the responsible officer's to the supervisor; a supervisor's out of the institution.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from uuid import UUID

from directory.roles import RESPONSIBLE_OFFICER, SUPERVISOR, UNIT_HEAD, Actor
from evaluation.rights import INTERNAL_AUDITOR


class Level(IntEnum):
    """The lowest seat that may judge a case; every higher one may too."""

    AUDITOR = 1
    HEAD = 2
    SUPERVISOR = 3
    OUTSIDE = 4


OUTSIDE_BODIES = ("supervising_inspectorate", "ombudsman", "kpk")
"""Where a case goes that nobody inside may judge."""
LEVEL_NAMES = {Level.AUDITOR: "internal_auditor", Level.HEAD: "head_of_internal_audit", Level.SUPERVISOR: "supervisor"}


def level_for(roles: Collection[str], *, heads_audit: bool, within_audit: bool) -> Level:
    """The level of a case against someone with these roles. `within_audit`: of the inspectorate or a unit below it."""
    if SUPERVISOR in roles:
        return Level.OUTSIDE
    if RESPONSIBLE_OFFICER in roles or heads_audit:
        return Level.SUPERVISOR
    if INTERNAL_AUDITOR in roles or within_audit:
        return Level.HEAD
    return Level.AUDITOR


def objected_to(history: Sequence[Mapping[str, Any]]) -> frozenset[UUID]:
    """Of a case's steps, oldest first: who took the decisions that an objection stands against; empty without an objection."""
    objections = [place for place, step in enumerate(history) if step["action"] == "objection"]
    before = history[: objections[-1]] if objections else ()
    decisions = [step for step in before if step["action"] in ("decision", "objection_decision")]
    return frozenset(step["person_id"] for step in decisions if step["person_id"] is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Where a caller judges, as what. `own_units`: units of the caller's seats; cases from there or below aren't theirs.

    The head of internal audit does judge what lies below the inspectorate: `above_audit` is `own_units` without it.
    """

    actor: str
    person_id: UUID | None
    everything: bool
    auditing: frozenset[UUID]
    heading: frozenset[UUID]
    supervising: frozenset[UUID]
    own_units: frozenset[UUID]
    above_audit: frozenset[UUID]

    def level_in(self, institution_id: UUID) -> Level | None:
        """The highest level at which the caller judges in an institution; None: not at all."""
        if self.everything or institution_id in self.supervising:
            return Level.SUPERVISOR
        if institution_id in self.heading:
            return Level.HEAD
        return Level.AUDITOR if institution_id in self.auditing else None

    @property
    def anywhere(self) -> bool:
        """Whether there is anything that the caller may judge."""
        return self.everything or bool(self.auditing | self.heading | self.supervising)


def judge_of(actor: Actor, inspectorates: Collection[UUID]) -> Judge:
    """The caller as a judge; `inspectorates`: those units that he or she heads which are inspectorates.

    Clients judge nothing, but for the platform's own, which passes role checks and is recorded as itself.
    """
    seats = actor.seats if actor.kind == "account" else ()
    own = frozenset(seat.unit_id for seat in seats if seat.unit_id is not None)
    headed = [seat for seat in seats if seat.role == UNIT_HEAD and seat.unit_id in inspectorates]
    return Judge(
        actor=f"{actor.kind}:{actor.id}",
        person_id=actor.person_id,
        everything=actor.unbound,
        auditing=frozenset(seat.institution_id for seat in seats if seat.role == INTERNAL_AUDITOR),
        heading=frozenset(seat.institution_id for seat in headed),
        supervising=frozenset(seat.institution_id for seat in seats if seat.role == SUPERVISOR),
        own_units=own,
        above_audit=own - frozenset(inspectorates),
    )
