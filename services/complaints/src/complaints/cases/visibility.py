"""Who may see a case and in which roles: the matrix of case-lifecycle §8, once as a rule and once as a condition for queries.

What isn't allowed here doesn't exist for the caller. `roles_on` and `visible` agree row by row; a test compares them.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    LargeBinary,
    Uuid,
    and_,
    any_,
    bindparam,
    false,
    func,
    not_,
    or_,
    select,
    text,
    true,
)

from complaints.cases.callers import AUDITOR, HEAD_OF_AUDIT, HIGHER_AUDITOR, CaseCaller, named
from complaints.cases.lifecycle import FINAL_STATES
from complaints.cases.tables import cases
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
    reaches,
)
from directory.tables import unit_ancestors
from directory.zones import national_day

REPORTER = "reporter"
FILER = "integration_client"
READER = "reader"
"""A client of the institution that reads by scope and acts in no role."""
CONTRIBUTOR = "contributor"
"""An officer of a unit that was asked to contribute: reads what the case is about, and answers the coordinator."""
COOPERATORS = (LIAISON, OFFICER, UNIT_HEAD)
"""Roles whose holders answer for a unit that cooperates."""
INSTITUTION_ADMIN = "institution_admin"
EVALUATOR = "evaluator"
LINE = (LIAISON, OFFICER, UNIT_HEAD, INSTITUTION_ADMIN, RESPONSIBLE_OFFICER, SUPERVISOR, AUDITOR)
"""Roles that see every ordinary case in their reach."""
INFORMERS = ("information_officer", "information_officer_superior")
AUDIT = (AUDITOR, HEAD_OF_AUDIT)
BY_SCOPE = frozenset({LIAISON, OFFICER, UNIT_HEAD, INSTITUTION_ADMIN, RESPONSIBLE_OFFICER, *INFORMERS})
"""The roles in which an agency's own system acts within its institution (architecture §5)."""
EVERY_ROLE = frozenset({*LINE, *INFORMERS, NATIONAL_ADMIN, EVALUATOR, HIGHER_AUDITOR})
STAFF = tuple(sorted(EVERY_ROLE - {HIGHER_AUDITOR, EVALUATOR}))
"""Roles whose holders may act on cases at all."""
APPEALED = ("under_appeal", "in_arbitration")
EVIDENCE = ("resolved", "closed")
CONTENTLESS = frozenset({OMBUDSMAN})
"""Roles that see status and timeline, not what was written."""

Case = Mapping[str, Any]


def roles_on(caller: CaseCaller, case: Case, ancestors: Collection[UUID], now: datetime) -> frozenset[str]:
    """The roles that the caller has on a case, named as in the lifecycle's table; empty: the case doesn't exist for them.

    `ancestors`: the unit that holds the case and all units above it today; `cooperating_line` of the case: the same of the
    units that cooperate, without which nobody is a contributor. Under protected custody `unit_head` is the
    head of internal audit, and `supervising_inspectorate` an auditor of an institution above.
    """
    found: set[str] = set()
    if caller.tracked == case["id"] or _own(caller, case):
        found.add(FILER if _own(caller, case) and caller.actor.kind == "client" else REPORTER)
    if caller.actor.unbound:
        return frozenset(found | EVERY_ROLE)
    if case["custody"] == "protected":
        return frozenset(found | _protected(caller.actor, case, ancestors))
    return frozenset(found | _ordinary(caller.actor, case, ancestors, now))


def sees_content(roles: Collection[str], case: Case) -> bool:
    """Whether one of these roles may read title and text of the case."""
    contentless = CONTENTLESS | ({NATIONAL_ADMIN} if case["confidential"] else set())
    return any(role not in contentless for role in roles)


def _own(caller: CaseCaller, case: Case) -> bool:
    return caller.filer is not None and case["filed_by"] == caller.filer


def _ordinary(actor: Actor, case: Case, ancestors: Collection[UUID], now: datetime) -> set[str]:
    institution = case["institution_id"]
    found = {role for role in LINE if reaches(actor, role, institution, ancestors)}
    if case["type"] == "information_request":
        found |= {role for role in INFORMERS if reaches(actor, role, institution, ancestors)}
    breached = case["late"] or (case["due_at"] is not None and case["due_at"] < now)
    if _cooperates(actor, case):
        found.add(CONTRIBUTOR)
    if actor.holds(NATIONAL_ADMIN) and (institution is None or case["state"] == "in_arbitration" or breached):
        found.add(NATIONAL_ADMIN)
    if not case["confidential"]:
        if actor.holds(OMBUDSMAN) and breached:
            found.add(OMBUDSMAN)
        if case["state"] in EVIDENCE and reaches(actor, EVALUATOR, institution, ancestors):
            found.add(EVALUATOR)
    if institution is not None and actor.kind == "client" and actor.institution_id == institution:
        if actor.has_scope("complaints:act"):
            found |= BY_SCOPE - (set(INFORMERS) if case["type"] != "information_request" else set())
        if actor.has_scope("complaints:read"):
            found.add(READER)
    return found


def _cooperates(actor: Actor, case: Case) -> bool:
    """Whether one of the caller's units was asked to contribute; once the case is over nobody needs to read it for that."""
    line = case.get("cooperating_line") or ()
    return case["state"] not in FINAL_STATES and any(
        seat.role in COOPERATORS and seat.unit_id is not None and seat.unit_id in line for seat in actor.seats
    )


def _protected(actor: Actor, case: Case, ancestors: Collection[UUID]) -> set[str]:
    if actor.person_id is not None and actor.person_id in case["accused_person_ids"]:
        return set()
    institution = case["institution_id"]
    found = {named(role) for role in AUDIT if reaches(actor, role, institution, ancestors)}
    if case["state"] in APPEALED:
        found |= {role for role in (SUPERVISOR, HIGHER_AUDITOR) if reaches(actor, role, institution, ancestors)}
    return found


