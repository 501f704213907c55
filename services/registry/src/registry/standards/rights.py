"""Who may see a version whole, and who may move it: roles within their reach, clients by their scope. Pure.

What the caller may not know of is not found; what is known but not theirs to change is forbidden.
"""

from collections.abc import Mapping
from typing import Any

from chassis.http.languages import Text
from chassis.http.problems import Conflict, Forbidden, NotFound
from directory.access import may
from directory.reach import Reach
from directory.roles import Actor, acts_within, reaches
from registry.rights import INSIDERS, READ, WRITE, reach_of_insiders
from registry.standards import lifecycle

ACTING_ROLES = (lifecycle.UNIT_HEAD, lifecycle.OFFICER, lifecycle.RESPONSIBLE_OFFICER, lifecycle.SUPERVISOR)

ERASING = (lifecycle.UNIT_HEAD, "data_protection_officer")
"""Who erases personal data from the record of a version (UU 27/2022 art. 43, 53): the unit that keeps it, or the officer for it."""

Place = Mapping[str, Any]
"""Whatever has `institution_id` and `ancestors`: the unit and all units above it today."""


class MoveNotAllowed(Conflict):
    """The state of the version doesn't allow this action; `allowed_actions` names those that it allows."""

    code = "move_not_allowed"
    title = Text("Keadaan standar ini tidak mengizinkan tindakan itu", "The standard's state doesn't allow this action")


def is_insider(actor: Actor, place: Place) -> bool:
    """Whether the actor belongs to those who see everything of this place's standards."""
    institution, ancestors = place["institution_id"], frozenset(place["ancestors"])
    return acts_within(actor, WRITE, institution) or may(
        actor, READ, *INSIDERS, institution_id=institution, ancestors=ancestors
    )


def reach(actor: Actor) -> Reach:
    """Whose standards the actor sees whole: as `is_insider` says of each."""
    return reach_of_insiders(actor)


def shown_to_all(row: Mapping[str, Any]) -> bool:
    """Whether anybody may read the version: it is open for comment, or was published."""
    return row["state"] in lifecycle.SHOWN_TO_ALL or (row["state"] == "revoked" and row["effective_on"] is not None)


def check_visible(actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether the actor sees the version as an insider. Raises NotFound if the version isn't theirs to know of."""
    insider = is_insider(actor, row)
    if not insider and not shown_to_all(row):
        raise NotFound
    return insider


def roles_within(actor: Actor, place: Place) -> list[str] | None:
    """The roles of the table that the actor holds over this place; None for a client, which acts by its scope."""
    institution, ancestors = place["institution_id"], frozenset(place["ancestors"])
    if actor.kind == "client":
        return None if acts_within(actor, WRITE, institution) else []
    held = [role for role in ACTING_ROLES if reaches(actor, role, institution, ancestors)]
    # Supervising another institution is no seat in it: its own supervisor stipulates, nobody else's.
    own = any(seat.role == lifecycle.SUPERVISOR and seat.institution_id == institution for seat in actor.seats)
    return [role for role in held if role != lifecycle.SUPERVISOR or own]


def allowed_actions(actor: Actor, row: Mapping[str, Any]) -> list[str]:
    """The actions that the actor may take on the version as it stands."""
    return lifecycle.actions_from(row["state"], roles_within(actor, row))


def check_role(actor: Actor, row: Mapping[str, Any], action: str) -> list[str] | None:
    """The actor's roles over the version (None for a client). Raises Forbidden if none may ever take the action."""
    roles = roles_within(actor, row)
    if roles is not None and not lifecycle.ROLES_OF_ACTIONS[action] & set(roles):
        raise Forbidden
    return roles


def check_head(actor: Actor, row: Mapping[str, Any]) -> None:
    """Raises Forbidden unless the actor heads the unit, or is a client of its institution."""
    roles = roles_within(actor, row)
    if roles is not None and lifecycle.UNIT_HEAD not in roles:
        raise Forbidden


def check_erasing(actor: Actor, row: Mapping[str, Any]) -> None:
    """Whether the actor may erase personal data of the version's record. Raises NotFound (unknown to them), Forbidden."""
    institution, ancestors = row["institution_id"], frozenset(row["ancestors"])
    if acts_within(actor, WRITE, institution) or any(
        reaches(actor, role, institution, ancestors) for role in ERASING if actor.kind != "client"
    ):
        return
    check_visible(actor, row)
    raise Forbidden


def check_move(actor: Actor, row: Mapping[str, Any], action: str) -> lifecycle.Move:
    """The move that the actor makes by this action.

    Raises NotFound (unknown to them), Forbidden (not their role), MoveNotAllowed (not from this state).
    """
    check_visible(actor, row)
    roles = check_role(actor, row, action)
    move = lifecycle.find_move(row["state"], action)
    if move is None:
        raise MoveNotAllowed(state=row["state"], allowed_actions=lifecycle.actions_from(row["state"]))
    if roles is not None and not move.roles & set(roles):
        raise Forbidden
    return move


def check_drafting(actor: Actor, place: Place) -> None:
    """Whether the actor may begin a version for a service. Raises Forbidden: services themselves are known to all."""
    roles = roles_within(actor, place)
    move = lifecycle.find_move(lifecycle.NONE, "drafting")
    assert move is not None
    if roles is not None and not move.roles & set(roles):
        raise Forbidden
