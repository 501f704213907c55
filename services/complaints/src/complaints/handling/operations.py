"""The verbs of work under way: note, pause, resume, extend, reply. The caller holds the opened case."""

from datetime import datetime, timedelta
from typing import Any

from chassis.data.pool import Connection
from chassis.data.statements import Row
from complaints.cases.allowing import allowed
from complaints.cases.lifecycle import Transition
from complaints.cases.operations import Opened
from complaints.codes import Codes
from complaints.deadlines.operations import longest_left, open_book
from complaints.deadlines.windows import REPORTER_WINDOW, check_window
from complaints.handling import problems, queries
from complaints.handling.schemas import NoteBody, PauseBody, ReplyBody
from complaints.moves.moving import move

AWAITING_REPORTER = "awaiting_reporter"


async def note(connection: Connection, opened: Opened, body: NoteBody, *, now: datetime) -> Row:
    """Add a note; nothing else changes."""
    text = {"body": body.body}
    return await move(
        connection,
        opened.row,
        action="note",
        to_state=opened.row["state"],
        actor=opened.actor,
        now=now,
        public=text if body.visible_to_reporter else {"hidden": True},
        internal={} if body.visible_to_reporter else text,
    )


async def pause(connection: Connection, opened: Opened, body: PauseBody, *, codes: Codes, now: datetime) -> Row:
    """Let the work stand still. Raises Overdue, PauseUsedUp, Unprocessable."""
    if not codes.has("pause_reasons", body.reason):
        raise problems.reason_unknown()
    if body.reason == AWAITING_REPORTER and body.question is None:
        raise problems.question_missing()
    if opened.row["due_at"] is not None and opened.row["due_at"] < now:
        raise problems.Overdue
    if longest_left(await open_book(connection, opened.row)) <= timedelta():
        raise problems.PauseUsedUp
    return await move(
        connection,
        opened.row,
        action="pause",
        to_state="paused",
        actor=opened.actor,
        now=now,
        public={"reason": body.reason, "question": body.question},
        internal={"note": body.note},
        clock=(f"pause:{body.reason}",),
    )


async def resume(connection: Connection, opened: Opened, note_: str | None, *, now: datetime) -> Row:
    """Go on with the work."""
    row = opened.to("in_progress")
    return await move(
        connection,
        opened.row,
        action="resumption",
        to_state=row.to,
        actor=opened.actor,
        now=now,
        internal={"note": note_},
        clock=row.clock,
    )


async def extend(connection: Connection, opened: Opened, reason: str, *, now: datetime) -> Row:
    """Extend the running duty that the policy lets be extended, once and in time. Raises NoExtension, Overdue."""
    row = opened.to("in_progress")
    book = await open_book(connection, opened.row)
    grantable = [
        duty for duty in book.duties if duty.running and duty.rule.extension is not None and duty.extended == 0
    ]
    if not grantable:
        raise problems.NoExtension
    if any(duty.overdue(now) for duty in grantable):
        raise problems.Overdue
    return await move(
        connection,
        opened.row,
        action="extension",
        to_state=row.to,
        actor=opened.actor,
        now=now,
        public={"reason": reason},
        clock=row.clock,
    )


async def reply(connection: Connection, opened: Opened, body: ReplyBody, *, now: datetime) -> Row:
    """Take what the reporter says: more facts, an answer to a question, or a verdict on the unit's answer.

    Raises Unprocessable, WindowClosed, MoveNotAllowed.
    """
    case, state = opened.row, opened.row["state"]
    if body.body is None and body.satisfied is None:
        raise problems.reply_empty()
    if state == "responded" and body.satisfied is None:
        raise problems.satisfied_missing()
    if state in ("responded", "resolved"):
        await check_window(connection, case, REPORTER_WINDOW, now)
    row = await _row_of_reply(connection, opened, body)
    changes: dict[str, Any] = {}
    if row.action == "closure":
        changes = {
            "closed_at": now,
            "closure_kind": "reporter_confirmed",
            "outcome_code": case["outcome_code"] or case["proposed_outcome"],
            "resolved_at": case["resolved_at"] or now,
        }
    return await move(
        connection,
        case,
        action=row.action,
        to_state=row.to,
        actor=opened.actor,
        now=now,
        changes=changes,
        public={"body": body.body, "satisfied": body.satisfied},
        clock=row.clock,
    )


async def _row_of_reply(connection: Connection, opened: Opened, body: ReplyBody) -> Transition:
    case, state = opened.row, opened.row["state"]
    if state == "paused":
        book = await open_book(connection, case)
        waits = any(each.to_at is None and each.reason == AWAITING_REPORTER for each in book.standstills)
        return opened.to("in_progress" if waits else "paused")
    if state == "responded":
        if not body.satisfied:
            return opened.to("in_progress")
        if await queries.has_open_commitment(connection, case["id"]):
            return opened.to("responded")
        return allowed(case, "closure", opened.roles)[0]
    return opened.transitions[0]
