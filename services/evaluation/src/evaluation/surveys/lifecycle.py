"""States of a survey (survey_states) and the moves between them. Pure."""

DRAFT, OPEN, CLOSED, PUBLISHED, FOLLOWED_UP = "draft", "open", "closed", "published", "followed_up"

MOVES = {
    (DRAFT, "opening"): OPEN,
    (OPEN, "closing"): CLOSED,
    (CLOSED, "opening"): OPEN,
    (CLOSED, "publication"): PUBLISHED,
    (PUBLISHED, "follow_up"): FOLLOWED_UP,
}
"""What was published stays as it was announced: no move leads back from there."""
ANNOUNCED = frozenset({PUBLISHED, FOLLOWED_UP})
"""States in which everybody sees the result."""
AMENDABLE = frozenset({OPEN, CLOSED})
"""States in which an answer may still be corrected or withdrawn."""


def moves_from(state: str) -> list[str]:
    """The actions that a state allows."""
    return sorted(action for (origin, action) in MOVES if origin == state)
