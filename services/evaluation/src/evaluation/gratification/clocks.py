"""The duties of a gratification report and when each is due, by the events that have happened. Pure.

The officer owes a report within 30 working days to the KPK, or within 10 to the UPG, which forwards within 10; an
incomplete report is completed within the policy's days from the report, else it isn't followed up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from directory.calendars import Calendar
from directory.working_time import due_after
from evaluation.gratification.policies import Policy, Rule

RECEIVED, TO_UPG, TO_KPK = "gift_received", "gift_reported_to_upg", "gift_reported_to_kpk"
COMPLETE, DECIDED, DELIVERED = "gift_report_complete", "status_decided", "status_delivered"
REPORT, COMPLETION = "report", "completion"
OWED_INSIDE = frozenset({"officer", "agency"})

Events = Mapping[str, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One clock of a report. `met_at` None: still open; `late`: met or still open after it was due."""

    stage: str
    via: str | None
    party: str
    from_event: str
    to_event: str
    amount: int
    unit: str
    source: str
    starts_at: datetime
    due_at: datetime
    met_at: datetime | None

    def late(self, now: datetime) -> bool:
        return (self.met_at or now) > self.due_at


def duties(policy: Policy, events: Events, calendar: Calendar, *, via: str, incomplete: bool) -> list[Duty]:
    """The clocks that run or ran. `incomplete`: the report was found to lack something, so that its completion is owed."""
    found = []
    for rule in policy.rules:
        began = _start(rule, events, incomplete=incomplete)
        if began is None or not _applies(rule, via):
            continue
        event, start = began
        due = due_after(start, rule.amount, rule.unit, calendar)
        found.append(
            Duty(
                stage=rule.stage,
                via=rule.via,
                party=rule.party,
                from_event=event,
                to_event=rule.to_event,
                amount=rule.amount,
                unit=rule.unit,
                source=rule.source,
                starts_at=start,
                due_at=due,
                met_at=events.get(rule.to_event),
            )
        )
    return found


def earliest_due(found: Iterable[Duty]) -> datetime | None:
    """When the next open duty of the officer or the UPG is due; those of the KPK are tracked only."""
    return min((duty.due_at for duty in found if duty.met_at is None and duty.party in OWED_INSIDE), default=None)


def officer_late(found: Iterable[Duty], now: datetime, *, via: str) -> bool:
    """Whether the author was late: to the UPG for a report that went there, else to the KPK; or in completing it."""
    door = "upg" if via == "upg" else None
    return any(
        duty.late(now) for duty in found if duty.party == "officer" and (duty.stage != REPORT or duty.via == door)
    )


def as_json(duty: Duty) -> dict[str, Any]:
    """A duty as it is kept and sent."""
    return {name: getattr(duty, name) for name in Duty.__slots__}


def _applies(rule: Rule, via: str) -> bool:
    return rule.via in (None, via)


def _start(rule: Rule, events: Events, *, incomplete: bool) -> tuple[str, datetime] | None:
    if rule.stage == COMPLETION and not incomplete:
        return None
    # A completion is owed from the report; what the UPG found incomplete was reported to the UPG so far.
    starts = (rule.from_event, TO_UPG) if rule.stage == COMPLETION else (rule.from_event,)
    return next(((event, events[event]) for event in starts if event in events), None)
