"""States of an ethics case (ethics_case_states) and the moves between them. Pure."""

RECEIVED, SCREENING, EXAMINATION, HEARING = "received", "screening", "examination", "hearing"
DECIDED, IN_FORCE, OBJECTION = "decided", "sanction_in_force", "objection"
REFERRED, CLOSED = "referred", "closed"

MOVES = {
    (RECEIVED, "accusation"): RECEIVED,
    (SCREENING, "accusation"): SCREENING,
    (EXAMINATION, "accusation"): EXAMINATION,
    (RECEIVED, "screening"): SCREENING,
    (SCREENING, "examination"): EXAMINATION,
    (EXAMINATION, "hearing"): HEARING,
    (SCREENING, "decision"): DECIDED,
    (EXAMINATION, "decision"): DECIDED,
    (HEARING, "decision"): DECIDED,
    (DECIDED, "enforcement"): IN_FORCE,
    (DECIDED, "objection"): OBJECTION,
    (IN_FORCE, "objection"): OBJECTION,
    (OBJECTION, "objection"): OBJECTION,  # of another who was sanctioned
    (OBJECTION, "objection_decision"): DECIDED,
    (IN_FORCE, "remedy"): IN_FORCE,
    (IN_FORCE, "escalation"): IN_FORCE,
    (SCREENING, "referral"): REFERRED,
    (EXAMINATION, "referral"): REFERRED,
    (HEARING, "referral"): REFERRED,
    (OBJECTION, "referral"): REFERRED,  # where everyone who may decide inside took the decision
    # The administrative examination needn't wait for the criminal one (UU 25/2009 art. 53).
    (REFERRED, "examination"): EXAMINATION,
    (REFERRED, "closure"): CLOSED,
    (DECIDED, "closure"): CLOSED,
    (IN_FORCE, "closure"): CLOSED,
}
STATES = frozenset(state for (state, _), _ in MOVES.items()) | frozenset(MOVES.values())


def moves_from(state: str) -> list[str]:
    """The actions that a state allows."""
    return sorted(action for (origin, action) in MOVES if origin == state)
