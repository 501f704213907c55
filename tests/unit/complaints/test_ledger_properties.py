"""The ledger against another implementation, over random policies, calendars and courses of a case.

The ledger keeps duties as it goes. The oracle keeps nothing: it reads the whole log afterwards and walks calendars a day at a time.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.deadlines.ledger import Ledger
from complaints.policies.rules import Binding, Policy, Rule, read_policy
from directory.calendars import DayMark
from unit.directory.indonesian_days import calendar_with, oracle_due_day

BEGIN = datetime(2025, 3, 10, tzinfo=UTC)  # some weeks before Lebaran 2025
ONE_DAY = timedelta(days=1)
ONCE = ("filed", "file_complete")
AGAIN = ("assigned", "reopened_or_replied")
ENDS = ("accepted_or_refused", "substantive_response_sent")
REASONS = ("awaiting_reporter", "force_majeure")


def rule_document(number: int, drawn: tuple[str, str, int, str, list[str], int]) -> dict[str, Any]:
    start, end, amount, unit, reasons, more = drawn
    extension = {"amount": more, "unit": unit, "times": 1, "source": "test"} if more else None
    return {
        "stage": f"stage_{number}",
        "case_type": "any",
        "class": "any",
        "amount": amount,
        "unit": unit,
        "from_event": start,
        "to_event": end,
        "pauses": [f"paused:{reason}" for reason in reasons],
        "party": "agency",
        "on_lapse": "escalate",
        "source": "test",
        "mark": "",
        "extension": extension,
    }


rules = st.lists(
    st.tuples(
        st.sampled_from(ONCE + AGAIN),
        st.sampled_from(ENDS),
        st.integers(1, 15),
        st.sampled_from(["working_day", "calendar_day"]),
        st.lists(st.sampled_from(REASONS), unique=True, max_size=2),
        st.integers(0, 7),
    ),
    min_size=1,
    max_size=4,
)
days_off = st.sets(st.dates(date(2025, 3, 1), date(2026, 2, 28)), max_size=60)
zones = st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
happenings = st.lists(
    st.tuples(
        st.integers(1, 6 * 24 * 60),  # minutes since what happened before
        st.sampled_from((*ONCE, *AGAIN, *ENDS, *(f"pause:{reason}" for reason in REASONS), "resume", "stop_all", "extend")),
    ),
    min_size=4,
    max_size=16,
)  # fmt: skip


class Entry(NamedTuple):
    at: datetime
    event: str


def written(drawn: list[tuple[int, str]]) -> list[Entry]:
    """A log that the lifecycle could write: nothing is paused twice, nor resumed while it runs."""
    log, now, paused = list[Entry](), BEGIN, False
    for minutes, event in drawn:
        now += timedelta(minutes=minutes)
        if event.startswith("pause:") == paused and (event == "resume" or event.startswith("pause:")):
            continue
        paused = event.startswith("pause:") or (paused and event != "resume")
        log.append(Entry(now, event))
    return log


@dataclass
class Run:
    """A stretch in which a rule's clock ran, as read from the log. `result` None: it still runs."""

    rule: Rule
    start: datetime
    extended: int = 0
    result: str | None = None
    ended: datetime | None = None
    due: date | None = field(default=None, compare=False)


class Oracle:
    """Reads the log for one rule, by a calendar on the wall."""

    def __init__(self, rule: Rule, log: list[Entry], off: set[date], zone: str) -> None:
        self.rule, self.log, self.off, self.zone = rule, log, off, ZoneInfo(zone)

    def day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        return datetime.combine(day, time(23, 59, 59), tzinfo=self.zone)

    def stands(self, start: datetime, until: datetime) -> list[tuple[datetime, datetime | None]]:
        """The pauses that stop this rule, as far as they were known at an instant, cut to what lies after the start."""
        found, begun = list[tuple[datetime, datetime | None]](), dict[str, datetime]()
        for at, event in self.log:
            if at > until:
                break
            if event.startswith("pause:"):
                begun = {event.removeprefix("pause:"): at}
            elif event == "resume":
                found += [(began, at) for reason, began in begun.items() if f"paused:{reason}" in self.rule.pauses]
                begun = {}
        found += [(began, None) for reason, began in begun.items() if f"paused:{reason}" in self.rule.pauses]
        return [(max(began, start), end) for began, end in found if end is None or end > start]

    def due(self, run: Run, until: datetime) -> date | None:
        """The last day of the term as it stood at an instant; None while the clock stands still."""
        amount = self.rule.amount + run.extended
        taken = list[tuple[date, date]]()
        last = self.walked(run.start, amount, taken)
        for began, end in self.stands(run.start, until):
            if began > self.end_of(last):
                break
            if end is None:
                return None
            taken.append((self.day(began), self.day(end)))
            last = self.walked(run.start, amount, taken)
        return last

    def walked(self, start: datetime, amount: int, taken: list[tuple[date, date]]) -> date:
        if self.rule.unit == "working_day":
            return oracle_due_day(self.day(start), amount, self.off, taken)
        day, left = self.day(start), amount
        while left:
            day += ONE_DAY
            left -= not any(off < day <= on for off, on in taken)
        return max([day, *(on for off, on in taken if off <= day < on)])

    def overdue(self, run: Run, at: datetime) -> bool:
        due = self.due(run, at)
        return due is not None and self.end_of(due) < at

    def runs(self) -> list[Run]:
        """All runs of the rule, in their order."""
        found = list[Run]()
        for at, event in self.log:
            running = found[-1] if found and found[-1].result is None else None
            if running and event in (self.rule.to_event, "stop_all"):
                met = "met" if event == self.rule.to_event else "cancelled"
                running.result, running.ended = "breached" if self.overdue(running, at) else met, at
            if event == "extend" and running and self.rule.extension:
                running.extended = self.rule.extension.amount
            if event == self.rule.from_event:
                self.begin(found, at)
        for run in found:
            run.due = self.due(run, datetime.max.replace(tzinfo=UTC)) if run.result is None else None
        return found

    def begin(self, found: list[Run], at: datetime) -> None:
        """What begins once goes on from its start if it was only cancelled; what begins again ends what ran."""
        last = found[-1] if found else None
        if self.rule.from_event not in ONCE:
            if last and last.result is None:
                last.result, last.ended = "breached" if self.overdue(last, at) else "cancelled", at
            found.append(Run(self.rule, at))
        elif last is None:
            found.append(Run(self.rule, at))
        elif last.result == "cancelled":
            last.result, last.ended = None, None


