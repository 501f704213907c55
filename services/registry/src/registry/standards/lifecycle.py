"""The states of a standard's version and the moves between them, as one table (PP 96/2012 art. 22-33). Pure.

A role acts within its reach. Guards that need the content stand in completeness.py, consultations and stipulation.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

UNIT_HEAD = "unit_head"
OFFICER = "officer"
RESPONSIBLE_OFFICER = "responsible_officer"
SUPERVISOR = "supervisor"
SYSTEM = "system"

NONE = "none"
"""Before the first drafting: no version yet."""
STATES = (
    "draft",
    "in_consultation",
    "public_test",
    "finalising",
    "stipulated",
    "published",
    "under_review",
    "superseded",
    "revoked",
    "abandoned",
)
FINAL = frozenset({"superseded", "revoked", "abandoned"})
IN_FORCE = frozenset({"published", "under_review"})
"""States of a version that is in force, or will be from its effective day."""
OPEN_FOR_COMMENT = frozenset({"in_consultation", "public_test"})
DRAFTED = frozenset({"draft", "in_consultation", "public_test", "finalising"})
"""States before the decree: the text can still change, and one version of a service at most is in them."""
SHOWN_TO_ALL = OPEN_FOR_COMMENT | IN_FORCE | {"superseded"}

_DRAFTERS = frozenset({UNIT_HEAD, OFFICER})
_HEAD = frozenset({UNIT_HEAD})
_HEAD_OR_HIGHER = frozenset({UNIT_HEAD, RESPONSIBLE_OFFICER, SUPERVISOR})
_HEAD_OR_RESPONSIBLE = frozenset({UNIT_HEAD, RESPONSIBLE_OFFICER})


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table: in `state`, `action` by one of `roles` leads to `next`."""

    state: str
    action: str
    roles: frozenset[str]
    next: str


MOVES = (
    Move(NONE, "drafting", _DRAFTERS, "draft"),
    Move("draft", "drafting", _DRAFTERS, "draft"),
    Move("draft", "consultation", _HEAD, "in_consultation"),
    Move("draft", "abandonment", _HEAD, "abandoned"),
    Move("in_consultation", "consultation", _DRAFTERS, "in_consultation"),
    Move("in_consultation", "public_test", _HEAD, "public_test"),
    Move("in_consultation", "finalisation", _HEAD, "finalising"),
    Move("in_consultation", "abandonment", _HEAD, "abandoned"),
    Move("public_test", "finalisation", _HEAD, "finalising"),
    Move("public_test", "abandonment", _HEAD, "abandoned"),
    Move("finalising", "drafting", _DRAFTERS, "finalising"),
    Move("finalising", "return", _HEAD_OR_RESPONSIBLE, "in_consultation"),
    Move("finalising", "stipulation", _HEAD_OR_HIGHER, "stipulated"),
    Move("finalising", "abandonment", _HEAD, "abandoned"),
    Move("stipulated", "publication", _HEAD, "published"),
    Move("stipulated", "revocation", _HEAD_OR_HIGHER, "revoked"),
    Move("published", "review", _HEAD_OR_RESPONSIBLE | {SYSTEM}, "under_review"),
    Move("published", "supersession", frozenset({SYSTEM}), "superseded"),
    Move("published", "revocation", _HEAD_OR_HIGHER, "revoked"),
    Move("under_review", "consultation", _DRAFTERS, "under_review"),
    Move("under_review", "confirmation", _HEAD, "published"),
    Move("under_review", "drafting", _DRAFTERS, "under_review"),
    Move("under_review", "supersession", frozenset({SYSTEM}), "superseded"),
    Move("under_review", "revocation", _HEAD_OR_HIGHER, "revoked"),
)
_BY_PAIR = {(move.state, move.action): move for move in MOVES}
ROLES_OF_ACTIONS = {
    action: frozenset[str]().union(*(move.roles for move in MOVES if move.action == action)) - {SYSTEM}
    for action in {move.action for move in MOVES}
}
"""Who may take an action in at least one state."""


def find_move(state: str, action: str) -> Move | None:
    """The move that `action` makes in `state`; None if the state forbids it."""
    return _BY_PAIR.get((state, action))


def actions_from(state: str, roles: Collection[str] | None = None) -> list[str]:
    """The actions that a state allows, to one of `roles` or (None) to anybody but the system itself; in the table's order."""
    wanted = None if roles is None else frozenset(roles)
    return [
        move.action
        for move in MOVES
        if move.state == state and (move.roles - {SYSTEM} if wanted is None else move.roles & wanted)
    ]


def state_on(state: str, effective_to: date | None, day: date) -> str:
    """The state that is true on `day`: a version whose successor has taken effect is superseded, recorded so yet or not."""
    if state in IN_FORCE and effective_to is not None and effective_to <= day:
        return "superseded"
    return state


def state_as_of(
    state: str, effective_on: date | None, effective_to: date | None, day: date, *, moved: str | None
) -> str | None:
    """The state as of a day that a reader names; None: there was no such version yet.

    `moved`: the state that its last move up to that day led to. In force it is by its dates, whenever that was recorded.
    """
    if effective_on is not None and effective_on <= day and (effective_to is None or day < effective_to):
        return moved if moved in IN_FORCE else "published"
    if effective_to is not None and effective_to <= day:
        return "revoked" if state == "revoked" else "superseded"
    return moved


REVIEW_ADVISED_YEARS = 1
"""From then on a review is advised: PEKPPP gives its top score for reviews within a year (F-02)."""
REVIEW_YEARS = 3
"""The longest time between reviews (PP 96/2012 art. 33; PermenPANRB 15/2014)."""


def is_in_force(row: Mapping[str, Any], day: date) -> bool:
    """Whether a version is the promise on a day: by its dates, and as long as its service is `offered` (the spans, in order).

    A version whose service has ended keeps its state until it is revoked by decree, and is in force again if the service is.
    """
    start, end = row["effective_on"], row["effective_to"]
    if start is None or start > day or (end is not None and end <= day):
        return False
    begun = [span for span in row["offered"] if span.lower <= day]
    over = begun and begun[-1].upper is not None and begun[-1].upper <= day
    return not over


def review_state(row: Mapping[str, Any], day: date) -> str | None:
    """`current`, `advised` (a year after it took effect or was last reviewed) or `due`; None unless it is in force on the day."""
    if row["state"] not in IN_FORCE or not is_in_force(row, day):
        return None
    due = row["review_due_on"]
    if due is not None and due <= day:
        return "due"
    since = max(row["effective_on"], row["reviewed_on"] or row["effective_on"])
    return "advised" if review_due(since, REVIEW_ADVISED_YEARS) <= day else "current"


def review_due(day: date, years: int = REVIEW_YEARS) -> date:
    """The same day `years` later; 29 February becomes 28 February where the year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
