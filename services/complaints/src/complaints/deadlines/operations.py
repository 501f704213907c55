"""The verbs of the ledger: take what happened to a case, keep its duties, give its due date."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.ops.identifiers import new_id
from complaints.deadlines import queries
from complaints.deadlines.clock import Standstill
from complaints.deadlines.ledger import Duty, Ledger, check_at
from complaints.deadlines.shelf import Shelf
from complaints.policies.queries import Policies, load_policies
from complaints.policies.rules import Policy, Step, Subject, bindings, ladder, limit


@dataclass
class Book:
    """A case's ledger with what is needed to keep it: how it was when it was opened, and the ladder of escalation."""

    ledger: Ledger
    duties: tuple[Duty, ...]
    standstills: tuple[Standstill, ...]
    steps: tuple[Step, ...]
    longest_pause: timedelta
    quiet_until: datetime | None = None
    """Nobody is told of a level before: it isn't working time."""

    @property
    def moved(self) -> bool:
        """Whether a pause began or ended since."""
        return tuple(self.ledger.standstills) != self.standstills


async def apply_clock(connection: Connection, case: Row, clock_events: Sequence[str], now: datetime) -> datetime | None:
    """Start and stop duties for a case, given as it is after its move; returns its `due_at`, which the caller stores.

    The caller holds the case's lock. `clock_events`: events of the deadline policies and controls of `ledger`.
    """
    if not clock_events:
        due: datetime | None = case["due_at"]
        return due
    book = await open_book(connection, case)
    book.ledger.take_all(clock_events, now)
    await save(connection, case, book, now)
    return book.ledger.due_at()


async def open_book(connection: Connection, case: Mapping[str, Any]) -> Book:
    """The ledger of a case, under the rules of its present type and class."""
    [book] = await open_books(connection, [case], Shelf())
    return book


async def open_books(connection: Connection, cases: Sequence[Mapping[str, Any]], shelf: Shelf) -> list[Book]:
    """The ledgers of cases, in their order, as `open_book` has each. `shelf`: what they share, read once."""
    policies, ids = await shelf.policies(connection), [case["id"] for case in cases]
    duties = await queries.find_all_duties(connection, ids, policies)
    standstills = await queries.find_all_standstills(connection, ids)
    return [
        await _open(connection, case, shelf, duties.get(case["id"], []), standstills.get(case["id"], []))
        for case in cases
    ]


async def _open(
    connection: Connection,
    case: Mapping[str, Any],
    shelf: Shelf,
    duties: Sequence[Duty],
    standstills: Sequence[Standstill],
) -> Book:
    calendar = await shelf.calendar(connection, case["institution_id"])
    filed_on = calendar.local_day(case["received_at"])
    kept = kept_versions(await shelf.policies(connection), duties)
    subject = Subject(
        case_type=case["type"],
        case_class=case["case_class"],
        filed_on=filed_on,
        legal_clock=case["legal_clock"],
        adopted=await shelf.adopted(connection, case["institution_id"], filed_on),
    )
    ledger = Ledger(
        duties=list(duties),
        standstills=list(standstills),
        bindings=bindings(kept, subject),
        anchors={
            "filed": case["received_at"],
            "request_received": case["received_at"],
            "file_complete": case["file_complete_at"],
        },
        calendar=calendar,
        new_id=new_id,
    )
    return Book(
        ledger=ledger,
        duties=tuple(duties),
        standstills=tuple(standstills),
        steps=ladder(kept, filed_on),
        longest_pause=timedelta(days=limit(kept, "max_pause_calendar_days", filed_on)),
    )


def kept_versions(policies: Policies, duties: Sequence[Duty]) -> list[Policy]:
    """The policies that may bind a case: in the version that its duties began with; of the others every version."""
    pinned = {duty.policy.code: duty.policy.version for duty in duties}
    return [policy for policy in policies.values() if pinned.get(policy.code, policy.version) == policy.version]


async def save(connection: Connection, case: Mapping[str, Any], book: Book, now: datetime) -> None:
    """Keep what changed since the book was opened."""
    await save_all(connection, [(case["id"], book)], now)


async def save_all(connection: Connection, books: Sequence[tuple[UUID, Book]], now: datetime) -> None:
    """Keep what changed in the books of cases: a statement for all duties, however many they are."""
    await queries.save_duties(connection, [row for case_id, book in books for row in _changed_rows(case_id, book)])
    moved = [(case_id, book) for case_id, book in books if book.moved]
    if not moved:
        return
    ended = [case_id for case_id, book in moved if any(each.to_at is None for each in book.standstills)]
    await queries.end_standstills(connection, ended, now)
    for case_id, book in moved:
        for standstill in book.ledger.standstills:
            if standstill not in book.standstills and standstill.to_at is None:
                await queries.begin_standstill(connection, case_id, standstill, longest_left(book))


def _changed_rows(case_id: UUID, book: Book) -> Iterator[dict[str, Any]]:
    ledger, before = book.ledger, {duty.id: duty for duty in book.duties}
    for duty in ledger.duties:
        if before.get(duty.id) != duty or (book.moved and duty.running):
            check = check_at(duty, ledger.standstills, ledger.calendar, book.steps, quiet_until=book.quiet_until)
            yield queries.row_of(duty, case_id, check)


def longest_left(book: Book) -> timedelta:
    """What is left of the time for which a case may be paused in all; nothing if it is used up."""
    used = sum((each.to_at - each.from_at for each in book.standstills if each.to_at is not None), timedelta())
    return max(book.longest_pause - used, timedelta())


async def setting(connection: Connection, case: Mapping[str, Any], name: str) -> int:
    """A limit of the settings that bind a case, such as `survey_invitation_calendar_days`. Raises KeyError if none sets it."""
    policies = await load_policies(connection)
    calendar = await queries.calendar_of(connection, case["institution_id"])
    return limit(policies.values(), name, calendar.local_day(case["received_at"]))
