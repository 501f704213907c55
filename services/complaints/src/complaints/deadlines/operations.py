"""The verbs of the ledger: take what happened to a case, keep its duties, give its due date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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


async def open_book(connection: Connection, case: Mapping[str, Any], shelf: Shelf | None = None) -> Book:
    """The ledger of a case, under the rules of its present type and class. `shelf`: what many cases share, read once."""
    shelf = shelf or Shelf()
    policies = await shelf.policies(connection)
    calendar = await shelf.calendar(connection, case["institution_id"])
    filed_on = calendar.local_day(case["received_at"])
    duties = await queries.find_duties(connection, case["id"], policies)
    standstills = await queries.find_standstills(connection, case["id"])
    kept = kept_versions(policies, duties)
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
    ledger = book.ledger
    before = {duty.id: duty for duty in book.duties}
    moved = tuple(ledger.standstills) != book.standstills
    changed = [duty for duty in ledger.duties if before.get(duty.id) != duty or (moved and duty.running)]
    await queries.save_duties(
        connection,
        case["id"],
        [(duty, check_at(duty, ledger.standstills, ledger.calendar, book.steps)) for duty in changed],
    )
    if not moved:
        return
    if any(each.to_at is None for each in book.standstills):
        await queries.end_standstill(connection, case["id"], now)
    opened = [each for each in ledger.standstills if each not in book.standstills and each.to_at is None]
    for standstill in opened:
        await queries.begin_standstill(connection, case["id"], standstill, longest_left(book))


def longest_left(book: Book) -> timedelta:
    """What is left of the time for which a case may be paused in all; nothing if it is used up."""
    used = sum((each.to_at - each.from_at for each in book.standstills if each.to_at is not None), timedelta())
    return max(book.longest_pause - used, timedelta())


async def setting(connection: Connection, case: Mapping[str, Any], name: str) -> int:
    """A limit of the settings that bind a case, such as `survey_invitation_calendar_days`. Raises KeyError if none sets it."""
    policies = await load_policies(connection)
    calendar = await queries.calendar_of(connection, case["institution_id"])
    return limit(policies.values(), name, calendar.local_day(case["received_at"]))
