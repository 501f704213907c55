"""The one way in which a case changes: row, history with its chain, custody, clocks and event, in the caller's transaction.

The caller holds the row's lock and has asked the lifecycle; here nothing is decided.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Uuid, bindparam, insert, update

from chassis.data.events import record
from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement, Statements
from complaints.cases import chain, facts
from complaints.cases.lifecycle import FINAL_STATES
from complaints.cases.tables import case_history, cases, custody_intervals
from complaints.deadlines.operations import apply_clock

FINAL = frozenset(FINAL_STATES)
"""States in which nobody holds the case and no clock runs."""

_UPDATES = Statements()
_HISTORY = Statement(
    insert(case_history).values({column.name: bindparam(column.name, type_=column.type) for column in case_history.c})
)
_RELEASE = Statement(
    update(custody_intervals)
    .where(custody_intervals.c.case_id == bindparam("case", type_=Uuid), custody_intervals.c.to_at.is_(None))
    .values(to_at=bindparam("at", type_=custody_intervals.c.to_at.type))
)
_HOLD = Statement(
    insert(custody_intervals).values(
        {
            column.name: bindparam(column.name, type_=column.type)
            for column in custody_intervals.c
            if column.name != "to_at"
        }
    )
)
_HOLDER = ("institution_id", "unit_id", "holder_person")


async def move(
    connection: Connection,
    case: Row,
    *,
    action: str,
    to_state: str,
    actor: Mapping[str, Any],
    now: datetime,
    changes: Mapping[str, Any] | None = None,
    public: Mapping[str, Any] | None = None,
    internal: Mapping[str, Any] | None = None,
    clock: Sequence[str] = (),
    fact: str | None = None,
) -> Row:
    """Carry out `action` on a locked case; returns the case as it is now, every column of it.

    `changes`: columns of `cases`. `public`: what the reporter may read of it; `internal`: what officers may besides.
    `clock`: events of the deadline policies. `fact`: the event's past tense where it isn't that of the action.
    """
    after = {**case, **(changes or {}), "state": to_state, "version": case["version"] + 1, "updated_at": now}
    # The earliest duty had passed before this move: one was missed, whatever the move does to the clocks.
    after["late"] = case["late"] or (case["due_at"] is not None and case["due_at"] < now)
    after["due_at"] = await apply_clock(connection, after, clock, now)
    entry = {
        "case_id": case["id"],
        "sequence": after["version"],
        "action": action,
        "actor": dict(actor),
        "from_state": case["state"],
        "to_state": to_state,
        "at": now,
        "public": dict(public or {}),
        "internal": dict(internal or {}),
    }
    content = chain.canonical(entry)
    after["chain"] = chain.link(case["chain"], content)
    await _update(connection, case, after)
    await _HISTORY.execute(connection, **entry, canonical=content, chain=after["chain"])
    await _hand_over(connection, case, after, action, now)
    await record(
        connection,
        f"case.{fact or facts.PAST[action]}",
        subject=f"complaints/{case['id']}",
        sequence=after["version"],
        data=facts.data(after),
        at=now,
        visibility=facts.visibility(after),
        institution_id=after["institution_id"],
    )
    return after


async def _update(connection: Connection, case: Row, after: Row) -> None:
    changed = sorted(name for name in after if after[name] != case[name])

    def compose() -> Any:
        values = {name: bindparam(name, type_=cases.c[name].type) for name in changed}
        return update(cases).where(cases.c.id == bindparam("case", type_=Uuid)).values(values)

    statement = _UPDATES.get(tuple(changed), compose)
    await statement.execute(connection, case=case["id"], **{name: after[name] for name in changed})


async def _hand_over(connection: Connection, case: Row, after: Row, reason: str, now: datetime) -> None:
    """One interval ends and the next begins when the holder changes; a final state ends the last, a reopening begins one."""
    ended, was_ended = after["state"] in FINAL, case["state"] in FINAL
    changed = any(case[name] != after[name] for name in _HOLDER)
    if not changed and ended == was_ended:
        return
    if not was_ended:
        await _RELEASE.execute(connection, case=case["id"], at=now)
    if not ended:
        await _HOLD.execute(
            connection,
            case_id=case["id"],
            sequence=after["version"],
            from_at=now,
            institution_id=after["institution_id"],
            unit_id=after["unit_id"],
            person_id=after["holder_person"],
            reason=reason,
        )
