"""The life of a case against the published table, row by row and pair by pair."""

from itertools import product
from pathlib import Path
from typing import Any

import orjson
import pytest

from complaints.cases.allowing import allowed, allowed_actions, find
from complaints.cases.lifecycle import (
    FINAL_STATES,
    OPEN_STATES,
    STATES,
    TRANSITIONS,
    TYPES,
    Transition,
)

TABLE: dict[str, Any] = orjson.loads((Path(__file__).parent / "case-lifecycle.json").read_bytes())
ROLES = sorted({role for row in TABLE["transitions"] for role in row["roles"]})
ACTIONS = sorted({row["action"] for row in TABLE["transitions"]})
PROTECTED = {  # §4, with those who keep their own role
    "institution_admin": "internal_auditor",
    "national_admin": "internal_auditor",
    "liaison": "internal_auditor",
    "officer": "internal_auditor",
    "responsible_officer": "supervisor",
    "supervisor": "supervising_inspectorate",
}


def case(**values: Any) -> dict[str, Any]:
    """A complaint under ordinary custody, with a unit, and nothing special about it."""
    facts = {
        "state": "in_progress",
        "type": "complaint",
        "case_class": "non_supervisory",
        "custody": "ordinary",
        "binding": False,
        "refusal_count": 0,
        "reopen_count": 0,
        "max_refusals": 2,
        "max_reopenings": 2,
        "unit_id": "some unit",
        "closure_kind": None,
        "approval": "superior",
    }
    return facts | values


def types_of(row: dict[str, Any]) -> tuple[str, ...]:
    return TYPES if row["types"] == "all" else tuple(row["types"].split(", "))


def test_states_are_those_of_the_table() -> None:
    assert list(OPEN_STATES) == TABLE["open_states"]
    assert list(FINAL_STATES) == TABLE["final_states"]


@pytest.mark.parametrize("row", TABLE["transitions"], ids=lambda row: row["id"])
def test_every_row_of_the_table_is_there(row: dict[str, Any]) -> None:
    ours = next(each for each in TRANSITIONS if each.id == row["id"])
    notices = () if row["notice"] == "-" else tuple(row["notice"].split(" / "))
    assert ours[:6] == (row["id"], row["state"], row["action"], tuple(row["roles"]), row["next"], types_of(row))
    assert ours.notice == notices


def test_there_are_no_others() -> None:
    assert [row.id for row in TRANSITIONS] == [row["id"] for row in TABLE["transitions"]]


@pytest.mark.parametrize("custody", ["ordinary", "protected"])
@pytest.mark.parametrize("state", ["none", *STATES])
def test_every_pair_is_allowed_or_refused_as_the_table_says(state: str, custody: str) -> None:
    for action, case_type, role in product(ACTIONS, TYPES, [*ROLES, "supervising_inspectorate", "evaluator"]):
        expected = [
            row["id"]
            for row in TABLE["transitions"]
            if (row["state"], row["action"]) == (state, action)
            and case_type in types_of(row)
            and role in [PROTECTED.get(each, each) if custody == "protected" else each for each in row["roles"]]
        ]
        assert [row.id for row in find(state, action, [role], case_type, custody)] == expected


def reachable(start: str, step: dict[str, set[str]]) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for following in step.get(waiting.pop(), set()) - seen:
            seen.add(following)
            waiting.append(following)
    return seen


NEVER: dict[str, set[str]] = {  # no appeal of a wish; an answer to a question resolves it at once
    "complaint": set(),
    "aspiration": {"under_appeal"},
    "input": {"under_appeal"},
    "information_request": {"responded"},
}


@pytest.mark.parametrize("case_type", TYPES)
def test_every_state_is_reached_and_leads_to_a_final_one(case_type: str) -> None:
    steps: dict[str, set[str]] = {}
    for row in TRANSITIONS:
        if case_type in row.types:
            steps.setdefault(row.state, set()).add(row.to)
    reached = reachable("none", steps) - {"none"}
    assert reached == set(STATES) - NEVER[case_type]
    for state in reached:
        assert reachable(state, steps) & set(FINAL_STATES)


def ids(rows: list[Transition]) -> list[str]:
    return [row.id for row in rows]


