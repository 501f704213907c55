"""The ledger: what starts, stops, stands still and is counted anew. Due dates are counted by hand, weekday by weekday."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.cases.lifecycle import TRANSITIONS
from complaints.deadlines import clock
from complaints.deadlines.clock import Standstill
from complaints.deadlines.ledger import Duty, Ledger, check_at
from complaints.deadlines.planning import Filing, plan_filing
from complaints.policies.rules import Policy, Rule, Subject, bindings, ladder, read_policy
from devstack.layout import DATA
from directory.calendars import Calendar, DayMark

DOCUMENT: dict[str, Any] = orjson.loads((DATA / "deadlines" / "deadline-policies.json").read_bytes())
POLICIES: list[Policy] = [read_policy(each, version=1) for each in DOCUMENT["policies"]]
BALI = ZoneInfo("Asia/Makassar")
HOLIDAYS = {
    date(2026, 3, 18): "Cuti bersama Nyepi",  # Wednesday
    date(2026, 3, 19): "Nyepi",  # Thursday
    date(2026, 3, 20): "Idulfitri",  # Friday
    date(2026, 3, 23): "Cuti bersama Idulfitri",  # Monday
}
CALENDAR = Calendar(
    code="national",
    version=3,
    zone_name="Asia/Makassar",
    working_blocks={day: ((time(8), time(12)), (time(13), time(16))) for day in range(5)},
    days={day: DayMark("national_holiday", name, name) for day, name in HOLIDAYS.items()},
)


def at(day: int, hour: int = 9, minute: int = 0, *, month: int = 3) -> datetime:
    """A local instant of 2026; March 1 is a Sunday, March 2 a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=BALI)


def end_of(day: int, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, 23, 59, 59, tzinfo=BALI)


def ledger(case_class: str = "non_supervisory", *, case_type: str = "complaint", **values: Any) -> Ledger:
    """The ledger of a case filed on Monday 2 March at nine, nothing taken yet."""
    numbers = count(1)
    subject = Subject(case_type=case_type, case_class=case_class, filed_on=date(2026, 3, 2), legal_clock=True)
    defaults: dict[str, Any] = {
        "duties": [],
        "standstills": [],
        "bindings": bindings(POLICIES, subject),
        "anchors": {"filed": at(2), "request_received": at(2), "file_complete": None},
        "calendar": CALENDAR,
        "new_id": lambda: UUID(int=next(numbers)),
    }
    return Ledger(**defaults | values)


def held(book: Ledger, stage: str) -> Duty:
    """The last duty of a stage."""
    return [each for each in book.duties if each.rule.stage == stage][-1]


def test_every_clock_event_of_the_lifecycle_is_known() -> None:
    controls = {"stop_all", "stop", "restart", "pause", "resume", "extend", "reclassified", "recomputed"}
    for row in TRANSITIONS:
        for event in row.clock:
            assert event.partition(":")[0] in controls | DOCUMENT["events"].keys(), (row.id, event)


@pytest.mark.parametrize(
    ("case_class", "due"),
    [  # complete on Monday 9 March at nine
        ("minor", end_of(11)),  # Tue 10, Wed 11
        ("normative", end_of(16)),  # Tue 10 to Fri 13, Mon 16
        ("non_supervisory", end_of(2, month=4)),  # Tue 10-Fri 13, Mon 16, Tue 17 | Tue 24-Fri 27, Mon 30-Thu 2 April
    ],
)
def test_handling_runs_from_the_complete_file(case_class: str, due: datetime) -> None:
    book = ledger(case_class)
    book.take_all(("filed", "verification_decided", "completeness_notified", "file_complete"), at(9))
    assert held(book, "handling").due_at == due
    assert held(book, "decision").due_at == end_of(8, month=5)  # 60 calendar days after 9 March
    assert held(book, "verification").result == "breached"  # 3 working days after Monday 2: Thursday 5
    assert held(book, "completeness_notice").result == "met"  # 14 calendar days: Monday 16
    assert book.due_at() == due


