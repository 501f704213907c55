"""Asking the lifecycle's table what a caller may do with a case. Pure."""

from collections.abc import Collection
from functools import lru_cache

from complaints.cases.guards import Facts
from complaints.cases.lifecycle import SYSTEM, TRANSITIONS, Transition

_BY_PLACE: dict[tuple[str, str], list[Transition]] = {}
_BY_STATE: dict[str, list[Transition]] = {}
for _row in TRANSITIONS:
    _BY_PLACE.setdefault((_row.state, _row.action), []).append(_row)
    _BY_STATE.setdefault(_row.state, []).append(_row)


def find(state: str, action: str, roles: Collection[str], case_type: str, custody: str) -> list[Transition]:
    """The rows that one of these roles may use on a case of this type under this custody; what else they ask is open."""
    return [row for row in _BY_PLACE.get((state, action), ()) if case_type in row.types and row.open_to(roles, custody)]


def allowed(case: Facts, action: str, roles: Collection[str]) -> list[Transition]:
    """The rows of `find` that the case's own row allows too. Empty: the move is refused."""
    rows = find(case["state"], action, roles, case["type"], case["custody"])
    return [row for row in rows if row.holds(case)]


def allowed_actions(case: Facts, roles: Collection[str]) -> list[str]:
    """The actions that a caller of these roles may try on the case now, sorted; the system's own are never among them."""
    rows = _open_rows(case["state"], case["type"], case["custody"], frozenset(roles))
    return sorted({row.action for row in rows if row.holds(case)})


@lru_cache(4096)
def _open_rows(state: str, case_type: str, custody: str, roles: frozenset[str]) -> tuple[Transition, ...]:
    """The rows of a state that callers of these roles may use: asked at every reading of a case, of few different ones."""
    mine = roles - {SYSTEM}
    return tuple(row for row in _BY_STATE.get(state, ()) if case_type in row.types and row.open_to(mine, custody))
