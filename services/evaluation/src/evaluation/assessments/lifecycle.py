"""States of an assessment (assessment_states) and the moves between them. Pure."""

PREPARED, SELF_ASSESSMENT, EVALUATION = "prepared", "self_assessment", "evaluation"
VERIFICATION, FINAL, PUBLISHED = "verification", "final", "published"

OPENING, SUBMISSION, COMPLETION, PUBLICATION = "opening", "submission", "completion", "publication"
CONFIRMATION, RETURN = "confirmed", "returned"
"""The two decisions of a verification."""

MOVES = {
    (PREPARED, OPENING): SELF_ASSESSMENT,
    (SELF_ASSESSMENT, SUBMISSION): EVALUATION,
    (EVALUATION, COMPLETION): VERIFICATION,
    (VERIFICATION, CONFIRMATION): FINAL,
    (VERIFICATION, RETURN): EVALUATION,
    (FINAL, PUBLICATION): PUBLISHED,
}
ASKING_USERS = frozenset({SELF_ASSESSMENT, EVALUATION})
"""States in which service users answer."""
TAKING_EVIDENCE = frozenset({SELF_ASSESSMENT, EVALUATION, VERIFICATION})
SETTLED = frozenset({FINAL, PUBLISHED})
"""States in which the result is as it was confirmed."""

_BESIDE = {
    SELF_ASSESSMENT: ("answers", "evidence"),
    EVALUATION: ("answers", "evidence"),
    VERIFICATION: ("evidence", "objection"),
}


def actions_from(state: str) -> list[str]:
    """What a state allows, by the names of the sub-resources."""
    moves = {
        "verification" if action in (CONFIRMATION, RETURN) else action for origin, action in MOVES if origin == state
    }
    return sorted({*moves, *_BESIDE.get(state, ())})
