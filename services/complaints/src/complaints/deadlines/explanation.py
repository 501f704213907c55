"""Why a case is due then: each duty with its rule and law, day by day what counted and what didn't. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from complaints.deadlines import clock
from complaints.deadlines.clock import Standstill
from complaints.deadlines.ledger import Duty
from directory.calendars import WORKING_DAY, Calendar
from directory.working_time import DayStep

EVENT_DAY = "event_day"
"""Why the first day didn't count: dies a quo non computatur."""


class Stretch(NamedTuple):
    """Days on which a clock ran, or stood still for a reason. `skipped`: the days that didn't count."""

    kind: str  # run, pause
    reason: str | None
    days: list[DayStep]


def as_of(
    duties: Iterable[Duty], standstills: Iterable[Standstill], moment: datetime
) -> tuple[list[Duty], list[Standstill]]:
    """Duties and standstills as they stood at an instant: what came later is undone."""
    stood = [
        each._replace(to_at=None) if each.to_at is not None and each.to_at > moment else each
        for each in standstills
        if each.from_at <= moment
    ]
    ran = [
        replace(duty, stopped_at=None, result=None)
        if duty.stopped_at is not None and duty.stopped_at > moment
        else duty
        for duty in duties
        if duty.started_at <= moment
    ]
    return ran, stood


def counted(duties: Iterable[Duty], standstills: Sequence[Standstill], calendar: Calendar) -> list[Duty]:
    """The duties with due dates by this calendar."""
    return [
        replace(
            duty,
            due_at=clock.due_at(duty.rule, duty.started_at, standstills, calendar, extended=duty.extended),
            calendar_code=calendar.code,
            calendar_version=calendar.version,
        )
        for duty in duties
    ]


def status(duty: Duty, now: datetime) -> str:
    """running, standing (the clock stands still), overdue, met, breached or cancelled."""
    if duty.result is not None:
        return duty.result
    if duty.due_at is None:
        return "standing"
    return "overdue" if duty.overdue(now) else "running"


def explain_duty(duty: Duty, standstills: Sequence[Standstill], calendar: Calendar, now: datetime) -> dict[str, Any]:
    """One duty in the form of `schemas.DutyShape`."""
    known = _until(duty, standstills)
    steps = clock.days(duty.rule, duty.started_at, known, calendar, extended=duty.extended)
    return {
        "stage": duty.rule.stage,
        "party": duty.rule.party,
        "status": status(duty, now),
        "policy": {"code": duty.policy.code, "version": duty.policy.version, "title": duty.policy.title},
        "law": duty.policy.legal_source,
        "source": duty.rule.source,
        "mark": duty.rule.mark,
        "note": duty.rule.note,
        "from_event": duty.rule.from_event,
        "to_event": duty.rule.to_event,
        "amount": duty.rule.amount,
        "unit": duty.rule.unit,
        "extended": duty.extended,
        "on_lapse": duty.rule.on_lapse,
        "started_at": duty.started_at,
        "stopped_at": duty.stopped_at,
        "due_at": duty.due_at,
        "escalation_level": duty.level,
        "calendar": {"code": duty.calendar_code, "version": duty.calendar_version},
        "counted_days": sum(step.counted for step in steps),
        "intervals": [_interval(stretch, duty, steps[0].date) for stretch in stretches(steps, duty, known, calendar)],
    }


def stretches(
    steps: Sequence[DayStep], duty: Duty, standstills: Sequence[Standstill], calendar: Calendar
) -> Iterator[Stretch]:
    """The days of a duty, cut where its clock stopped and went on."""

    def reason_of(step: DayStep) -> str | None:
        return next(
            (
                each.reason
                for each in standstills
                if clock.stops(duty.rule, each.reason)
                and calendar.local_day(each.from_at) < step.date <= _last_day(each, calendar)
            ),
            None,
        )

    for reason, days in groupby(steps, key=reason_of):
        yield Stretch("run" if reason is None else "pause", reason, list(days))


def _until(duty: Duty, standstills: Sequence[Standstill]) -> list[Standstill]:
    """What a stopped duty saw of the standstills: those that began before its end."""
    return [each for each in standstills if duty.stopped_at is None or each.from_at < duty.stopped_at]


def _last_day(standstill: Standstill, calendar: Calendar) -> date:
    return date.max if standstill.to_at is None else calendar.local_day(standstill.to_at)


def _interval(stretch: Stretch, duty: Duty, first: date) -> dict[str, Any]:
    return {
        "kind": stretch.kind,
        "reason": stretch.reason,
        "from_on": stretch.days[0].date,
        "to_on": stretch.days[-1].date,
        "counted": sum(step.counted for step in stretch.days),
        "skipped": [
            {
                "date": step.date,
                "reason": _why(step, duty, first),
                "name": {"id": step.name_id, "en": step.name_en} if step.name_id or step.name_en else None,
            }
            for step in stretch.days
            if not step.counted
        ],
    }


def _why(step: DayStep, duty: Duty, first: date) -> str:
    """The event's own day never counts; in working days it is the next worked one where the event falls on a free day."""
    if step.paused:
        return "paused"
    own = step.kind == WORKING_DAY or (step.date == first and duty.rule.unit != "working_day")
    return EVENT_DAY if own else step.kind