def test_filing_outside_working_days_counts_as_of_the_next() -> None:
    plan = plan_filing(
        Filing("complaint", "unclassified", anonymous=True, occurred_on=None, institution_id=None),
        at(7, 23),  # Saturday 7 March, at night: as of Monday 9
        POLICIES,
        CALENDAR,
    )
    assert plan.due_at == end_of(12)  # Tuesday 10, Wednesday 11, Thursday 12
    assert (plan.legal_clock, plan.legal_clock_reason) == (False, "anonymous")


@pytest.mark.parametrize(
    ("occurred_on", "runs", "reason"),
    [
        (None, True, None),
        (date(2026, 2, 1), True, None),  # 30 days after 1 February: 3 March
        (date(2026, 1, 31), True, None),  # 2 March is the thirtieth day
        (date(2026, 1, 30), False, "out_of_time"),
    ],
)
def test_the_legal_clock_needs_a_filing_within_30_days(
    occurred_on: date | None, runs: bool, reason: str | None
) -> None:
    plan = plan_filing(
        Filing("complaint", "unclassified", anonymous=False, occurred_on=occurred_on, institution_id=None),
        at(2),
        POLICIES,
        CALENDAR,
    )
    assert (plan.legal_clock, plan.legal_clock_reason) == (runs, reason)
    assert ("completeness_notice" in {duty.rule.stage for duty, _ in plan.duties}) is runs


@given(
    st.sampled_from(["complaint", "information_request", "aspiration"]),
    st.sampled_from(["unclassified", "public_information", "urgent"]),
    st.integers(1, 28),
    st.tuples(st.integers(0, 86_399), st.integers(0, 86_399)),
)
def test_of_a_day_the_plans_that_count_days_differ_by_their_instant_alone(
    case_type: str, case_class: str, day: int, seconds: tuple[int, int]
) -> None:
    filing = Filing(case_type, case_class, anonymous=False, occurred_on=date(2026, 2, 3), institution_id=None)

    def planned(second: int) -> Any:
        moment = at(day, 0) + timedelta(seconds=second)
        return moment, plan_filing(filing, moment, POLICIES, CALENDAR, make_id=lambda: UUID(int=1))

    (_, first), (later, anew) = map(planned, seconds)
    assert first.counts_days
    assert first.begun(later, make_id=lambda: UUID(int=1)) == anew


def test_a_pause_for_the_reporter_gives_its_days_back_and_others_none() -> None:
    book = ledger("normative")
    book.take("file_complete", at(9))  # due Monday 16
    book.take("pause:awaiting_field_work", at(10))
    assert held(book, "handling").due_at == end_of(16)
    book.take("resume", at(10, 15))
    book.take("pause:awaiting_reporter", at(11))  # Wednesday
    assert held(book, "handling").due_at is None
    book.take("resume", at(13))  # Friday: Thursday 12 and Friday 13 are given back
    assert held(book, "handling").due_at == end_of(24)  # Mon 16, Tue 17, holidays, Tue 24
    assert held(book, "decision").due_at == end_of(10, month=5)  # two calendar days later


def test_a_second_assignment_renews_acceptance_but_not_the_first_response() -> None:
    book = ledger()
    book.take_all(("first_assigned", "assigned"), at(3))
    book.take("accepted_or_refused", at(4))
    book.take_all(("first_assigned", "assigned"), at(5))
    assert held(book, "first_response").started_at == at(3)
    assert held(book, "first_response").due_at == end_of(10)  # Wed 4, Thu 5, Fri 6, Mon 9, Tue 10
    assert [each.result for each in book.duties if each.rule.stage == "acceptance"] == ["met", None]
    assert held(book, "acceptance").due_at == end_of(9)  # Fri 6, Mon 9


