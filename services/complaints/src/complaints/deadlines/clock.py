"""When a duty is due: its rule, its start, the times in which the clock stood still, an extension, a calendar. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from complaints.policies.rules import Rule, Step
from directory.calendars import Calendar
from directory.service_hours import after_service
from directory.working_time import DayStep, Pause, due_after, due_with_pauses, explain

LEVELS = ("reminder", "unit", "responsible_officer", "supervisor", "national", "external")
"""Of escalation, lowest first."""
_INSTANT = timedelta(microseconds=1)


class Standstill(NamedTuple):
    """A time in which a case was paused, for a reason; `to_at` None while it lasts."""

    reason: str
    from_at: datetime
    to_at: datetime | None


class Rung(NamedTuple):
    """An instant of working time at which a level of escalation is reached."""

    at: datetime
    level: str


def stops(rule: Rule, reason: str) -> bool:
    """Whether a pause for this reason stops the rule's clock."""
    return f"paused:{reason}" in rule.pauses


def pauses_of(rule: Rule, standstills: Sequence[Standstill]) -> list[Pause]:
    """The standstills that count for a rule."""
    return [(each.from_at, each.to_at) for each in standstills if stops(rule, each.reason)]


def due_at(
    rule: Rule, started_at: datetime, standstills: Sequence[Standstill], calendar: Calendar, *, extended: int = 0
) -> datetime | None:
    """When a duty that began at `started_at` is due (UTC), `extended` units later; None while its clock stands still."""
    return due_with_pauses(
        started_at,
        rule.amount + extended,
        rule.unit,
        calendar,
        pauses_of(rule, standstills),
        roll_to_next_working_day=rule.roll_to_next_working_day,
    )


def days(
    rule: Rule, started_at: datetime, standstills: Sequence[Standstill], calendar: Calendar, *, extended: int = 0
) -> list[DayStep]:
    """The days from the event to the due date (to the standstill's begin while it lasts), counted or with the reason why not."""
    return explain(
        started_at,
        rule.amount + extended,
        rule.unit,
        calendar,
        pauses=pauses_of(rule, standstills),
        roll_to_next_working_day=rule.roll_to_next_working_day,
    )


def next_working_moment(instant: datetime, calendar: Calendar) -> datetime:
    """The instant itself inside service hours, else the next opening: people are told things in working time."""
    return after_service(instant, _INSTANT, calendar) - _INSTANT


def rungs(
    rule: Rule,
    started_at: datetime,
    standstills: Sequence[Standstill],
    calendar: Calendar,
    steps: Sequence[Step],
    *,
    extended: int = 0,
) -> list[Rung]:
    """The levels that a duty reaches and when, in order; none while its clock stands still or if it isn't the agency's."""
    due = due_at(rule, started_at, standstills, calendar, extended=extended)
    if due is None or rule.party != "agency":
        return []
    found = []
    for step in steps:
        if step.percent is not None:
            at = _share(rule, started_at, standstills, calendar, percent=step.percent, extended=extended) or due
        elif _at_due(rule, step):
            at = due
        else:
            at = due_after(due, step.working_days, "working_day", calendar)
        found.append(Rung(next_working_moment(at, calendar), step.level))
    return sorted(found, key=lambda rung: (rung.at, LEVELS.index(rung.level)))


def first_rung(
    rule: Rule,
    started_at: datetime,
    standstills: Sequence[Standstill],
    calendar: Calendar,
    steps: Sequence[Step],
    *,
    extended: int = 0,
    above: str | None = None,
) -> datetime | None:
    """When the first level `above` the given one is reached (None: the first of all), as `rungs` has it; None for never.

    Only that one is counted: a share of the period comes before its end, working days come after it.
    """
    left = [step for step in steps if above is None or LEVELS.index(step.level) > LEVELS.index(above)]
    shares = [step for step in left if step.percent is not None]
    early = shares or _soonest_after_due(rule, left)
    found = rungs(rule, started_at, standstills, calendar, early, extended=extended)
    return found[0].at if found else None


def _soonest_after_due(rule: Rule, steps: Sequence[Step]) -> list[Step]:
    """One step of those whose instant is the earliest."""
    return sorted(steps, key=lambda step: 0 if _at_due(rule, step) else step.working_days)[:1]


def _at_due(rule: Rule, step: Step) -> bool:
    return rule.stage in step.at_breach_of or step.working_days == 0 or rule.on_lapse == f"escalate:{step.level}"


def _share(
    rule: Rule,
    started_at: datetime,
    standstills: Sequence[Standstill],
    calendar: Calendar,
    *,
    percent: int,
    extended: int,
) -> datetime | None:
    """When a share of the period has passed: whole days of a term in days, minutes of service of one in hours."""
    amount, unit = rule.amount + extended, rule.unit
    if unit == "hour":
        amount, unit = amount * 60, "minute"
    elif unit in ("month", "year"):
        amount, unit = amount * (30 if unit == "month" else 365), "calendar_day"
    return due_with_pauses(started_at, amount * percent // 100, unit, calendar, pauses_of(rule, standstills))
