"""The reporter's words for every state; of a protected case three neutral ones."""

import pytest

from complaints.cases import facts
from complaints.cases.lifecycle import STATES, TRANSITIONS
from complaints.cases.status import neutral_state, public_status


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_words(state: str) -> None:
    told = public_status({"state": state, "custody": "ordinary"}, "Dinas {aneh}")
    assert told.id
    assert told.en
    neutral = public_status({"state": state, "custody": "protected"}, "Inspektorat")
    assert neutral.id in ("Diterima", "Sedang diperiksa", "Selesai")
    assert neutral_state(state) in ("submitted", "in_progress", "closed")


def test_the_unit_is_named() -> None:
    assert public_status({"state": "assigned", "custody": "ordinary"}, "Dinas A").id == "Terdisposisi ke Dinas A"
    assert public_status({"state": "assigned", "custody": "ordinary"}, None).id == "Terdisposisi ke unit terkait"


def test_every_action_has_a_past_tense_of_its_own() -> None:
    assert {row.action for row in TRANSITIONS} <= facts.PAST.keys()
    assert len(set(facts.PAST.values())) == len(facts.PAST)