@dataclass(frozen=True, slots=True)
class Visible:
    """A condition on rows of `cases`: its shape (for keeping statements), the condition, the condition's values."""

    shape: str
    condition: ColumnElement[bool]
    values: Mapping[str, Any]

    @property
    def reach(self) -> tuple[str, ColumnElement[bool], Mapping[str, Any]]:
        """As `Filters.page` takes it."""
        return self.shape, self.condition, self.values


def _state_in(states: Collection[str]) -> ColumnElement[bool]:
    return or_(*(cases.c.state == state for state in states))


_ORDINARY = cases.c.custody == "ordinary"
_OPEN_TEXT = not_(cases.c.confidential)
_BREACHED = or_(cases.c.late, cases.c.due_at < bindparam("seen_at", type_=DateTime(timezone=True)))
_INNOCENT = not_(bindparam("seen_person", type_=Uuid) == any_(cases.c.accused_person_ids))
_SECRET = and_(cases.c.custody == "protected", _INNOCENT)
_EVIDENCE = and_(_ORDINARY, _OPEN_TEXT, _state_in(EVIDENCE))
_DECIDED = and_(_SECRET, _state_in(APPEALED))
_INFORMATION = and_(_ORDINARY, cases.c.type == "information_request")
_UNPLACED = or_(cases.c.institution_id.is_(None), cases.c.state == "in_arbitration", _BREACHED)
_COOPERATION = and_(
    _ORDINARY,
    text("cases.cooperating_unit_ids <> '{}'"),  # the index is of these alone
    cases.c.cooperating_unit_ids.op("&&", is_comparison=True)(
        func.array(
            select(unit_ancestors.c.unit_id)
            .where(
                unit_ancestors.c.ancestor_id == any_(bindparam("cooperating_units", type_=ARRAY(Uuid))),
                unit_ancestors.c.valid_during.op("@>")(bindparam("cooperating_day", type_=Date)),
            )
            .scalar_subquery(),
            type_=ARRAY(Uuid),
        )
    ),
    not_(_state_in(FINAL_STATES)),
)
_OWN = cases.c.filed_by == bindparam("seen_filer", type_=LargeBinary)
_TRACKED = cases.c.id == bindparam("seen_tracked", type_=Uuid)


def visible(caller: CaseCaller, now: datetime, *, content: bool = False) -> Visible:
    """The cases of which `roles_on` gives the caller a role; with `content` those whose text too may be read."""
    actor = caller.actor
    if actor.unbound:
        return Visible("all", true(), {})
    arms = _Arms(now)
    arms.reach("line", reach_of(actor, *LINE), _ORDINARY)
    arms.reach("informer", reach_of(actor, *INFORMERS), _INFORMATION)
    arms.reach("scope", reach_by_scope(actor, "complaints:act") | reach_by_scope(actor, "complaints:read"), _ORDINARY)
    arms.reach("evaluator", reach_of(actor, EVALUATOR), _EVIDENCE)
    units = sorted({seat.unit_id for seat in actor.seats if seat.role in COOPERATORS and seat.unit_id is not None})
    if units:
        arms.add("cooperation", _COOPERATION, {"cooperating_units": units, "cooperating_day": national_day(now)})
    who = {"seen_person": actor.person_id or UUID(int=0)}
    arms.reach("auditor", reach_of(actor, *AUDIT), _SECRET, who)
    arms.reach("decider", reach_of(actor, SUPERVISOR, HIGHER_AUDITOR), _DECIDED, who)
    if actor.holds(NATIONAL_ADMIN):
        arms.add("national", and_(_ORDINARY, _UNPLACED, _OPEN_TEXT if content else true()), {"seen_at": now})
    if actor.holds(OMBUDSMAN) and not content:
        arms.add("ombudsman", and_(_ORDINARY, _OPEN_TEXT, _BREACHED), {"seen_at": now})
    if caller.filer is not None:
        arms.add("own", _OWN, {"seen_filer": caller.filer})
    if caller.tracked is not None:
        arms.add("tracked", _TRACKED, {"seen_tracked": caller.tracked})
    return arms.joined("content" if content else "")


class _Arms:
    """The arms of an OR, only those that the caller has: an unused one costs the index."""

    joined_before: ClassVar[dict[str, ColumnElement[bool]]] = {}
    """By shape: building a condition anew for each request costs as much as running it."""

    def __init__(self, now: datetime) -> None:
        self._day = national_day(now)
        self._arms: list[tuple[str, Callable[[], ColumnElement[bool]]]] = []
        self._values: dict[str, Any] = {}

    def add(self, name: str, condition: ColumnElement[bool], values: Mapping[str, Any]) -> None:
        self._arms.append((name, lambda: condition))
        self._values |= values

    def reach(
        self, name: str, reach: Reach, condition: ColumnElement[bool], values: Mapping[str, Any] | None = None
    ) -> None:
        if not reach:
            return
        shape = "".join("01"[flag] for flag in reach.shape)
        self._arms.append(
            (
                f"{name}{shape}",
                lambda: and_(condition, reach.predicate(cases.c.institution_id, cases.c.unit_id, name=name)),
            )
        )
        self._values |= {**reach.values(self._day, name=name), **(values or {})}

    def joined(self, suffix: str) -> Visible:
        shape = " ".join([*(name for name, _ in self._arms), suffix])
        condition = self.joined_before.get(shape)
        if condition is None:
            condition = or_(*(build() for _, build in self._arms)) if self._arms else false()
            self.joined_before[shape] = condition
        return Visible(shape, condition, self._values)
