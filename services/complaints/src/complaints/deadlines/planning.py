"""The duties that a filing starts, computed before it is written: pure, with what it needs kept in the process."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache, partial
from typing import Any, NamedTuple
from uuid import UUID

from chassis.data.pool import Pool
from chassis.ops.identifiers import new_id
from complaints.deadlines import queries
from complaints.deadlines.ledger import Duty, Ledger, check_at
from complaints.policies.queries import find_adopted, load_policies
from complaints.policies.rules import Binding, Policy, Subject, bindings, in_force, ladder
from directory.calendars import Calendar
from directory.working_time import TIME_UNITS, due_after

FILING_WINDOW = "filing_window"
_MOST_KEPT = 5_000
_MOST_BOUND = 1_000
_MOST_PLANS = 20_000

Bind = Callable[[Subject], list[Binding]]


class Filing(NamedTuple):
    """What of a new case decides its first duties. `occurred_on`: the day of the service, if the reporter gave it;
    `handed_in_at`: when an offline counter took it, where that was before it arrived."""

    case_type: str
    case_class: str
    anonymous: bool
    occurred_on: date | None
    institution_id: UUID | None
    handed_in_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FilingPlan:
    """The first duties of a case, its due date, and whether the clocks of UU 25/2009 run (if not, why not)."""

    duties: tuple[tuple[Duty, datetime | None], ...]
    due_at: datetime | None
    legal_clock: bool
    legal_clock_reason: str | None

    @property
    def counts_days(self) -> bool:
        """Whether no term is in hours: then it is the same for every filing of a local day, but for the instant itself."""
        return all(duty.rule.unit not in TIME_UNITS for duty, _ in self.duties)

    def begun(self, now: datetime, *, make_id: Callable[[], UUID] = new_id) -> "FilingPlan":
        """The plan, which counts days, for a filing at another instant of its local day."""
        duties = tuple((replace(duty, id=make_id(), started_at=now), check) for duty, check in self.duties)
        return replace(self, duties=duties)

    def rows(self, case_id: UUID) -> list[dict[str, Any]]:
        """The duties as rows of `deadline_duties`."""
        return [queries.row_of(duty, case_id, check) for duty, check in self.duties]


def legal_clock(
    filing: Filing, now: datetime, policies: Iterable[Policy], calendar: Calendar
) -> tuple[bool, str | None]:
    """Whether the legal clocks run for a case (UU 25/2009 art. 42(2), 43), and the reason if they don't."""
    if filing.case_type != "complaint":
        return False, "not_a_complaint"
    if filing.anonymous:
        return False, "anonymous"
    if filing.occurred_on is None:
        return True, None
    today = calendar.local_day(now)
    service_received = datetime.combine(filing.occurred_on, time.min, tzinfo=calendar.zone)
    for policy in in_force(policies, today):
        for rule in policy.rules:
            if (
                rule.stage == FILING_WINDOW
                and rule.to_event == "filed"
                and rule.matches("complaint", filing.case_class)
            ):
                end = due_after(service_received, rule.amount, rule.unit, calendar)
                return (True, None) if (filing.handed_in_at or now) <= end else (False, "out_of_time")
    return False, "no_policy"


def plan_filing(
    filing: Filing,
    now: datetime,
    policies: Iterable[Policy],
    calendar: Calendar,
    *,
    adopted: frozenset[str] = frozenset(),
    make_id: Callable[[], UUID] = new_id,
    bind: Bind | None = None,
) -> FilingPlan:
    """The duties that begin when a case is filed at `now` (aware). Pure and quick.

    `bind`: the rules that bind a subject, where they are kept; else they are found among the policies.
    """
    known = list(policies)
    runs, reason = legal_clock(filing, now, known, calendar)
    today = calendar.local_day(now)
    subject = Subject(
        case_type=filing.case_type,
        case_class=filing.case_class,
        filed_on=today,
        legal_clock=runs,
        adopted=adopted,
    )
    ledger = Ledger(
        duties=[],
        standstills=[],
        bindings=bind(subject) if bind else bindings(known, subject),
        anchors={"filed": now, "request_received": now, "file_complete": None},
        calendar=calendar,
        new_id=make_id,
    )
    ledger.take_all(("filed", "request_received"), now)
    steps = ladder(known, today)
    return FilingPlan(
        duties=tuple((duty, check_at(duty, (), calendar, steps)) for duty in ledger.duties),
        due_at=ledger.due_at(),
        legal_clock=runs,
        legal_clock_reason=reason,
    )


@dataclass(frozen=True, slots=True)
class _Policies:
    """Every version of every policy, and which of their rules bind a subject: on one day there are few different ones."""

    all: list[Policy]
    bind: Bind


Known = tuple[_Policies, Calendar, frozenset[str]]


class Planner:
    """Plans filings without a query: policies and calendars are kept until the directory's copy changes (`forget`) or the day
    does, and so are the plans that count days."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._learning = asyncio.Lock()
        self._policies: _Policies | None = None
        self._places: dict[tuple[UUID | None, int], tuple[Calendar, frozenset[str]]] = {}
        self._plans: dict[tuple[Filing, date], FilingPlan] = {}
        self._generation = 0

    def forget(self) -> None:
        """The copy, or the policies, changed."""
        self._policies = None
        self._places.clear()
        self._plans.clear()
        self._generation += 1

    async def plan(self, filing: Filing, now: datetime) -> FilingPlan:
        """The first duties of a case; reads only what isn't kept yet, on a connection of its own."""
        generation = self._generation
        known = self._known(filing.institution_id, now)
        if known is None:
            async with self._learning:  # one learns, the others wait for what it learned
                known = self._known(filing.institution_id, now) or await self._learn(filing.institution_id, now)
        policies, calendar, adopted = known
        of_day = (filing, calendar.local_day(now))
        kept = self._plans.get(of_day)
        if kept is not None:
            return kept.begun(now)
        plan = plan_filing(filing, now, policies.all, calendar, adopted=adopted, bind=policies.bind)
        if plan.counts_days and filing.handed_in_at is None and generation == self._generation:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            self._plans[of_day] = plan
        return plan

    def _known(self, institution_id: UUID | None, now: datetime) -> Known | None:
        place = self._places.get((institution_id, _hour(now)))
        return None if self._policies is None or place is None else (self._policies, *place)

    async def _learn(self, institution_id: UUID | None, now: datetime) -> Known:
        generation = self._generation
        async with self._pool.acquire(timeout=2) as connection:
            found = list((await load_policies(connection)).values())
            calendar = await queries.calendar_of(connection, institution_id)
            adopted = await find_adopted(connection, institution_id, calendar.local_day(now))
        policies = _Policies(found, lru_cache(_MOST_BOUND)(partial(bindings, found)))
        if generation == self._generation:  # else what was read may be what changed
            if len(self._places) >= _MOST_KEPT:
                self._places.clear()
            self._policies = policies
            self._places[institution_id, _hour(now)] = (calendar, adopted)
        return policies, calendar, adopted


def _hour(now: datetime) -> int:
    """Numbers the hours: a day begins with one of them in every zone."""
    return int(now.timestamp() // 3600)
