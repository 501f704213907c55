"""Gratification: clocks by the shipped calendar and policies, thresholds, states."""

import json
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest

from devstack.layout import DATA
from directory.calendars import Calendar, read_calendar
from evaluation.gratification import lifecycle
from evaluation.gratification.clocks import (
    COMPLETE,
    DECIDED,
    RECEIVED,
    TO_KPK,
    TO_UPG,
    duties,
    earliest_due,
    officer_late,
)
from evaluation.gratification.policies import Policy, exemption_of, in_force, occasions, read_policy


def documents() -> list[dict[str, Any]]:
    policies = json.loads((DATA / "deadlines" / "deadline-policies.json").read_bytes())["policies"]
    return [policy for policy in policies if policy["applies_to"].startswith("gratification")]


def policy_of(day: date) -> Policy:
    [found] = [each for each in documents() if in_force(each, day)]
    return read_policy(found, version=1)


def calendar() -> Calendar:
    found = json.loads((DATA / "calendars" / "national.json").read_bytes())
    return read_calendar(
        "national",
        version=1,
        time_zone=found["time_zone"],
        working_blocks=found["working_blocks"],
        days=found["days"],
    )


def noon(day: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, 5, tzinfo=UTC)


NEW, OLD = date(2026, 3, 2), date(2025, 12, 1)
# Received Monday 2 March 2026. Closed: 18-20 and 23-24 March (Nyepi, Lebaran), 3 April (Good Friday), weekends.
GIFT = {RECEIVED: noon(2)}
REPORTED = {**GIFT, TO_UPG: noon(9)}  # a Monday
FORWARDED = {**REPORTED, TO_KPK: noon(17)}  # a Tuesday


@pytest.mark.parametrize(
    ("policy_day", "events", "incomplete", "expected"),
    [
        # 10 working days: Tue 3 to Mon 16 March. 30: to Tue 21 April. The UPG's own 10 run from Mon 9 to Mon 30 March.
        (NEW, REPORTED, False, {"report upg": (3, 16), "report": (4, 21), "forward upg": (3, 30)}),
        # Incomplete at the UPG: 20 working days from Mon 9 March end on Tue 14 April; under the rules of 2019, 30: Tue 28 April.
        (
            NEW,
            REPORTED,
            True,
            {"report upg": (3, 16), "report": (4, 21), "forward upg": (3, 30), "completion": (4, 14)},
        ),
        (
            OLD,
            REPORTED,
            True,
            {"report upg": (3, 16), "report": (4, 21), "forward upg": (3, 30), "completion": (4, 28)},
        ),
        # Once forwarded on Tue 17 March, completion and the KPK's own 30 run from there: Wed 22 April, Thu 7 May.
        (
            NEW,
            FORWARDED,
            True,
            {
                "report upg": (3, 16),
                "report": (4, 21),
                "forward upg": (3, 30),
                "completion": (4, 22),
                "status_decision": (5, 7),
            },
        ),
    ],
)
def test_terms(
    policy_day: date, events: dict[str, datetime], incomplete: bool, expected: dict[str, tuple[int, int]]
) -> None:
    found = duties(policy_of(policy_day), events, calendar(), via="upg", incomplete=incomplete)
    shown = {}
    for duty in found:
        local = duty.due_at.astimezone(calendar().zone)
        shown[f"{duty.stage} {duty.via}" if duty.via else duty.stage] = (local.month, local.day)
        assert (local.hour, local.minute, local.second) == (23, 59, 59)
    assert shown == expected


def test_direct_reports_have_nothing_to_do_with_the_upg() -> None:
    events = {**GIFT, TO_KPK: noon(3)}
    found = duties(policy_of(NEW), events, calendar(), via="kpk", incomplete=False)
    assert [duty.stage for duty in found] == ["report", "status_decision"]
    assert earliest_due(found) is None  # the KPK's duty is tracked, and isn't ours
    decided = duties(policy_of(NEW), {**events, DECIDED: noon(9)}, calendar(), via="kpk", incomplete=False)
    assert [duty.stage for duty in decided] == ["report", "status_decision", "status_delivery"]


