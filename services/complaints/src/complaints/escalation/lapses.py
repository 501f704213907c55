"""What a lapsed duty brings about, by its policy's `on_lapse`: the lifecycle's rows of the role `system`. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from complaints.cases.lifecycle import BY_ID, Transition
from complaints.deadlines.clock import LEVELS

CLOSED_BY_ITSELF = "automatic"
DEEMED = "deemed"
RAISED_TO = "unit"
"""The level of escalation that a lapse raises a case to, unless it stands higher."""


class Lapse(NamedTuple):
    """A move of the system's own, what it changes, and what is told. `transition` None: only the clocks change."""

    transition: Transition | None
    changes: Mapping[str, Any]
    public: Mapping[str, Any]
    clock: tuple[str, ...] = ()


def lapse(
    on_lapse: str,
    stage: str,
    case: Mapping[str, Any],
    *,
    commitment_open: bool,
    first_unit: Mapping[str, Any] | None = None,
) -> Lapse:
    """What the lapse of a duty of `stage` does to the case as it is.

    `commitment_open`: nothing closes by itself then. `first_unit`: to which a dispute that nobody decides falls; without one
    the dispute goes on, and rises level by level.
    """
    state = case["state"]
    match on_lapse:
        case "deem_accepted" if state == "assigned":
            return Lapse(BY_ID["T23"], _raised(case), {"reason": "acceptance_lapsed"})
        case "assign_by_rule" if state == "in_arbitration":
            return Lapse(None, {}, {}) if first_unit is None else _undecided(first_unit, case)
        case "move_up" if state == "awaiting_approval":
            return Lapse(BY_ID["T53"], _raised(case), {"hidden": True})
        case "deem_withdrawn" | "archive" if state == "awaiting_completion":
            return _uncompleted(case)
        case "close_automatically" if state in ("responded", "resolved"):
            return _unanswered(case, commitment_open=commitment_open)
        case "open_appeal":
            return Lapse(None, {}, {}, ("objection_ground",))
    return Lapse(None, {}, {}, (f"stop:{stage}",))


def _raised(case: Mapping[str, Any]) -> Mapping[str, Any]:
    """A lapse that moves a case is seen as the unit's miss; who is told of it, and when, the move's own notice says."""
    return {"escalation_level": max(case["escalation_level"] or RAISED_TO, RAISED_TO, key=LEVELS.index)}


def _undecided(unit: Mapping[str, Any], case: Mapping[str, Any]) -> Lapse:
    place = {"institution_id": unit["institution_id"], "unit_id": unit["id"], "proposed_unit_id": unit["id"]}
    told = {"reason": "arbitration_lapsed", "unit_id": unit["id"], "unit_name": unit["name"]}
    return Lapse(BY_ID["T31"], {**place, "binding": True, **_raised(case)}, told)


def _uncompleted(case: Mapping[str, Any]) -> Lapse:
    if case["type"] != "complaint":
        return Lapse(BY_ID["T11"], {}, {"reason": "not_completed"})
    if case["custody"] == "protected":
        return Lapse(BY_ID["T12"], {}, {"reason": "completion_lapsed"})
    return Lapse(BY_ID["T10"], {"closure_kind": DEEMED}, {"kind": DEEMED})


def _unanswered(case: Mapping[str, Any], *, commitment_open: bool) -> Lapse:
    if case["state"] == "responded" and commitment_open:
        return Lapse(BY_ID["T61"], {}, {"hidden": True})
    outcome = case["outcome_code"] or case["proposed_outcome"]
    row = BY_ID["T60" if case["state"] == "responded" else "T63"]
    return Lapse(row, {"closure_kind": CLOSED_BY_ITSELF, "outcome_code": outcome}, {"kind": CLOSED_BY_ITSELF})
