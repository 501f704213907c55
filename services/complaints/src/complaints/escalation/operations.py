"""The system's own moves on cases whose time has come: lapses, levels of escalation, the end of a pause.

Of all the cases together is read what deciding needs, and written what was decided: no case costs a round trip of its own.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row
from complaints.cases.callers import SYSTEM_RECORD
from complaints.cases.lifecycle import BY_ID, FINAL_STATES, OPEN_STATES, Transition
from complaints.custody.receiving import find_first_units
from complaints.deadlines import clock
from complaints.deadlines.ledger import Duty
from complaints.deadlines.operations import Book, open_books, save_all
from complaints.deadlines.queries import note_unannounced
from complaints.deadlines.shelf import Shelf
from complaints.escalation.lapses import lapse
from complaints.handling.queries import find_committed
from complaints.moves.moving import Move, moved, write

DISPUTED = "in_arbitration"
ANSWERED = "responded"
BREATH = 10
"""Cases after which requests have their turn: each turn is waited for with all the locks held."""


@dataclass
class _File:
    """A locked case as its moves make it, its ledger, and those moves; `unannounced`: clocks changed and no event tells."""

    case: Row
    book: Book
    moves: list[Move] = field(default_factory=list)
    unannounced: bool = False

    def move(
        self,
        now: datetime,
        *,
        action: str,
        to_state: str,
        changes: Mapping[str, Any],
        public: Mapping[str, Any],
        internal: Mapping[str, Any],
        clock_events: Sequence[str] = (),
    ) -> None:
        """What `moving.move` does, but not written yet. No move of the system changes the rules or the calendar of a case."""
        self.book.ledger.take_all(clock_events, now)
        due_at = self.book.ledger.due_at() if clock_events else self.case["due_at"]
        made = moved(
            self.case,
            action=action,
            to_state=to_state,
            actor=SYSTEM_RECORD,
            now=now,
            changes={**changes, "due_at": due_at},
            public=public,
            internal=internal,
        )
        self.moves.append(made)
        self.case = made.after

    def mark(self, duty: Duty, **changes: Any) -> None:
        """Note with a duty what was done about it."""
        duties = self.book.ledger.duties
        duties[duties.index(duty)] = replace(duty, **changes)


async def attend(connection: Connection, cases: Sequence[Row], now: datetime, shelf: Shelf) -> None:
    """Do what is due on locked cases, on each in the order of its duties."""
    files = await _open(connection, cases, shelf)
    answered = [case["id"] for case in cases if case["state"] == ANSWERED]
    committed = await find_committed(connection, answered) if answered else frozenset()
    disputed = [
        (file.case, file.book.ledger.calendar.local_day(now)) for file in files if file.case["state"] == DISPUTED
    ]
    first_units = await find_first_units(connection, disputed) if disputed else {}
    openings: dict[UUID | None, datetime] = {}
    for number, file in enumerate(files, 1):
        case_id = file.case["id"]
        while _lapse(file, now, commitment_open=case_id in committed, first_unit=first_units.get(case_id)):
            pass
        place = file.case["institution_id"]
        if place not in openings:
            openings[place] = clock.next_working_moment(now, file.book.ledger.calendar)
        _climb(file, now, opening=openings[place])
        if number % BREATH == 0:
            await asyncio.sleep(0)
    await _write(connection, files, now)


async def end_pauses(connection: Connection, cases: Sequence[Row], now: datetime, shelf: Shelf) -> None:
    """Pauses of locked cases reached their maximum: the units work with what there is (T49)."""
    row = BY_ID["T49"]
    files = await _open(connection, [case for case in cases if case["state"] == row.state], shelf)
    for file in files:
        file.move(
            now,
            action=row.action,
            to_state=row.to,
            changes={},
            public={"reason": "pause_maximum"},
            internal={},
            clock_events=row.clock,
        )
    await _write(connection, files, now)


async def _open(connection: Connection, cases: Sequence[Row], shelf: Shelf) -> list[_File]:
    books = await open_books(connection, cases, shelf)
    return [_File(case, book) for case, book in zip(cases, books, strict=True)]


async def _write(connection: Connection, files: Sequence[_File], now: datetime) -> None:
    await write(connection, [move for file in files for move in file.moves])
    await save_all(connection, [(file.case["id"], file.book) for file in files], now)
    await note_unannounced(connection, [file.case["id"] for file in files if file.unannounced])


def _lapse(file: _File, now: datetime, *, commitment_open: bool, first_unit: Row | None) -> bool:
    """Do the first lapse that wasn't done yet; whether there was one."""
    ledger, case = file.book.ledger, file.case
    duty = next((each for each in ledger.duties if _lapsed(each, now)), None)
    if duty is None:
        return False
    found = lapse(duty.rule.on_lapse, duty.rule.stage, case, commitment_open=commitment_open, first_unit=first_unit)
    file.mark(duty, lapsed_at=now)
    if found.transition is None:
        ledger.take_all(found.clock, now)
        file.unannounced = True
        return True
    row = found.transition
    file.move(
        now,
        action=row.action,
        to_state=row.to,
        changes={**found.changes, **_timestamps(case, row, now)},
        public=found.public,
        internal={"stage": duty.rule.stage, "due_at": duty.due_at, "policy": duty.policy.code},
        clock_events=row.clock,
    )
    return True


