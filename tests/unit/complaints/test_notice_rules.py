"""Who is told what: the lifecycle's own notices, the neutral ones of protected cases, the ways of sending."""

import json
from pathlib import Path
from typing import Any

import pytest

from complaints.cases.lifecycle import SYSTEM, TRANSITIONS
from complaints.codes import read_codes
from complaints.notices import texts
from complaints.notices.rules import NEUTRAL, REPORTER, channels, notices_of
from devstack.layout import DATA

CODES = read_codes(DATA)
TABLE = json.loads((Path(__file__).parent / "case-lifecycle.json").read_text("utf-8"))
ORDINARY: dict[str, Any] = {"custody": "ordinary", "rating": None, "type": "complaint"}


def desk_of(kind: str) -> str:
    return str(CODES.attribute("notice_kinds", kind, "to"))


def entry(
    action: str, before: str | None, after: str, *, role: str = "institution_admin", **shown: Any
) -> dict[str, Any]:
    found = {"public": {}, "internal": {}} | shown
    return {"action": action, "actor": {"role": role}, "from_state": before, "to_state": after, **found}


def kinds(given: dict[str, Any], **case: Any) -> list[tuple[str, str]]:
    return [(notice.kind, notice.recipient) for notice in notices_of(given, ORDINARY | case, desk_of)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (entry("filing", None, "submitted", role="reporter"), [("receipt", "reporter")]),
        (
            entry("filing", None, "submitted", role="reporter", internal={"custody": "protected"}),
            [("protected_receipt", "reporter")],
        ),
        (entry("verification", "submitted", "awaiting_completion"), [("completion_request", "reporter")]),
        (entry("withdrawal", "awaiting_completion", "withdrawn", role="reporter"), [("withdrawn", "reporter")]),
        (entry("withdrawal", "awaiting_completion", "withdrawn", role=SYSTEM), [("deemed_withdrawn", "reporter")]),
        (entry("assignment", "verified", "assigned"), [("assigned", "liaison")]),
        (entry("assignment", "verified", "assigned", role=SYSTEM), [("assigned", "liaison")]),
        (entry("assignment", "in_progress", "assigned"), [("rerouted", "reporter")]),
        (entry("acceptance", "assigned", "in_progress", role="liaison"), []),
        (entry("acceptance", "assigned", "in_progress", role=SYSTEM), [("deadline_breached", "escalation")]),
        (entry("response", "in_progress", "in_progress", public={"kind": "first"}), [("first_response", "reporter")]),
        (
            entry("response", "in_progress", "in_progress", public={"kind": "interim"}),
            [("interim_response", "reporter")],
        ),
        (entry("response", "in_progress", "awaiting_approval"), [("approval_needed", "unit_head")]),
        (entry("resolution", "responded", "resolved"), [("resolved", "reporter")]),
        (entry("closure", "resolved", "closed", role=SYSTEM), [("closed", "reporter"), ("rating_request", "reporter")]),
        (entry("merge", "assigned", "merged"), [("merged", "reporter")]),
        (entry("merge", "assigned", "assigned"), []),  # on the parent's side
        (entry("escalation", "assigned", "assigned", role=SYSTEM), [("deadline_warning", "holder")]),
        (
            entry(
                "escalation",
                "assigned",
                "assigned",
                role=SYSTEM,
                internal={"breached": True},
                public={"right_to_escalate": True},
            ),
            [("deadline_breached", "escalation"), ("right_to_escalate", "reporter")],
        ),
        (entry("attachment", "assigned", "assigned", role="reporter"), [("reporter_replied", "liaison")]),
        (entry("attachment", "assigned", "assigned", role="liaison"), []),
        (
            entry("identity_disclosure", "closed", "closed", role="internal_auditor"),
            [("confidential_access", "internal_auditor"), ("confidential_access", "reporter")],
        ),
        (
            entry("identity_disclosure", "closed", "closed", role="internal_auditor", public={"hidden": True}),
            [("confidential_access", "internal_auditor")],
        ),
        (entry("recount", "assigned", "assigned", role=SYSTEM), []),
    ],
)
def test_what_an_entry_tells(given: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert kinds(given) == expected


def test_a_rated_case_isnt_asked_for_a_rating() -> None:
    assert kinds(entry("closure", "resolved", "closed", role="reporter"), rating=4) == [("closed", "reporter")]


def test_every_notice_of_the_table_comes_out_of_its_move() -> None:
    """Each row of case-lifecycle.json: its notice is among those that a move like it brings about."""
    by_id = {row.id: row for row in TRANSITIONS}
    seen = 0
    for row in TABLE["transitions"]:
        notice = [name for name in str(row.get("notice") or "").replace("/", " ").replace("-", " ").split() if name]
        ours = by_id[row["id"]]
        if not notice or ours.action in ("filing", "escalation"):
            continue
        role = SYSTEM if SYSTEM in ours.roles else ours.roles[0]
        given = entry(ours.action, ours.state, ours.to, role=role, public={"kind": "first"})
        told = {kind for kind, _ in kinds(given, type=ours.types[0])}
        assert told & set(notice), row["id"]
        seen += 1
    assert seen > 60


def test_of_a_protected_case_nobody_on_the_ordinary_path_is_told() -> None:
    for row in TRANSITIONS:
        role = SYSTEM if SYSTEM in row.roles else row.roles[0]
        given = entry(row.action, row.state, row.to, role=role)
        for kind, recipient in kinds(given, custody="protected", type=row.types[0]):
            assert recipient in ("reporter", "internal_auditor", "unit_head", "supervisor"), (row.id, kind, recipient)
            assert recipient != REPORTER or kind in NEUTRAL, (row.id, kind)


def test_every_kind_for_reporters_has_a_text_in_both_languages() -> None:
    for kind in CODES.by_name["notice_kinds"]:
        if desk_of(kind) != REPORTER or kind == "protected_receipt":
            continue
        assert texts.sentence(kind, "ordinary").id != texts.sentence(kind, "ordinary").en
    for shown in set(NEUTRAL.values()):
        assert texts.sentence(shown, "protected")


def test_a_letter_names_the_code_and_no_matter() -> None:
    subject, text = texts.letter("resolved", "ordinary", code="PRM-1", address="https://prima.example")
    assert "PRM-1" in subject
    assert "https://prima.example" in text
    assert "\r" not in subject + text


@pytest.mark.parametrize(
    ("email", "phone", "available", "expected"),
    [
        (True, True, {"email", "sms"}, ["email"]),
        (False, True, {"email", "sms"}, ["sms"]),
        (False, True, {"email", "sms", "whatsapp"}, ["whatsapp"]),
        (True, True, {"sms"}, ["sms"]),
        (True, False, {"sms"}, []),
        (False, False, {"email"}, []),
    ],
)
def test_ways(email: bool, phone: bool, available: set[str], expected: list[str]) -> None:
    assert channels(has_email=email, has_phone=phone, available=available) == expected
