"""The verbs that bring a case back: reopen, appeal, decide an appeal. The caller holds the opened case."""

from datetime import datetime
from typing import Any

from chassis.data.pool import Connection
from chassis.data.statements import Row
from complaints.cases.lifecycle import REPORTER_ROLES, Transition
from complaints.cases.operations import Opened, refused
from complaints.closure import problems, queries
from complaints.closure.schemas import AppealBody, AppealDecisionBody, ReopeningBody
from complaints.codes import Codes
from complaints.deadlines.operations import open_book
from complaints.deadlines.windows import REPORTER_WINDOW, check_window
from complaints.moves.moving import move

CONTESTS = {"withdrawn": ("withdrawal_contest", "withdrawal"), "merged": ("merge_contest", "merge")}
"""By state: the reporter's window for bringing the case back, a stage of the deadline policies, and the action that began it."""
NEVER_APPEALED = frozenset({"spam", "test"})
SILENT_STATES = frozenset({"assigned", "in_progress", "paused", "awaiting_approval"})


async def reopen(connection: Connection, opened: Opened, body: ReopeningBody, *, now: datetime) -> Row:
    """Bring the case back: by the reporter in time, by an officer on a ground. Raises WindowClosed, Unprocessable."""
    case = opened.row
    row = _row_of_reopening(opened)
    if set(row.roles) <= REPORTER_ROLES:
        await _in_time(connection, case, now)
    elif case["state"] == "closed" and body.ground in (None, "quality_check"):
        raise problems.ground_missing()
    changes: dict[str, Any] = {
        "reopen_count": case["reopen_count"] + 1,
        "resolved_at": None,
        "closed_at": None,
        "outcome_code": None,
        "closure_kind": None,
    }
    if case["state"] == "merged":
        changes["parent_id"] = None
    return await move(
        connection,
        case,
        action="reopening",
        to_state=row.to,
        actor=opened.actor,
        now=now,
        changes=changes,
        public={"reason": body.reason, "ground": body.ground},
        clock=row.clock,
    )


def _row_of_reopening(opened: Opened) -> Transition:
    """The reporter's row for the reporter, else the officers'."""
    own = [row for row in opened.transitions if set(row.roles) <= REPORTER_ROLES]
    return (own if opened.roles & REPORTER_ROLES and own else opened.transitions)[0]


async def _in_time(connection: Connection, case: Row, now: datetime) -> None:
    if case["state"] == "resolved":
        await check_window(connection, case, REPORTER_WINDOW, now)
        return
    stage, action = CONTESTS[case["state"]]
    last = await queries.last_entry(connection, case["id"], action)
    await check_window(connection, case, stage, now, since=last[0] if last is not None else None)


async def appeal(connection: Connection, opened: Opened, body: AppealBody, *, now: datetime) -> Row:
    """Ask the superior to review the outcome, or the silence.

    Raises WindowClosed, AppealDecided, NotAppealable, AnswerNotOverdue.
    """
    case, state = opened.row, opened.row["state"]
    if state == "resolved":
        await check_window(connection, case, REPORTER_WINDOW, now)
    elif state in SILENT_STATES:
        await _answer_overdue(connection, case, now)
    else:
        if await queries.appeal_was_decided(connection, case["id"]):
            raise problems.AppealDecided
        await check_window(connection, case, "appeal_filing", now)
    if state == "archived":
        archived = await queries.last_entry(connection, case["id"], "archival")
        if archived is not None and archived[1].get("reason") in NEVER_APPEALED:
            raise problems.NotAppealable
    row = opened.to("under_appeal")
    return await move(
        connection,
        case,
        action="appeal",
        to_state=row.to,
        actor=opened.actor,
        now=now,
        public={"reason": body.reason, "from_state": state},
        clock=row.clock,
    )


async def _answer_overdue(connection: Connection, case: Row, now: datetime) -> None:
    book = await open_book(connection, case)
    if not any(duty.rule.stage == "answer" and duty.running and duty.overdue(now) for duty in book.duties):
        raise problems.AnswerNotOverdue


async def decide_appeal(
    connection: Connection, opened: Opened, body: AppealDecisionBody, *, codes: Codes, now: datetime
) -> Row:
    """Grant the appeal, which brings the case back, or dismiss it, naming the next way. Raises TookPartBefore, Unprocessable."""
    case, actor = opened.row, opened.caller.actor
    if await queries.took_part(connection, case["id"], subject=f"{actor.kind}:{actor.id}", person_id=actor.person_id):
        raise problems.TookPartBefore
    dismissed = body.decision == "dismissed"
    if dismissed and body.next_body is None:
        raise problems.next_body_missing()
    if body.next_body is not None and not codes.has("referral_bodies", body.next_body):
        raise problems.next_body_unknown()
    row = next((each for each in opened.transitions if (each.to == "closed") == dismissed), None)
    if row is None:
        raise refused(case, opened.roles)
    back = {"resolved_at": None, "closed_at": None, "outcome_code": None, "closure_kind": None}
    ended = {"closed_at": case["closed_at"] or now, "closure_kind": "appeal_upheld"}
    return await move(
        connection,
        case,
        action="appeal_decision",
        to_state=row.to,
        actor=opened.actor,
        now=now,
        changes=ended if dismissed else back,
        public={"decision": body.decision, "reasons": body.reasons, "next_body": body.next_body},
        clock=row.clock,
    )
