"""What a lapse does, row by row of the lifecycle's table for the role `system`."""

from typing import Any

import pytest

from complaints.escalation.lapses import lapse

FIRST = {"id": "first", "name": "Unit pertama", "institution_id": "institution"}


def case(**values: Any) -> dict[str, Any]:
    facts = {
        "state": "assigned",
        "type": "complaint",
        "custody": "ordinary",
        "unit_id": "holder",
        "proposed_unit_id": "first",
        "outcome_code": None,
        "proposed_outcome": "fixed",
        "escalation_level": None,
    }
    return facts | values


@pytest.mark.parametrize(
    ("on_lapse", "facts", "commitment_open", "row"),
    [
        ("deem_accepted", {"state": "assigned"}, False, "T23"),
        ("assign_by_rule", {"state": "in_arbitration"}, False, "T31"),
        ("move_up", {"state": "awaiting_approval"}, False, "T53"),
        ("deem_withdrawn", {"state": "awaiting_completion"}, False, "T10"),
        ("deem_withdrawn", {"state": "awaiting_completion", "custody": "protected"}, False, "T12"),
        ("archive", {"state": "awaiting_completion", "type": "aspiration"}, False, "T11"),
        ("archive", {"state": "awaiting_completion", "type": "information_request"}, False, "T11"),
        ("close_automatically", {"state": "responded"}, False, "T60"),
        ("close_automatically", {"state": "responded"}, True, "T61"),
        ("close_automatically", {"state": "resolved"}, False, "T63"),
    ],
)
def test_each_lapse_has_its_row(on_lapse: str, facts: dict[str, Any], commitment_open: bool, row: str) -> None:
    found = lapse(on_lapse, "stage", case(**facts), commitment_open=commitment_open, first_unit=FIRST)
    assert found.transition is not None
    assert found.transition.id == row
    assert "system" in found.transition.roles


def test_an_arbitration_that_lapses_binds_the_unit_first_named() -> None:
    disputed = case(state="in_arbitration", unit_id=None, proposed_unit_id="the refuser's proposal")
    found = lapse("assign_by_rule", "arbitration", disputed, commitment_open=False, first_unit=FIRST)
    assert (found.changes["unit_id"], found.changes["binding"]) == ("first", True)


def test_a_dispute_that_can_fall_to_no_unit_goes_on() -> None:
    found = lapse("assign_by_rule", "arbitration", case(state="in_arbitration"), commitment_open=False)
    assert found == (None, {}, {}, ())  # its clock runs on, so that it rises level by level


@pytest.mark.parametrize(("held", "level"), [(None, "unit"), ("reminder", "unit"), ("national", "national")])
@pytest.mark.parametrize(("on_lapse", "state"), [("deem_accepted", "assigned"), ("move_up", "awaiting_approval")])
def test_a_lapse_that_moves_a_case_raises_its_level(on_lapse: str, state: str, held: str | None, level: str) -> None:
    found = lapse(on_lapse, "stage", case(state=state, escalation_level=held), commitment_open=False)
    assert found.changes["escalation_level"] == level


@pytest.mark.parametrize("on_lapse", ["lose_right", "inform"])
def test_a_right_that_lapses_only_ends_its_clock(on_lapse: str) -> None:
    found = lapse(on_lapse, "appeal_filing", case(state="closed"), commitment_open=False)
    assert (found.transition, found.clock) == (None, ("stop:appeal_filing",))


def test_a_silent_answer_opens_the_objection() -> None:
    found = lapse("open_appeal", "answer", case(state="in_progress"), commitment_open=False)
    assert (found.transition, found.clock) == (None, ("objection_ground",))


def test_what_came_too_late_to_lapse_only_ends_its_clock() -> None:
    found = lapse("deem_accepted", "acceptance", case(state="in_progress"), commitment_open=False)
    assert (found.transition, found.clock) == (None, ("stop:acceptance",))
