"""The standard's state machine, pair by pair, against the table of the rules (PP 96/2012 art. 22-33)."""

from datetime import date
from itertools import product

import pytest

from registry.standards import lifecycle

# State, action, who may (h head of unit, o officer, r responsible officer, s supervisor, y the system), next state.
RULES = """
none            drafting      ho   draft
draft           drafting      ho   draft
draft           consultation  h    in_consultation
draft           abandonment   h    abandoned
in_consultation consultation  ho   in_consultation
in_consultation public_test   h    public_test
in_consultation finalisation  h    finalising
in_consultation abandonment   h    abandoned
public_test     finalisation  h    finalising
public_test     abandonment   h    abandoned
finalising      drafting      ho   finalising
finalising      return        hr   in_consultation
finalising      stipulation   hrs  stipulated
finalising      abandonment   h    abandoned
stipulated      publication   h    published
stipulated      revocation    hrs  revoked
published       review        hry  under_review
published       supersession  y    superseded
published       revocation    hrs  revoked
under_review    consultation  ho   under_review
under_review    confirmation  h    published
under_review    drafting      ho   under_review
under_review    supersession  y    superseded
under_review    revocation    hrs  revoked
"""
LETTERS = {"h": "unit_head", "o": "officer", "r": "responsible_officer", "s": "supervisor", "y": "system"}
ALLOWED = {
    (state, action): ({LETTERS[letter] for letter in who}, following)
    for state, action, who, following in (line.split() for line in RULES.strip().splitlines())
}
STATES = ("none", *lifecycle.STATES)
ACTIONS = sorted({action for _, action in ALLOWED})


@pytest.mark.parametrize(("state", "action"), list(product(STATES, ACTIONS)))
def test_every_state_takes_just_the_actions_of_the_table(state: str, action: str) -> None:
    move = lifecycle.find_move(state, action)
    if (state, action) not in ALLOWED:
        assert move is None
        return
    roles, following = ALLOWED[state, action]
    assert move is not None
    assert (set(move.roles), move.next) == (roles, following)


@pytest.mark.parametrize(("state", "role"), list(product(STATES, LETTERS.values())))
def test_a_role_is_offered_just_its_own_actions(state: str, role: str) -> None:
    offered = set(lifecycle.actions_from(state, [role]))
    expected = {
        action for (held, action), (roles, _) in ALLOWED.items() if held == state and role in roles and role != "system"
    }
    assert offered == expected if role != "system" else offered >= expected


def test_the_systems_own_moves_are_offered_to_nobody() -> None:
    assert lifecycle.actions_from("published") == ["review", "revocation"]


def test_every_state_is_reached_and_leads_to_an_end() -> None:
    reached = {"none"}
    while (more := reached | {move.next for move in lifecycle.MOVES if move.state in reached}) != reached:
        reached = more
    assert reached == set(STATES)
    ending = set(lifecycle.FINAL)
    while (more := ending | {move.state for move in lifecycle.MOVES if move.next in ending}) != ending:
        ending = more
    assert ending == set(STATES)
    assert all(not lifecycle.actions_from(state) for state in lifecycle.FINAL)


@pytest.mark.parametrize(
    ("state", "effective_to", "day", "expected"),
    [
        ("published", None, date(2026, 6, 1), "published"),
        ("published", date(2026, 6, 1), date(2026, 5, 31), "published"),  # the day before the successor takes effect
        ("published", date(2026, 6, 1), date(2026, 6, 1), "superseded"),  # the successor's first day
        ("under_review", date(2026, 6, 1), date(2026, 7, 1), "superseded"),
        ("revoked", date(2026, 6, 1), date(2026, 7, 1), "revoked"),
    ],
)
def test_a_version_is_superseded_on_its_successors_first_day(
    state: str, effective_to: date | None, day: date, expected: str
) -> None:
    assert lifecycle.state_on(state, effective_to, day) == expected


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 1, 5), date(2029, 1, 5)),  # as in the worked example of a standard
        (date(2028, 2, 29), date(2031, 2, 28)),  # 2031 has no 29 February
    ],
)
def test_a_review_is_due_three_years_later(day: date, due: date) -> None:
    assert lifecycle.review_due(day) == due