@pytest.mark.parametrize(
    ("via", "reported", "late"),
    [
        ("upg", noon(16), False),  # the tenth working day
        ("upg", noon(17), True),
        ("kpk", noon(21, 4), False),  # the thirtieth
        ("kpk", noon(22, 4), True),
    ],
)
def test_lateness_is_judged_at_the_door_that_was_taken(via: str, reported: datetime, late: bool) -> None:
    events = {**GIFT, TO_UPG if via == "upg" else TO_KPK: reported}
    found = duties(policy_of(NEW), events, calendar(), via=via, incomplete=False)
    assert officer_late(found, reported, via=via) is late


def test_what_is_completed_is_owed_no_more() -> None:
    found = duties(policy_of(NEW), {**REPORTED, COMPLETE: noon(11)}, calendar(), via="upg", incomplete=True)
    [completion] = [duty for duty in found if duty.stage == "completion"]
    assert (completion.met_at, completion.from_event) == (noon(11), TO_UPG)
    assert not completion.late(noon(1, 6))


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2026, 1, 13), "kpk_gratification_2019"), (date(2026, 1, 14), "kpk_gratification_2026")],
)
def test_one_policy_a_day(day: date, code: str) -> None:
    assert policy_of(day).code == code


@pytest.mark.parametrize(
    ("day", "occasion", "value", "in_year", "exempt"),
    [
        (NEW, "wedding_or_customary_ceremony", 1_500_000, 1_500_000, True),
        (NEW, "wedding_or_customary_ceremony", 1_500_001, 1_500_001, False),
        (OLD, "wedding_or_customary_ceremony", 1_500_000, 1_500_000, False),  # 1,000,000 then
        (NEW, "colleague_gift_not_money", 500_000, 1_500_000, True),
        (NEW, "colleague_gift_not_money", 500_001, 500_001, False),
        (NEW, "colleague_gift_not_money", 400_000, 1_500_001, False),  # the year's sum of one giver
        (OLD, "colleague_gift_not_money", 200_000, 1_000_000, True),
        (OLD, "colleague_farewell_pension_birthday", 300_000, 300_000, True),
        (NEW, "colleague_farewell_pension_birthday", 1, 1, None),  # gone since 2026
        (NEW, "other", 1, 1, None),
    ],
)
def test_thresholds_of_the_day(day: date, occasion: str, value: int, in_year: int, exempt: bool | None) -> None:
    found = exemption_of(policy_of(day), occasion, value_idr=value, in_year_idr=in_year)
    assert (None if found is None else found.exempt) is exempt


def test_occasions_are_those_of_the_policies() -> None:
    assert occasions([read_policy(each, version=1) for each in documents()]) == {
        "wedding_or_customary_ceremony",
        "colleague_gift_not_money",
        "colleague_farewell_pension_birthday",
    }


RULES = {
    "reported": {"incompleteness", "forwarding", "handling"},
    "forwarded_to_kpk": {"incompleteness", "status_decision"},
    "incomplete": {"completion", "lapse"},
}
ACTIONS = ("incompleteness", "forwarding", "handling", "completion", "status_decision", "lapse")


@pytest.mark.parametrize(("state", "action"), list(product(sorted(lifecycle.STATES), ACTIONS)))
def test_every_pair_of_state_and_action(state: str, action: str) -> None:
    allowed = action in RULES.get(state, set())
    assert (action in lifecycle.OPEN_MOVES.get(state, ())) is allowed
    by_author = action == "completion"
    assert (action in lifecycle.moves_from(state, author=True, officer=False)) is (allowed and by_author)
    by_officer = action not in ("completion", "lapse")
    assert (action in lifecycle.moves_from(state, author=False, officer=True)) is (allowed and by_officer)


def test_states_are_those_of_the_vocabulary() -> None:
    vocabulary = json.loads((DATA / "vocabularies" / "evaluation.json").read_bytes())["gratification_report_states"]
    assert {item["code"] for item in vocabulary["items"]} == lifecycle.STATES
    assert lifecycle.STATES - RULES.keys() == lifecycle.FINAL
    assert lifecycle.first_state(via="upg", refused=True) == "refused"
    assert lifecycle.first_state(via="upg", refused=False) == "reported"
    assert lifecycle.first_state(via="kpk", refused=False) == "forwarded_to_kpk"