def policy_of(drawn: list[tuple[str, str, int, str, list[str], int]]) -> Policy:
    document = {
        "code": "random",
        "title": {"id": "Acak", "en": "Random"},
        "effective_from": "2020-01-01",
        "effective_to": None,
        "legal_source": "test",
        "applies_to": "every case",
        "rules": [rule_document(number, each) for number, each in enumerate(drawn, 1)],
    }
    return read_policy(document, version=1)


def kept(policy: Policy, log: list[Entry], off: set[date], zone: str) -> Ledger:
    """The ledger after all of the log."""
    numbers = count(1)
    book = Ledger(
        duties=[],
        standstills=[],
        bindings=[Binding(policy, rule) for rule in policy.rules],
        anchors={},
        calendar=calendar_with({day: DayMark("national_holiday") for day in off}, zone),
        new_id=lambda: UUID(int=next(numbers)),
    )
    for at, event in log:
        book.take(event, at)
    return book


@settings(max_examples=400, deadline=None)
@given(rules, happenings, days_off, zones)
def test_duties_are_those_that_the_log_tells(
    drawn: list[tuple[str, str, int, str, list[str], int]], course: list[tuple[int, str]], off: set[date], zone: str
) -> None:
    policy, log = policy_of(drawn), written(course)
    book = kept(policy, log, off, zone)
    for rule in policy.rules:
        oracle = Oracle(rule, log, off, zone)
        duties = [each for each in book.duties if each.rule.number == rule.number]
        expected = oracle.runs()
        assert [(each.started_at, each.stopped_at, each.result, each.extended) for each in duties] == [
            (run.start, run.ended, run.result, run.extended) for run in expected
        ]
        for duty, run in zip(duties, expected, strict=True):
            if duty.running:
                assert (duty.due_at and oracle.day(duty.due_at)) == run.due
                assert duty.due_at is None or duty.due_at == oracle.end_of(duty.due_at.astimezone(oracle.zone).date())


@settings(max_examples=150, deadline=None)
@given(rules, happenings, days_off, zones)
def test_what_has_nothing_to_do_with_time_moves_nothing(
    drawn: list[tuple[str, str, int, str, list[str], int]], course: list[tuple[int, str]], off: set[date], zone: str
) -> None:
    """An edit between two events, and counting anew by the same calendar, change no duty."""
    policy, log = policy_of(drawn), written(course)
    edited = [each for entry in log for each in (entry, Entry(entry.at, "note_written"), Entry(entry.at, "recomputed"))]
    plain, other = kept(policy, log, off, zone), kept(policy, edited, off, zone)
    assert plain.duties == other.duties
    assert plain.standstills == other.standstills
    assert plain.due_at() == other.due_at()


@settings(max_examples=150, deadline=None)
@given(rules, happenings, days_off, zones)
def test_no_working_day_is_due_on_a_day_off_and_another_day_off_never_makes_it_earlier(
    drawn: list[tuple[str, str, int, str, list[str], int]], course: list[tuple[int, str]], off: set[date], zone: str
) -> None:
    policy, log = policy_of(drawn), written(course)
    book = kept(policy, log, off, zone)
    free = off | {BEGIN.date() + timedelta(days=step) for step in range(0, 300, 9)}
    fewer = kept(policy, log, free, zone)
    later = {each.id: each.due_at for each in fewer.duties if each.running}
    for duty in book.duties:
        if duty.running and duty.due_at is not None and duty.rule.unit == "working_day":
            day = duty.due_at.astimezone(ZoneInfo(zone)).date()
            assert day.weekday() < 5
            assert day not in off
            after = later.get(duty.id)
            assert after is None or after >= duty.due_at
