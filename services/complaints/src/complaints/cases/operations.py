"""Opening a case for a move: the row's lock, who the caller is on it, whether the lifecycle allows the move."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Forbidden, NotFound
from chassis.http.versions import Expected
from complaints.cases import allowing, lifecycle
from complaints.cases.callers import CaseCaller
from complaints.cases.lifecycle import Transition, acting_role
from complaints.cases.limits import lock_limited
from complaints.cases.visibility import roles_on
from directory.copy import find_ancestors
from directory.zones import national_day

_LOCK = Statement("SELECT * FROM cases WHERE id = CAST(:id AS uuid) FOR UPDATE")


class MoveNotAllowed(Conflict):
    """The case's state doesn't allow this move; `allowed_actions` are those that it does."""

    code = "move_not_allowed"
    title = Text("Keadaan laporan tidak mengizinkan tindakan ini", "The state of the case doesn't allow this move")


class TookPart(Forbidden):
    """Nobody acts on a case in which he or she is accused."""

    code = "accused_in_case"
    title = Text(
        "Anda disebut sebagai terlapor dalam laporan ini", "You are named as the one complained of in this case"
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """A locked case as its caller holds it. `transitions`: the lifecycle's rows for the move, never empty."""

    caller: CaseCaller
    row: Row
    roles: frozenset[str]
    ancestors: tuple[UUID, ...]
    transitions: tuple[Transition, ...]

    @property
    def acting(self) -> frozenset[str]:
        """Those of the caller's roles in which the move is made."""
        custody = self.row["custody"]
        able = {acting_role(role, custody) for row in self.transitions for role in row.roles}
        return self.roles & able

    @property
    def actor(self) -> dict[str, Any]:
        """As history names the caller."""
        return self.caller.record(self.acting)

    def to(self, state: str) -> Transition:
        """The row that leads to this state. Raises MoveNotAllowed if the caller has none."""
        for row in self.transitions:
            if row.to == state:
                return row
        raise refused(self.row, self.roles)


def refused(case: Row, roles: frozenset[str]) -> MoveNotAllowed:
    """The refusal of a move, with what is allowed instead."""
    return MoveNotAllowed(state=case["state"], allowed_actions=allowing.allowed_actions(case, roles))


async def open_case(
    connection: Connection, case_id: UUID, caller: CaseCaller, *, expected: Expected, action: str, now: datetime
) -> Opened:
    """Lock the case for `action`.

    Raises NotFound if the caller has no role on it, Forbidden if none of the roles ever does this, StaleVersion if
    another version was seen, MoveNotAllowed if the state forbids it.
    """
    case, roles, ancestors = await reach_case(connection, case_id, caller, now)
    if not any(row.action == action and row.open_to(roles, case["custody"]) for row in lifecycle.TRANSITIONS):
        raise Forbidden
    expected.check(case["version"])
    transitions = tuple(allowing.allowed(case, action, roles))
    if not transitions:
        raise refused(case, roles)
    return Opened(caller, case, roles, ancestors, transitions)


async def reach_case(
    connection: Connection, case_id: UUID, caller: CaseCaller, now: datetime
) -> tuple[Row, frozenset[str], tuple[UUID, ...]]:
    """The locked case, the caller's roles on it, and its unit with all units above. Raises NotFound, TookPart."""
    row = await lock_limited(connection, case_id, now)
    if row is None:
        raise NotFound
    day = national_day(now)
    case = {**row, "cooperating_line": await find_cooperating_line(connection, row, day)}
    ancestors = await find_ancestors(connection, case["unit_id"], day) if case["unit_id"] else ()
    roles = roles_on(caller, case, ancestors, now)
    if not roles:
        raise NotFound
    if caller.actor.person_id is not None and caller.actor.person_id in case["accused_person_ids"]:
        raise TookPart
    return case, roles, tuple(ancestors)


async def find_cooperating_line(connection: Connection, case: Row, day: date) -> frozenset[UUID]:
    """The units that cooperate on a case and all units above them; asks nothing where none do."""
    lines = [await find_ancestors(connection, unit_id, day) for unit_id in case["cooperating_unit_ids"]]
    return frozenset(unit_id for line in lines for unit_id in line)


async def lock_case(connection: Connection, case_id: UUID) -> Row | None:
    """The locked row for the system's own moves, whoever may see it."""
    row = await _LOCK.fetchrow(connection, id=case_id)
    return dict(row) if row is not None else None