def _lapsed(duty: Duty, now: datetime) -> bool:
    return duty.running and duty.lapses and duty.lapsed_at is None and duty.overdue(now)


def _timestamps(case: Row, row: Transition, now: datetime) -> Mapping[str, Any]:
    """The columns that entering a final state fills."""
    if row.to not in FINAL_STATES:
        return {}
    resolved = {"resolved_at": case["resolved_at"] or now} if row.to == "closed" else {}
    return {"closed_at": now, **resolved}


def _climb(file: _File, now: datetime, *, opening: datetime) -> None:
    """Tell the highest level that each running duty has reached and that wasn't told yet.

    Outside of working time, which begins at `opening`, nobody is told: who comes late to it, after a stop or a backlog, waits for
    the morning. In a final state nobody is told any more; the level is kept all the same. Then it is said anew when the scanner looks at each
    running duty.
    """
    book = file.book
    working = opening <= now
    for duty in [each for each in book.ledger.duties if each.running and working]:
        level = _reached(duty, book, now)
        if level is None:
            continue
        file.mark(duty, level=level)
        if file.case["state"] in OPEN_STATES:
            _escalate(file, duty, level=level, now=now)
    running = {each.id for each in book.ledger.duties if each.running}
    kept = tuple(each for each in book.duties if each.id not in running)
    file.book = replace(book, duties=kept, quiet_until=None if working else opening)


def _reached(duty: Duty, book: Book, now: datetime) -> str | None:
    held = clock.LEVELS.index(duty.level) if duty.level else -1
    ledger = book.ledger
    ladder = clock.rungs(
        duty.rule, duty.started_at, ledger.standstills, ledger.calendar, book.steps, extended=duty.extended
    )
    levels = [clock.LEVELS.index(rung.level) for rung in ladder if rung.at <= now]
    highest = max(levels, default=-1)
    return clock.LEVELS[highest] if highest > held else None


def _escalate(file: _File, duty: Duty, *, level: str, now: datetime) -> None:
    """Tell the level, once. The reporter reads of a breach, and where else he or she may go."""
    held = file.case["escalation_level"]
    highest = max(level, held or level, key=clock.LEVELS.index)
    breached = duty.overdue(now)
    told = {"stage": duty.rule.stage, "due_at": duty.due_at, "right_to_escalate": level == "external"}
    file.move(
        now,
        action="escalation",
        to_state=file.case["state"],
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
