"""States of a gratification report (gratification_report_states) and the moves between them. Pure."""

REPORTED, INCOMPLETE, FORWARDED = "reported", "incomplete", "forwarded_to_kpk"
OF_RECIPIENT, OF_STATE = "owned_by_recipient", "owned_by_state"
REFUSED, HANDLED, NOT_FOLLOWED_UP = "refused", "handled_by_institution", "not_followed_up"

OPEN_MOVES = {
    REPORTED: frozenset({"incompleteness", "forwarding", "handling"}),
    FORWARDED: frozenset({"incompleteness", "status_decision"}),
    INCOMPLETE: frozenset({"completion", "lapse"}),
}
BY_AUTHOR = frozenset({"completion"})
BY_SYSTEM = frozenset({"lapse"})
STATES = frozenset({*OPEN_MOVES, OF_RECIPIENT, OF_STATE, REFUSED, HANDLED, NOT_FOLLOWED_UP})
FINAL = STATES - OPEN_MOVES.keys()


def moves_from(state: str, *, author: bool, officer: bool) -> list[str]:
    """The actions that a state allows the author, and an officer of the UPG who isn't the author."""
    allowed = OPEN_MOVES.get(state, frozenset()) - BY_SYSTEM
    return sorted(action for action in allowed if (author if action in BY_AUTHOR else officer))


def first_state(*, via: str, refused: bool) -> str:
    """The state of a new report. What was refused is told and stays so; nothing has to be decided on it."""
    if refused:
        return REFUSED
    return FORWARDED if via == "kpk" else REPORTED


def state_after_completion(*, forwarded: bool) -> str:
    """Where a report was before it was found incomplete."""
    return FORWARDED if forwarded else REPORTED
