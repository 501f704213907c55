"""What a unit promised in an answer: open until done or handed to a plan. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

OPEN, DONE, PLANNED = "open", "done", "planned"

Commitment = Mapping[str, Any]


class NoSuchCommitment(LookupError):
    """A commitment is named that the answer doesn't hold."""


def numbered(promised: Iterable[Commitment]) -> list[dict[str, Any]]:
    """New commitments, open, numbered from 1."""
    return [{**each, "number": number, "state": OPEN, "plan": None} for number, each in enumerate(promised, 1)]


def settled(held: Sequence[Commitment], settlements: Iterable[Commitment]) -> list[dict[str, Any]]:
    """The commitments after `settlements` (number, state, plan). Raises NoSuchCommitment."""
    by_number = {each["number"]: dict(each) for each in held}
    for settlement in settlements:
        if settlement["number"] not in by_number:
            raise NoSuchCommitment(settlement["number"])
        by_number[settlement["number"]] |= {"state": settlement["state"], "plan": settlement["plan"]}
    return list(by_number.values())


def any_open(held: Iterable[Commitment]) -> bool:
    return any(each["state"] == OPEN for each in held)