def test_reclassifying_counts_anew_from_the_same_start() -> None:
    book = ledger("unclassified")
    book.take("file_complete", at(3))
    subject = Subject(case_type="complaint", case_class="normative", filed_on=date(2026, 3, 2), legal_clock=True)
    other = ledger(
        duties=book.duties,
        bindings=bindings(POLICIES, subject),
        anchors={"filed": at(2), "request_received": at(2), "file_complete": at(3)},
    )
    other.take("reclassified", at(12))
    handling = [each for each in other.duties if each.rule.stage == "handling"]
    assert [each.result for each in handling] == ["cancelled", None]
    assert handling[-1].started_at == at(3)
    assert handling[-1].due_at == end_of(10)  # Wed 4 to Tue 10: late at once
    assert handling[-1].overdue(at(12))


def test_a_pause_outlives_a_change_of_class_and_of_policy() -> None:
    book = ledger("normative")
    book.take("file_complete", at(9))  # Monday
    book.take("pause:awaiting_reporter", at(10))
    book.take("resume", at(12))  # Wednesday 11 and Thursday 12 are given back
    assert held(book, "handling").due_at == end_of(24)  # Tue 10, Fri 13, Mon 16, Tue 17, holidays, Tue 24
    subject = Subject(case_type="complaint", case_class="minor", filed_on=date(2026, 3, 2), legal_clock=True)
    other = ledger(
        duties=book.duties,
        standstills=book.standstills,
        bindings=bindings(POLICIES, subject),
        anchors={"filed": at(2), "request_received": at(2), "file_complete": at(9)},
    )
    other.take("reclassified", at(13))
    assert held(other, "handling").rule.case_class == "minor"
    assert held(other, "handling").due_at == end_of(13)  # Tue 10, Fri 13: the two days are still given back


def test_a_request_that_becomes_formal_is_answered_within_10_working_days_of_its_receipt() -> None:
    book = ledger("public_information", case_type="information_request")
    book.take("reclassified", at(6))
    answer = held(book, "answer")
    assert answer.started_at == at(2)
    assert answer.due_at == end_of(16)  # Tue 3-Fri 6, Mon 9-Fri 13, Mon 16
    book.take("extend", at(13))
    assert held(book, "answer").due_at == end_of(31)  # 7 more: Tue 17, Tue 24-Fri 27, Mon 30, Tue 31
    book.take("extend", at(13))
    assert held(book, "answer").due_at == end_of(31)  # once


def test_the_result_of_the_first_round_stays() -> None:
    book = ledger("normative")
    book.take("file_complete", at(3))
    book.take_all(("first_response_sent", "substantive_response_sent", "reporter_informed"), at(5))
    book.take_all(("resolved", "reporter_informed"), at(6))
    assert held(book, "handling").result == "met"
    assert held(book, "reporter_window").due_at == end_of(16)  # ten calendar days
    book.take_all(("reporter_acted", "reopened_or_replied"), at(9))
    assert held(book, "handling").result == "met"
    assert held(book, "round_response").due_at == end_of(16)
    book.take("file_complete", at(10))
    assert held(book, "handling").stopped_at == at(6)


def test_what_was_ended_from_outside_goes_on_from_its_start() -> None:
    book = ledger("normative")
    book.take("file_complete", at(3))
    book.take("stop_all", at(4))  # merged
    assert held(book, "handling").result == "cancelled"
    book.take("file_complete", at(6))  # not the same matter after all
    assert (held(book, "handling").running, held(book, "handling").started_at) == (True, at(3))


def test_what_was_late_when_it_ended_is_breached() -> None:
    book = ledger("normative")
    book.take("file_complete", at(3))
    book.take("stop_all", at(12))
    assert held(book, "handling").result == "breached"


def test_only_the_agency_s_duties_are_shown_as_due() -> None:
    book = ledger()
    book.take("completion_requested", at(3))
    assert held(book, "completion").due_at == end_of(2, month=4)
    assert book.due_at() is None


