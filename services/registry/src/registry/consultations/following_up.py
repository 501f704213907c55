"""What became of the agreements of a forum (PermenPANRB 16/2017: the stage after it). Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

_TOLD = ("state", "report", "proof", "recorded_at")
FINISHED = frozenset({"done", "dropped"})


def followed(
    agreements: Sequence[Mapping[str, Any]], follow_ups: Sequence[Mapping[str, Any]], *, day: date
) -> list[dict[str, Any]]:
    """Each agreement with its follow-ups, oldest first, its state and whether it is late on a day.

    `follow_ups` name their agreement by its place, from 1.
    """
    found = []
    for place, agreed in enumerate(agreements, start=1):
        told = [{name: each[name] for name in _TOLD} for each in follow_ups if each["agreement"] == place]
        state = told[-1]["state"] if told else "open"
        late = state not in FINISHED and date.fromisoformat(str(agreed["due_on"])) < day
        found.append({**agreed, "state": state, "late": late, "follow_ups": told})
    return found
