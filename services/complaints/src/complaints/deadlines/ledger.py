"""The ledger of one case's duties: which start, stop, stand still or are counted anew by what happens to it. Pure.

Beside the events of the deadline policies it understands: `stop_all`, `stop:<stage>`, `restart:<stage>`,
`pause:<reason>`, `resume`, `extend`, `reclassified` and `recomputed` (the calendar changed).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from complaints.deadlines import clock
from complaints.deadlines.clock import Standstill
from complaints.policies.rules import Binding, Policy, Rule, Step
from directory.calendars import Calendar

ONCE = frozenset({"filed", "request_received", "service_received", "first_assigned", "file_complete"})
"""Events that start a duty once in a case's life: happening again they renew nothing, but what was cancelled goes on."""
_A_SECOND = timedelta(seconds=1)
"""A term that ends at 23:59:59 has lapsed at midnight."""
TOGETHER = {"handling": ("handling", "answer")}
"""Stages that restart together: a formal request has an answer in place of the handling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A rule at work on a case. `due_at` None: the clock stands still. `result`: met, breached or cancelled."""

    id: UUID
    policy: Policy
    rule: Rule
    started_at: datetime
    stopped_at: datetime | None = None
    result: str | None = None
    due_at: datetime | None = None
    extended: int = 0
    calendar_code: str = ""
    calendar_version: int = 0
    level: str | None = None
    lapsed_at: datetime | None = None

    @property
    def running(self) -> bool:
        return self.stopped_at is None

    @property
    def place(self) -> tuple[str, str]:
        return self.policy.code, self.rule.stage

    @property
    def lapses(self) -> bool:
        """Whether something happens by itself when it runs out, beside people being told."""
        told = self.rule.on_lapse == "right_to_escalate" or self.rule.on_lapse.startswith("escalate")
        return not told

    def overdue(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < now


@dataclass(kw_only=True)
class Ledger:
    """Duties and standstills of a case. `anchors`: when the events happened that start clocks for good."""

    duties: list[Duty]
    standstills: list[Standstill]
    bindings: Sequence[Binding]
    anchors: Mapping[str, datetime | None]
    calendar: Calendar
    new_id: Callable[[], UUID]

    def take_all(self, events: Iterable[str], now: datetime) -> None:
        """Take what happened, in order."""
        for event in events:
            self.take(event, now)

    def take(self, event: str, now: datetime) -> None:
        """Take one event or control; one that binds nothing changes nothing."""
        name, _, argument = event.partition(":")
        match name:
            case "stop_all":
                self._end(self._running(), now)
            case "stop":
                self._end(self._of_stage(argument), now)
            case "restart":
                self._restart(argument, now)
            case "pause":
                self.standstills.append(Standstill(argument, now, None))
                self._count_anew(self._running())
            case "resume":
                self._resume(now)
            case "extend":
                self._extend()
            case "reclassified":
                self._reclassify(now)
            case "recomputed":
                self._count_anew(self._running())
            case _:
                self._policy_event(name, now)

    def due_at(self) -> datetime | None:
        """The earliest running duty of the agency: what people are shown."""
        dues = [each.due_at for each in self.duties if each.running and each.rule.party == "agency" and each.due_at]
        return min(dues, default=None)

    def _running(self) -> list[Duty]:
        return [each for each in self.duties if each.running]

    def _of_stage(self, stage: str) -> list[Duty]:
        return [each for each in self._running() if each.rule.stage == stage]

    def _put(self, old: Duty, new: Duty) -> None:
        self.duties[self.duties.index(old)] = new

    def _policy_event(self, event: str, now: datetime) -> None:
        for duty in self._running():
            if duty.rule.to_event == event:
                result = "breached" if duty.overdue(now) else "met"
                self._put(duty, replace(duty, stopped_at=now, result=result))
        for binding in self.bindings:
            if binding.rule.from_event == event:
                self._begin(binding, event, now)

    def _begin(self, binding: Binding, event: str, now: datetime) -> None:
        place = (binding.policy.code, binding.rule.stage)
        held = [each for each in self.duties if each.place == place]
        if event not in ONCE:
            self._end([each for each in held if each.running], now)
            self._start(binding, now)
            return
        if any(each.result != "cancelled" for each in held):  # running, or decided already
            return
        same = next((each for each in reversed(held) if each.rule.number == binding.rule.number), None)
        if same is not None:
            self._put(same, self._counted(replace(same, stopped_at=None, result=None)))
        else:
            self._start(binding, self.anchors.get(event) or now)

    def _start(self, binding: Binding, at: datetime) -> None:
        duty = Duty(id=self.new_id(), policy=binding.policy, rule=binding.rule, started_at=at)
        self.duties.append(self._counted(duty))

    def _end(self, duties: Iterable[Duty], now: datetime) -> None:
        """End clocks from outside: what was overdue stays breached."""
        for duty in duties:
            result = "breached" if duty.overdue(now) else "cancelled"
            self._put(duty, replace(duty, stopped_at=now, result=result))

    def _restart(self, stage: str, now: datetime) -> None:
        for each in TOGETHER.get(stage, (stage,)):
            self._end(self._of_stage(each), now)
            for binding in self.bindings:
                if binding.rule.stage == each:
                    self._start(binding, now)

    def _resume(self, now: datetime) -> None:
        self.standstills[:] = [each._replace(to_at=now) if each.to_at is None else each for each in self.standstills]
        self._count_anew(self._running())

    def _extend(self) -> None:
        for duty in self._running():
            extension = duty.rule.extension
            if extension is not None and extension.unit == duty.rule.unit and duty.extended == 0:
                self._put(duty, self._counted(replace(duty, extended=extension.amount)))

    def _reclassify(self, now: datetime) -> None:
        """Count anew from the same start under the rules of the new class; nothing is renewed by it."""
        begun = {event for event, at in self.anchors.items() if at is not None}
        wanted = [binding for binding in self.bindings if binding.rule.from_event in begun]
        numbers = {(each.policy.code, each.rule.number) for each in wanted}
        replaced: dict[str, datetime] = {}
        for duty in self._running():
            if duty.rule.from_event in begun and (duty.policy.code, duty.rule.number) not in numbers:
                replaced[duty.rule.stage] = duty.started_at
                self._put(duty, replace(duty, stopped_at=now, result="cancelled"))
        for binding in wanted:
            place = (binding.policy.code, binding.rule.stage)
            if not any(each.place == place and each.result != "cancelled" for each in self.duties):
                at = replaced.get(binding.rule.stage) or self.anchors[binding.rule.from_event]
                assert at is not None
                self._start(binding, at)

    def _count_anew(self, duties: Iterable[Duty]) -> None:
        for duty in duties:
            self._put(duty, self._counted(duty))

    def _counted(self, duty: Duty) -> Duty:
        due = clock.due_at(duty.rule, duty.started_at, self.standstills, self.calendar, extended=duty.extended)
        return replace(duty, due_at=due, calendar_code=self.calendar.code, calendar_version=self.calendar.version)


def check_at(
    duty: Duty,
    standstills: Sequence[Standstill],
    calendar: Calendar,
    steps: Sequence[Step],
    *,
    quiet_until: datetime | None = None,
) -> datetime | None:
    """When something has to happen about a duty: its lapse, or its next level of escalation, of which nobody is told before
    `quiet_until`; None for never."""
    if not duty.running or duty.due_at is None:
        return None
    rung = clock.first_rung(
        duty.rule, duty.started_at, standstills, calendar, steps, extended=duty.extended, above=duty.level
    )
    if rung is not None and quiet_until is not None:
        rung = max(rung, quiet_until)
    lapse = duty.due_at + _A_SECOND if duty.lapses and duty.lapsed_at is None else None
    return min((moment for moment in (rung, lapse) if moment is not None), default=None)
