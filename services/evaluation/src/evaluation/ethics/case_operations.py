"""Leading ethics cases through their states. Opening one: opening.py. Who may is asked first: `visibility` and `judging`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, NotFound
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.zones import national_day
from evaluation.ethics import queries
from evaluation.ethics.judging import Judge
from evaluation.ethics.lifecycle import MOVES, moves_from
from evaluation.ethics.tables import ethics_case_history, ethics_case_readings, ethics_cases


class EthicsMoveNotAllowed(Conflict):
    """The case's state doesn't allow the action; `allowed_actions` names those that it does."""

    code = "ethics_move_not_allowed"
    title = Text("Keadaan perkara tidak mengizinkan tindakan ini", "The case's state doesn't allow this action")


_CHANGED = ("state", "level", "referral_body", "objection_due_at", "version", "decided_at", "closed_at")
_UPDATE = Statement(
    update(ethics_cases)
    .where(ethics_cases.c.id == bindparam("case_id", type_=ethics_cases.c.id.type))
    .values({name: bindparam(name, type_=ethics_cases.c[name].type) for name in _CHANGED})
)
_STEP = Statement(
    insert(ethics_case_history).values(
        {each.name: bindparam(each.name, type_=each.type) for each in ethics_case_history.c}
    )
)
_READ = Statement(
    insert(ethics_case_readings).values(
        {each.name: bindparam(each.name, type_=each.type) for each in ethics_case_readings.c}
    )
)


async def lock_case(
    connection: Connection, case_id: UUID, action: str, judge: Judge, *, expected: Expected, now: datetime
) -> tuple[Row, str]:
    """A case that the caller judges, locked, and the state the action leads to.

    Raises NotFound, StaleVersion, EthicsMoveNotAllowed.
    """
    case = await queries.find_case(connection, case_id, judge, national_day(now), lock=True)
    if case is None:
        raise NotFound
    expected.check(case["version"])
    state = MOVES.get((case["state"], action))
    if state is None:
        raise EthicsMoveNotAllowed(allowed_actions=moves_from(case["state"]))
    return case, state


async def carry_out(
    connection: Connection,
    case: Row,
    action: str,
    judge: Judge,
    *,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Row:
    """Carry out an action on a locked case that allows it: the row with `changes`, and a step of its history."""
    after = {**case, **(changes or {}), "state": MOVES[(case["state"], action)], "version": case["version"] + 1}
    await _UPDATE.execute(connection, case_id=case["id"], **{name: after[name] for name in _CHANGED})
    await record(connection, after, judge, action, case["state"], now, detail or {})
    return after


async def advance(
    connection: Connection,
    case_id: UUID,
    action: str,
    judge: Judge,
    *,
    expected: Expected,
    now: datetime,
    note: str | None,
) -> Row:
    """Take a case to screening, examination or hearing. Raises as `lock_case`."""
    case, _ = await lock_case(connection, case_id, action, judge, expected=expected, now=now)
    return await carry_out(connection, case, action, judge, now=now, detail={"note": note} if note else None)


async def log_reading(connection: Connection, case_id: UUID, judge: Judge, now: datetime) -> None:
    """Every reading of a case is on record (case-lifecycle §4)."""
    await _READ.execute(connection, id=new_id(), case_id=case_id, actor=judge.actor, person_id=judge.person_id, at=now)


async def record(
    connection: Connection,
    case: Row,
    judge: Judge,
    action: str,
    before: str | None,
    now: datetime,
    detail: Mapping[str, Any],
) -> None:
    """Add a step to a case's history."""
    await _STEP.execute(
        connection,
        case_id=case["id"],
        sequence=case["version"],
        action=action,
        actor=judge.actor,
        person_id=judge.person_id,
        from_state=before,
        to_state=case["state"],
        at=now,
        detail=detail,
    )
