"""The one way in which a case changes: row, history with its chain, custody, clocks and event, in the caller's transaction.

The caller holds the row's lock and has asked the lifecycle; here nothing is decided. Who moves many cases at once makes the
moves first (`moved`) and writes them together (`write`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, insert, update

from chassis.data.events import Fact, record_all
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
        {column.name: bindparam(column.name, type_=column.type) for column in custody_intervals.c}
    )
)
_HOLDER = ("institution_id", "unit_id", "holder_person")


class Move(NamedTuple):
    """What a move makes of a case: every column before and after it, its entry in the history, its event's type."""

    before: Row
    after: Row
    entry: Mapping[str, Any]
    event: str


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
    due_at = await apply_clock(connection, {**case, **(changes or {}), "state": to_state}, clock, now)
    made = moved(
        case,
        action=action,
        to_state=to_state,
        actor=actor,
        now=now,
        changes={**(changes or {}), "due_at": due_at},
        public=public,
        internal=internal,
        fact=fact,
    )
    await write(connection, [made])
    return made.after


def moved(
    case: Row,
    *,
    action: str,
    to_state: str,
    actor: Mapping[str, Any],
    now: datetime,
    changes: Mapping[str, Any],
    public: Mapping[str, Any] | None = None,
    internal: Mapping[str, Any] | None = None,
    fact: str | None = None,
) -> Move:
    """A move as `move` makes it, to be written later; its clocks were told already and `changes` holds its `due_at`. Pure."""
    after = {**case, **changes, "state": to_state, "version": case["version"] + 1, "updated_at": now}
    # The earliest duty had passed before this move: one was missed, whatever the move does to the clocks.
    after["late"] = case["late"] or (case["due_at"] is not None and case["due_at"] < now)
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
    return Move(
        before=case,
        after=after,
        entry={**entry, "canonical": content, "chain": after["chain"]},
        event=f"case.{fact or facts.PAST[action]}",
    )


async def write(connection: Connection, moves: Sequence[Move]) -> None:
    """Write moves of locked cases, those of one case in their order: a statement for each table, however many they are."""
    await _update(connection, moves)
    await _HISTORY.execute_many(connection, [each.entry for each in moves])
    await _hand_over(connection, moves)
    await record_all(connection, [_fact(each) for each in moves])


def _fact(move: Move) -> Fact:
    after = move.after
    return Fact(
        type=move.event,
        subject=f"complaints/{after['id']}",
        sequence=after["version"],
        data=facts.data(after),
        occurred_at=after["updated_at"],
        visibility=facts.visibility(after),
        institution_id=after["institution_id"],
    )


async def _update(connection: Connection, moves: Iterable[Move]) -> None:
    """Each case once, from what it was before its first move to what it is after its last; alike changes together."""
    ends: dict[UUID, tuple[Row, Row]] = {}
    for each in moves:
        before, _ = ends.get(each.before["id"], (each.before, None))
        ends[each.before["id"]] = (before, each.after)
    alike: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for before, after in ends.values():
        changed = tuple(sorted(name for name in after if after[name] != before[name]))
        alike.setdefault(changed, []).append({"case": after["id"], **{name: after[name] for name in changed}})
    for changed, rows in alike.items():
        await _UPDATES.get(changed, partial(_update_of, changed)).execute_many(connection, rows)


def _update_of(changed: Sequence[str]) -> Any:
    values = {name: bindparam(name, type_=cases.c[name].type) for name in changed}
    return update(cases).where(cases.c.id == bindparam("case", type_=Uuid)).values(values)


async def _hand_over(connection: Connection, moves: Iterable[Move]) -> None:
    """One interval ends and the next begins when the holder changes; a final state ends the last, a reopening begins one."""
    released: list[Mapping[str, Any]] = []
    begun: list[dict[str, Any]] = []
    current: dict[UUID, dict[str, Any]] = {}  # begun by these very moves
    for before, after, entry, _ in moves:
        ended, was_ended = after["state"] in FINAL, before["state"] in FINAL
        if ended == was_ended and all(before[name] == after[name] for name in _HOLDER):
            continue
        case_id, now = after["id"], entry["at"]
        if (held := current.pop(case_id, None)) is not None:
            held["to_at"] = now
        elif not was_ended:
            released.append({"case": case_id, "at": now})
        if not ended:
            current[case_id] = {
                "case_id": case_id,
                "sequence": after["version"],
                "from_at": now,
                "to_at": None,
                "institution_id": after["institution_id"],
                "unit_id": after["unit_id"],
                "person_id": after["holder_person"],
                "reason": entry["action"],
            }
            begun.append(current[case_id])
    if released:
        await _RELEASE.execute_many(connection, released)
    if begun:
        await _HOLD.execute_many(connection, begun)
