"""Which rules bind a case: types, classes, days, the legal clock and local variants, against the law's own figures."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import orjson
import pytest

from complaints.policies.rules import Policy, Subject, bindings, ladder, limit, read_policy
from devstack.layout import DATA

DOCUMENTS: list[dict[str, Any]] = orjson.loads((DATA / "deadlines" / "deadline-policies.json").read_bytes())["policies"]
POLICIES: list[Policy] = [read_policy(document, version=1) for document in DOCUMENTS]


def stages(case_type: str, case_class: str, filed_on: date = date(2026, 3, 2), **values: Any) -> dict[str, str]:
    """The limits of a case by stage, in words."""
    facts: dict[str, Any] = {"case_type": case_type, "case_class": case_class, "filed_on": filed_on}
    subject = Subject(**{**facts, "legal_clock": False, **values})
    return {each.rule.stage: f"{each.rule.amount} {each.rule.unit}" for each in bindings(POLICIES, subject)}


@pytest.mark.parametrize(
    ("case_type", "case_class", "expected"),
    [
        ("complaint", "minor", "2 working_day"),
        ("complaint", "normative", "5 working_day"),
        ("complaint", "non_supervisory", "14 working_day"),
        ("complaint", "supervisory", "60 working_day"),
        ("complaint", "unclassified", "14 working_day"),
        ("information_request", "information", "5 working_day"),
        ("aspiration", "aspiration", "14 working_day"),
        ("input", "aspiration", "14 working_day"),
    ],
)
def test_handling_by_class(case_type: str, case_class: str, expected: str) -> None:
    assert stages(case_type, case_class)["handling"] == expected


def test_the_legal_clocks_run_for_identified_complaints_in_time() -> None:
    with_law = stages("complaint", "non_supervisory", legal_clock=True)
    assert with_law["completeness_notice"] == "14 calendar_day"  # UU 25/2009 art. 44(3)
    assert with_law["decision"] == "60 calendar_day"  # art. 50(1)
    assert with_law["decision_delivery"] == "14 calendar_day"  # art. 50(2)
    without = stages("complaint", "non_supervisory")
    assert not without.keys() & {"completeness_notice", "decision", "decision_delivery"}
    assert without["completion"] == "30 calendar_day"  # the reporter's time runs all the same, art. 44(4)


def test_a_formal_request_has_its_own_law_in_place_of_the_handling() -> None:
    formal = stages("information_request", "public_information")
    assert formal["answer"] == "10 working_day"  # UU 14/2008 art. 22(7)
    assert formal["appeal_filing"] == formal["appeal_decision"] == "30 working_day"  # art. 36
    assert "handling" not in formal
    answer = next(rule for policy in POLICIES if policy.code == "uu14_2008" for rule in policy.rules)
    assert answer.extension is not None
    assert (answer.extension.amount, answer.extension.times) == (7, 1)  # art. 22(8)


def test_wishes_have_no_appeal_and_no_legal_clock() -> None:
    wish = stages("aspiration", "aspiration", legal_clock=True)
    assert not wish.keys() & {"appeal_filing", "appeal_decision", "decision", "answer"}
    assert wish["completion"] == "30 calendar_day"


def test_a_row_that_names_the_class_beats_any() -> None:
    assert stages("complaint", "supervisory")["round_response"] == "14 working_day"
    assert stages("complaint", "normative")["round_response"] == "5 working_day"


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2025, 4, 30), "sp4n_2018"),  # the last day of the old rules
        (date(2025, 5, 1), "sp4n_2025"),
    ],
)
def test_the_version_in_force_on_the_day_of_filing(day: date, code: str) -> None:
    subject = Subject(case_type="complaint", case_class="normative", filed_on=day, legal_clock=False)
    handling = [each.policy.code for each in bindings(POLICIES, subject) if each.rule.stage == "handling"]
    assert handling == [code]


def test_a_local_variant_replaces_only_its_own_stage_and_only_where_adopted() -> None:
    adopted = frozenset({"sp4n_local_minor_3_hours"})
    assert stages("complaint", "minor", adopted=adopted)["handling"] == "3 hour"
    assert stages("complaint", "minor", adopted=adopted)["first_response"] == "5 working_day"
    assert stages("complaint", "normative", adopted=adopted)["handling"] == "5 working_day"


def test_policies_that_are_not_about_cases_bind_none() -> None:
    subject = Subject(case_type="complaint", case_class="supervisory", filed_on=date(2026, 3, 2), legal_clock=True)
    codes = {each.policy.code for each in bindings(POLICIES, subject)}
    assert codes == {"sp4n_2025", "uu25_2009", "prima_defaults", "prima_windows"}


def test_settings_and_ladder() -> None:
    assert limit(POLICIES, "max_pause_calendar_days", date(2026, 3, 2)) == 30
    with pytest.raises(KeyError):
        limit(POLICIES, "max_wishes", date(2026, 3, 2))
    steps = ladder(POLICIES, date(2026, 3, 2))
    assert [(step.level, step.percent, step.working_days) for step in steps] == [
        ("reminder", 75, 0),
        ("unit", None, 0),
        ("responsible_officer", None, 3),
        ("supervisor", None, 7),
        ("national", None, 14),
        ("external", None, 14),
    ]
    assert steps[-1].at_breach_of == {"completeness_notice", "decision"}


def settings_from(day: date, version: int, **limits: int) -> Policy:
    """Another version of the settings, in force from a day, whose acceptance takes as many working days as its version."""
    document = deepcopy(next(each for each in DOCUMENTS if each["code"] == "prima_defaults"))
    document |= {"effective_from": day.isoformat(), "limits": document["limits"] | limits}
    document["rules"][0]["amount"] = version
    return read_policy(document, version=version)


def test_a_version_of_a_later_day_changes_nothing_before_it() -> None:
    changes = date(2026, 7, 1)  # a Wednesday
    versions = [*POLICIES, settings_from(changes, 3, max_pause_calendar_days=14)]
    before, after = (
        {
            each.rule.stage: each.rule.amount
            for each in bindings(
                versions, Subject(case_type="complaint", case_class="minor", filed_on=day, legal_clock=False)
            )
        }
        for day in (changes - timedelta(days=1), changes)
    )
    assert (before["acceptance"], after["acceptance"]) == (2, 3)
    assert before.keys() == after.keys()
    assert limit(versions, "max_pause_calendar_days", changes - timedelta(days=1)) == 30
    assert limit(versions, "max_pause_calendar_days", changes) == 14
    assert ladder(versions, changes - timedelta(days=1)) == ladder(versions, changes) != ()


def test_of_two_versions_in_force_the_newer_one_counts_in_any_order() -> None:
    day = date(2026, 3, 2)
    corrected = settings_from(date(2009, 7, 18), 2, max_pause_calendar_days=21)
    assert limit([corrected, *POLICIES], "max_pause_calendar_days", day) == 21
    assert limit([*POLICIES, corrected], "max_pause_calendar_days", day) == 21