def test_levels_of_escalation_are_reached_in_working_time() -> None:
    book = ledger("normative")
    book.take("file_complete", at(9))  # due Monday 16, end of day
    duty = held(book, "handling")
    steps = ladder(POLICIES, date(2026, 3, 2))
    found = clock.rungs(duty.rule, duty.started_at, (), CALENDAR, steps)
    assert [(rung.level, rung.at) for rung in found] == [
        ("reminder", at(13, 8)),  # three of five days over on Thursday night: Friday at eight
        ("unit", at(17, 8)),  # Tuesday
        ("responsible_officer", at(26, 8)),  # Tue 17, Tue 24, Wed 25 pass: Thursday
        ("supervisor", at(1, 8, month=4)),  # Thu 26, Fri 27, Mon 30, Tue 31 pass: Wednesday
        ("national", at(10, 8, month=4)),  # Wed 1 to Fri 3 and Mon 6 to Thu 9 pass: Friday
        ("external", at(10, 8, month=4)),
    ]
    assert check_at(duty, (), CALENDAR, steps) == at(13, 8)


@given(
    minutes=st.integers(0, 120 * 24 * 60),
    rule=st.sampled_from([rule for policy in POLICIES for rule in policy.rules]),
    above=st.sampled_from([None, *clock.LEVELS]),
    extended=st.integers(0, 5),
)
def test_the_first_level_is_the_first_of_all_levels(minutes: int, rule: Rule, above: str | None, extended: int) -> None:
    started = at(1) + timedelta(minutes=minutes)
    steps = ladder(POLICIES, date(2026, 3, 2))
    reached = clock.LEVELS.index(above) if above else -1
    everything = clock.rungs(rule, started, (), CALENDAR, steps, extended=extended)
    left = [rung.at for rung in everything if clock.LEVELS.index(rung.level) > reached]
    found = clock.first_rung(rule, started, (), CALENDAR, steps, extended=extended, above=above)
    assert found == min(left, default=None)


def test_a_breach_of_the_legal_clock_shows_the_way_outside_at_once() -> None:
    book = ledger("supervisory")
    book.take("filed", at(2))
    duty = held(book, "completeness_notice")  # due Monday 16
    found = clock.rungs(duty.rule, duty.started_at, (), CALENDAR, ladder(POLICIES, date(2026, 3, 2)))
    assert next(rung.at for rung in found if rung.level == "external") == at(17, 8)


def test_the_reporter_s_window_lapses_at_midnight() -> None:
    book = ledger()
    book.take("reporter_informed", at(3))
    duty = held(book, "reporter_window")
    assert check_at(duty, (), CALENDAR, ladder(POLICIES, date(2026, 3, 2))) == at(14, 0)


def naive_due(start: datetime, amount: int, pauses: list[tuple[datetime, datetime]]) -> date:
    """Working days counted one by one, on a calendar on the wall: a day counts unless the clock stood at its end."""

    def worked(day: date) -> bool:
        return day.weekday() < 5 and day not in HOLIDAYS

    day = start.astimezone(BALI).date()
    while not worked(day):
        day += timedelta(days=1)
    left = amount
    while left:
        day += timedelta(days=1)
        stood = any(off.astimezone(BALI).date() < day <= on.astimezone(BALI).date() for off, on in pauses)
        left -= worked(day) and not stood
    return day


@given(
    start=st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 27)),  # noqa: DTZ001 - made aware below
    off_after=st.integers(0, 4 * 24),
    length=st.integers(1, 12 * 24),
)
def test_due_dates_agree_with_counting_day_by_day(start: datetime, off_after: int, length: int) -> None:
    began = start.replace(tzinfo=BALI)
    off = began + timedelta(hours=off_after)
    on = off + timedelta(hours=length)
    rule = next(
        each.rule
        for each in bindings(
            POLICIES,
            Subject(case_type="complaint", case_class="non_supervisory", filed_on=date(2026, 3, 2), legal_clock=False),
        )
        if each.rule.stage == "handling"
    )
    due = clock.due_at(rule, began, [Standstill("awaiting_reporter", off, on)], CALENDAR)
    assert due is not None
    assert due.tzinfo is UTC
    assert due.astimezone(BALI).date() == naive_due(began, rule.amount, [(off, on)])
