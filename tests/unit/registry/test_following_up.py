"""Agreements of a forum: open, late, followed up."""

from datetime import date
from typing import Any

import pytest

from registry.consultations.following_up import followed

DUE = "2026-03-31"


def report(state: str, agreement: int = 1) -> dict[str, Any]:
    return {"agreement": agreement, "state": state, "report": "", "proof": None, "recorded_at": None}


@pytest.mark.parametrize(
    ("reports", "day", "state", "late"),
    [
        ([], date(2026, 3, 31), "open", False),  # the day itself is in time
        ([], date(2026, 4, 1), "open", True),
        ([report("in_progress")], date(2026, 4, 1), "in_progress", True),
        ([report("in_progress"), report("done")], date(2026, 4, 1), "done", False),
        ([report("dropped")], date(2026, 4, 1), "dropped", False),
        ([report("done", agreement=2)], date(2026, 4, 1), "open", True),  # another's
    ],
)
def test_state_and_lateness(reports: list[dict[str, Any]], day: date, state: str, late: bool) -> None:
    [found] = followed([{"issue": "Jam", "due_on": DUE}], reports, day=day)
    assert (found["state"], found["late"], found["issue"]) == (state, late, "Jam")