@pytest.mark.parametrize(
    ("facts", "action", "role", "expected"),
    [
        # first refusal: back to the dispatcher; second: to the arbiter; bound by an arbiter: none
        ({"state": "assigned"}, "refusal", "liaison", ["T21"]),
        ({"state": "assigned", "refusal_count": 1}, "refusal", "liaison", ["T22"]),
        ({"state": "assigned", "binding": True}, "refusal", "liaison", []),
        ({"state": "assigned", "binding": True}, "assignment", "institution_admin", []),
        # a case isn't sent out before it is classified
        ({"state": "verified", "case_class": "unclassified"}, "assignment", "institution_admin", []),
        ({"state": "verified"}, "assignment", "institution_admin", ["T15"]),
        # the reporter may leave, unless the matter is one of supervision
        ({"state": "responded"}, "withdrawal", "reporter", ["T93"]),
        ({"state": "responded", "case_class": "supervisory"}, "withdrawal", "reporter", ["T102"]),
        ({"state": "responded", "custody": "protected"}, "withdrawal", "reporter", ["T102"]),
        # reopened twice is enough
        ({"state": "resolved", "reopen_count": 1}, "reopening", "reporter", ["T64"]),
        ({"state": "resolved", "reopen_count": 2}, "reopening", "reporter", []),
        # so many refusals and reopenings as the policy says
        ({"state": "assigned", "max_refusals": 1}, "refusal", "liaison", ["T22"]),
        # of three the second goes to the arbiter if two refuse to each other: what is asked for shows it, not the case
        ({"state": "assigned", "max_refusals": 3}, "refusal", "liaison", ["T21"]),
        ({"state": "assigned", "refusal_count": 1, "max_refusals": 3}, "refusal", "liaison", ["T21", "T22"]),
        ({"state": "assigned", "refusal_count": 2, "max_refusals": 3}, "refusal", "liaison", ["T22"]),
        ({"state": "resolved", "reopen_count": 2, "max_reopenings": 3}, "reopening", "reporter", ["T64"]),
        ({"state": "resolved", "max_reopenings": 0}, "reopening", "reporter", []),
        # whether an answer needs another's approval is the policy's word, whatever the class; on the protected path it does
        ({"case_class": "minor", "approval": "superior"}, "response", "responsible_officer", []),
        ({"case_class": "non_supervisory", "approval": "head"}, "response", "responsible_officer", ["T35"]),
        ({"approval": "none"}, "response", "responsible_officer", ["T35"]),
        ({"approval": "head", "custody": "protected"}, "response", "supervisor", []),
        ({"approval": "head", "type": "information_request"}, "response", "information_officer", ["T36"]),
        ({"approval": "superior", "type": "information_request"}, "response", "information_officer", []),
        # an appeal needs a complaint or a formal request
        ({"state": "closed"}, "appeal", "reporter", ["T69"]),
        ({"state": "closed", "type": "information_request", "case_class": "information"}, "appeal", "reporter", []),
        (
            {"state": "in_progress", "type": "information_request", "case_class": "public_information"},
            "appeal",
            "reporter",
            ["T162"],
        ),
        # an appeal granted goes to the unit that had the case, or is routed for the first time
        ({"state": "under_appeal"}, "appeal_decision", "supervisor", ["T71", "T73"]),
        ({"state": "under_appeal", "unit_id": None}, "appeal_decision", "supervisor", ["T72", "T73"]),
        # a lapse withdraws ordinary cases only; what the reporter withdrew himself isn't his to reopen
        ({"state": "awaiting_completion", "custody": "protected"}, "withdrawal", "system", []),
        ({"state": "awaiting_completion", "custody": "protected"}, "completion", "system", ["T12"]),
        ({"state": "withdrawn", "closure_kind": "deemed"}, "reopening", "reporter", ["T78"]),
        ({"state": "withdrawn", "closure_kind": "by_reporter"}, "reopening", "reporter", []),
    ],
)
def test_guards_that_the_case_itself_decides(
    facts: dict[str, Any], action: str, role: str, expected: list[str]
) -> None:
    assert ids(allowed(case(**facts), action, [role])) == expected


def test_allowed_actions_of_a_reporter_and_of_nobody() -> None:
    assert allowed_actions(case(state="resolved"), ["reporter"]) == ["appeal", "closure", "rating", "reopening"]
    assert allowed_actions(case(state="closed"), ["liaison"]) == []
    assert allowed_actions(case(), []) == []


def test_the_accused_line_has_no_say_on_the_protected_path() -> None:
    protected = case(custody="protected")
    assert allowed_actions(protected, ["liaison", "officer", "institution_admin", "responsible_officer"]) == []
    assert "response" in allowed_actions(protected, ["internal_auditor"])
