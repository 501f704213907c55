"""Wire models of the explanation of a deadline."""

from datetime import date, datetime

from chassis.http.models import Label, Shape


class PolicyReference(Shape):
    code: str
    version: int
    title: Label


class CalendarReference(Shape):
    """The calendar that was counted by; layers are joined by `+`. Version 0: none had arrived yet."""

    code: str
    version: int


class SkippedDay(Shape):
    """A day that didn't count: `event_day` (the day of the event itself), `paused`, or a code of day_kinds with its name."""

    date: date
    reason: str
    name: Label | None


class IntervalShape(Shape):
    """Days on which the clock ran (`run`) or stood still (`pause`, with its reason)."""

    kind: str
    reason: str | None
    from_on: date
    to_on: date
    counted: int
    skipped: list[SkippedDay]


class DutyShape(Shape):
    """A duty: who owes what by when, by which policy, version and law; `mark` says how sure the figure is.

    `status`: running, standing, overdue, met, breached or cancelled. `extended` is in the rule's unit.
    """

    stage: str
    party: str
    status: str
    policy: PolicyReference
    law: str
    source: str
    mark: str
    note: str
    from_event: str
    to_event: str
    amount: int
    unit: str
    extended: int
    on_lapse: str
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    escalation_level: str | None
    calendar: CalendarReference
    counted_days: int
    intervals: list[IntervalShape]


class StandstillShape(Shape):
    """A time in which the case was paused; whether that stops a duty's clock is said by its policy."""

    reason: str
    from_at: datetime
    to_at: datetime | None


class DeadlineShape(Shape):
    """Why a case is due then. `hypothetical`: counted by another calendar than the one in force, or as of another instant."""

    due_at: datetime | None
    time_zone: str
    as_of: datetime
    hypothetical: bool
    legal_clock: bool
    legal_clock_reason: str | None
    calendar: CalendarReference
    duties: list[DutyShape]
    standstills: list[StandstillShape]
