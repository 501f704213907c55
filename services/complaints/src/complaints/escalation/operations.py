"""The system's own moves on one case whose time has come: lapses, levels of escalation, the end of a pause."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chassis.data.pool import Connection
from chassis.data.statements import Row
from complaints.cases.callers import SYSTEM_RECORD
from complaints.cases.lifecycle import BY_ID, FINAL_STATES, OPEN_STATES
from complaints.custody.receiving import find_first_unit
from complaints.deadlines import clock
from complaints.deadlines.ledger import Duty
from complaints.deadlines.operations import Book, open_book, save
from complaints.deadlines.queries import note_unannounced
from complaints.deadlines.shelf import Shelf
from complaints.escalation.lapses import lapse
from complaints.handling.queries import has_open_commitment
from complaints.moves.moving import move

DISPUTED = "in_arbitration"


async def attend(connection: Connection, case: Row, now: datetime, shelf: Shelf) -> int:
    """Do what is due on a locked case, in the order of its duties; how many moves were made."""
    moves = 0
    while True:
        book = await open_book(connection, case, shelf)
        after = await _lapse(connection, case, book, now)
        if after is None:
            return moves + await _climb(connection, case, book, now)
        moves += after is not case
        case = after


async def _lapse(connection: Connection, case: Row, book: Book, now: datetime) -> Row | None:
    """The first lapse that wasn't done yet: the case after it (the same if only clocks changed), or None."""
    duty = next(
        (
            each
            for each in book.ledger.duties
            if each.running and each.lapses and each.lapsed_at is None and each.overdue(now)
        ),
        None,
    )
    if duty is None:
        return None
    disputed = case["state"] == DISPUTED
    found = lapse(
        duty.rule.on_lapse,
        duty.rule.stage,
        case,
        commitment_open=await has_open_commitment(connection, case["id"]),
        first_unit=await find_first_unit(connection, case, book.ledger.calendar.local_day(now)) if disputed else None,
    )
    _mark(book, duty, lapsed_at=now)
    if found.transition is None:
        book.ledger.take_all(found.clock, now)
        await save(connection, case, book, now)
        await note_unannounced(connection, case["id"])
        return case
    await save(connection, case, book, now)
    row = found.transition
    return await move(
        connection,
        case,
        action=row.action,
        to_state=row.to,
        actor=SYSTEM_RECORD,
        now=now,
        changes={**found.changes, **_timestamps(case, row.to, now)},
        public=found.public,
        internal={"stage": duty.rule.stage, "due_at": duty.due_at, "policy": duty.policy.code},
        clock=row.clock,
    )


def _timestamps(case: Row, to_state: str, now: datetime) -> Mapping[str, Any]:
    """The columns that entering a final state fills."""
    if to_state not in FINAL_STATES:
        return {}
    resolved = {"resolved_at": case["resolved_at"] or now} if to_state == "closed" else {}
    return {"closed_at": now, **resolved}


async def _climb(connection: Connection, case: Row, book: Book, now: datetime) -> int:
    """Tell the highest level that each running duty has reached and that wasn't told yet; how many were told.

    In a final state nobody is told any more; the level is kept all the same. Then it is said anew when the scanner looks at each
    running duty.
    """
    told = 0
    for duty in [each for each in book.ledger.duties if each.running]:
        level = _reached(duty, book, now)
        if level is None:
            continue
        _mark(book, duty, level=level)
        if case["state"] in OPEN_STATES:
            case = await _escalate(connection, case, duty, level=level, now=now)
            told += 1
    stopped = tuple(each for each in book.ledger.duties if not each.running)
    await save(connection, case, replace(book, duties=stopped), now)
    return told


def _reached(duty: Duty, book: Book, now: datetime) -> str | None:
    held = clock.LEVELS.index(duty.level) if duty.level else -1
    ledger = book.ledger
    ladder = clock.rungs(
        duty.rule, duty.started_at, ledger.standstills, ledger.calendar, book.steps, extended=duty.extended
    )
    levels = [clock.LEVELS.index(rung.level) for rung in ladder if rung.at <= now]
    highest = max(levels, default=-1)
    return clock.LEVELS[highest] if highest > held else None


async def _escalate(connection: Connection, case: Row, duty: Duty, *, level: str, now: datetime) -> Row:
    """Tell the level, once. The reporter reads of a breach, and where else he or she may go."""
    held = case["escalation_level"]
    highest = max(level, held or level, key=clock.LEVELS.index)
    breached = duty.overdue(now)
    told = {"stage": duty.rule.stage, "due_at": duty.due_at, "right_to_escalate": level == "external"}
    return await move(
        connection,
        case,
        action="escalation",
        to_state=case["state"],
        actor=SYSTEM_RECORD,
        now=now,
        changes={"escalation_level": highest},
        public=told if breached else {"hidden": True},
        internal={
            "level": level,
            "stage": duty.rule.stage,
            "due_at": duty.due_at,
            "breached": breached,
            "policy": duty.policy.code,
        },
    )


def _mark(book: Book, duty: Duty, **changes: Any) -> None:
    ledger = book.ledger
    ledger.duties[ledger.duties.index(duty)] = replace(duty, **changes)


async def end_pause(connection: Connection, case: Row, now: datetime, _shelf: Shelf) -> int:
    """A pause of a locked case reached its maximum: the unit works with what there is (T49). 0 if it isn't paused any more."""
    if case["state"] != "paused":
        return 0
    row = BY_ID["T49"]
    await move(
        connection,
        case,
        action=row.action,
        to_state=row.to,
        actor=SYSTEM_RECORD,
        now=now,
        public={"reason": "pause_maximum"},
        clock=row.clock,
    )
    return 1
