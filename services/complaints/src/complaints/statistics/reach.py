"""Whose cases a caller's statistics count: what the caller's offices reach (case-lifecycle §8). Pure.

Offices that have statistics of more than they may list (national administrator, Ombudsman, evaluator) count it here; what a
caller filed as a private person belongs to no office.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, and_, or_

from complaints.cases.callers import HEAD_OF_AUDIT, HIGHER_AUDITOR, CaseCaller
from complaints.cases.visibility import AUDIT, EVALUATOR, INFORMERS, LINE, Visible, visible
from directory.reach import EVERYTHING, NOTHING, Reach, reach_by_scope, reach_of
from directory.roles import NATIONAL_ADMIN, OMBUDSMAN, SUPERVISOR
from directory.zones import national_day

SCOPES = ("reports:read", "complaints:read", "complaints:act")
ROLES = (*LINE, *INFORMERS, NATIONAL_ADMIN, OMBUDSMAN, EVALUATOR, HEAD_OF_AUDIT, HIGHER_AUDITOR)
_SEES_PROTECTED = (*AUDIT, SUPERVISOR, HIGHER_AUDITOR)


@dataclass(frozen=True, slots=True)
class Counted:
    """`ordinary`: ordinary cases of all types; `informed`: information requests; `protected`: rows of protected cases.

    `texts`: the rows whose text the caller may read, where the question asks of the text.
    """

    names: ClassVar[tuple[str, str]] = ("counted", "informed")

    ordinary: Reach
    informed: Reach = NOTHING
    protected: Visible | None = None
    texts: Visible | None = None

    @property
    def shape(self) -> tuple[Any, ...]:
        """What decides the text of `condition`."""
        return self.ordinary.shape, self.informed.shape

    @property
    def dimensions(self) -> frozenset[str]:
        """The dimensions that `condition` asks of."""
        if self.ordinary.everything:
            return frozenset()
        reaches = [reach for reach in (self.ordinary, self.informed) if reach]
        needed = {"type"} if self.informed else set()
        needed |= {"institution_id"} if any(reach.institutions for reach in reaches) else set()
        needed |= {"unit_id"} if any(reach.units for reach in reaches) else set()
        return frozenset(needed)

    def condition(self, columns: Mapping[str, ColumnElement[Any]]) -> ColumnElement[bool]:
        """On rows of ordinary cases with `institution_id`, `unit_id` and `type`."""
        place = columns["institution_id"], columns["unit_id"]
        whole = self.ordinary.predicate(*place, name=self.names[0])
        if self.ordinary.everything or not self.informed:
            return whole
        asked = and_(columns["type"] == "information_request", self.informed.predicate(*place, name=self.names[1]))
        return or_(whole, asked)

    def values(self, now: datetime) -> Mapping[str, Any]:
        """The parameters of `condition`."""
        found = dict(self.ordinary.values(national_day(now), name=self.names[0]))
        if not self.ordinary.everything and self.informed:
            found |= self.informed.values(national_day(now), name=self.names[1])
        return found


EVERYBODYS = Counted(EVERYTHING)
"""All ordinary cases, and no protected one: what the public's figures are made of."""


def counted_by(caller: CaseCaller, now: datetime, *, texts: bool) -> Counted:
    """What the caller's statistics count; `texts`: words of title and body are asked of."""
    actor = caller.actor
    offices = CaseCaller(actor)
    if actor.unbound:
        return Counted(EVERYTHING, protected=visible(offices, now))
    ordinary = reach_of(actor, *LINE, NATIONAL_ADMIN, OMBUDSMAN, EVALUATOR)
    for scope in SCOPES:
        ordinary |= reach_by_scope(actor, scope)
    protected = None
    if actor.holds(*_SEES_PROTECTED):
        protected = visible(offices, now, content=texts)
    read = visible(offices, now, content=True) if texts else None
    return Counted(ordinary, reach_of(actor, *INFORMERS), protected, read)
