"""The verbs of answering: respond, approve. The caller holds the opened case."""

from datetime import datetime
from typing import Any

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.ops.identifiers import new_id
from complaints.cases.lifecycle import Transition
from complaints.cases.operations import Opened, refused
from complaints.codes import Codes
from complaints.handling import problems, queries
from complaints.handling.commitments import numbered
from complaints.handling.outcomes import COMMITMENT, fits
from complaints.handling.schemas import ApprovalBody, ResponseBody
from complaints.handling.substance import is_substantive
from complaints.moves.moving import move

_SENT_AT_ONCE = ("resolved", "responded")


async def respond(connection: Connection, opened: Opened, body: ResponseBody, *, codes: Codes, now: datetime) -> Row:
    """Answer the reporter, or hand a substantive answer to the superior. Returns the case as it is now.

    Raises MoveNotAllowed, Unprocessable for an answer without substance or an outcome that doesn't fit.
    """
    row = _row_for(opened, body.kind)
    promised = numbered(each.model_dump(mode="json") for each in body.commitments)
    if body.kind == "substantive":
        _check_substance(opened.row, body, codes)
    sent = row.to != "awaiting_approval"
    await queries.add_response(
        connection,
        {
            "id": new_id(),
            "case_id": opened.row["id"],
            "kind": body.kind,
            "body": body.body,
            "proposed_outcome": body.proposed_outcome,
            "commitments": promised,
            "author": opened.actor,
            "author_subject": _subject(opened),
            "author_person": opened.caller.actor.person_id,
            "created_at": now,
            "approval": "not_needed" if sent else "pending",
            "sent_at": now if sent else None,
        },
    )
    told = _told(body.kind, body.body, body.proposed_outcome, promised)
    return await move(
        connection,
        opened.row,
        action="response",
        to_state=row.to,
        actor=opened.actor,
        now=now,
        changes=_answered(opened.row, row.to, body.kind, body.proposed_outcome, now),
        public=told if sent else {"hidden": True},
        internal={} if sent else told,
        clock=row.clock,
    )


def _row_for(opened: Opened, kind: str) -> Transition:
    """The lifecycle's row for an answer of this kind: a head's own approval before a superior's, where both may be."""
    by_state = {row.to: row for row in opened.transitions}
    if kind == "substantive":
        wanted: tuple[str, ...] = (*_SENT_AT_ONCE, "awaiting_approval") if opened.row["state"] == "in_progress" else ()
    elif opened.row["state"] == "responded":
        wanted = ("responded",) if kind == "interim" else ()
    elif opened.row["state"] == "assigned":
        wanted = ("in_progress",) if kind == "first" else ()
    else:
        wanted = ("in_progress",)
    found = next((by_state[state] for state in wanted if state in by_state), None)
    if found is None:
        raise refused(opened.row, opened.roles)
    return found


def _check_substance(case: Row, body: ResponseBody, codes: Codes) -> None:
    if not is_substantive(body.body):
        raise problems.not_substantive()
    if body.proposed_outcome is None:
        raise problems.outcome_missing()
    if not fits(codes, body.proposed_outcome, case["type"]):
        raise problems.outcome_unfit("/proposed_outcome")
    if body.proposed_outcome == COMMITMENT and not body.commitments:
        raise problems.commitments_missing()


def _told(kind: str, text: str, outcome: str | None, promised: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": kind, "body": text, "proposed_outcome": outcome, "commitments": promised}


def _answered(case: Row, to: str, kind: str, outcome: str | None, now: datetime) -> dict[str, Any]:
    """The columns that an answer changes when it reaches the reporter; the first of each kind counts."""
    if to == "awaiting_approval":
        return {"proposed_outcome": outcome}
    changes: dict[str, Any] = {"first_response_at": case["first_response_at"] or now}
    if kind == "substantive":
        changes |= {"substantive_at": case["substantive_at"] or now, "proposed_outcome": outcome}
    if to == "resolved":
        changes |= {"outcome_code": outcome, "resolved_at": now}
    return changes


async def approve(connection: Connection, opened: Opened, body: ApprovalBody, *, now: datetime) -> Row:
    """Approve the answer that waits, which sends it, or return it with remarks. Raises OwnResponse, Unprocessable."""
    case = opened.row
    response = await queries.find_pending(connection, case["id"])
    assert response is not None, "a case that awaits approval has an answer"
    if _is_author(opened, response):
        raise problems.OwnResponse
    approved = body.decision == "approved"
    if not approved and body.remarks is None:
        raise problems.remarks_missing()
    answered = ("responded", "resolved")
    row = next((each for each in opened.transitions if (each.to in answered) == approved), None)
    if row is None:
        raise refused(case, opened.roles)
    await queries.decide(
        connection,
        response["id"],
        approval=body.decision,
        by=opened.actor,
        remarks=body.remarks,
        now=now,
        sent=approved,
    )
    told = _told(response["kind"], response["body"], response["proposed_outcome"], response["commitments"])
    return await move(
        connection,
        case,
        action="approval",
        to_state=row.to,
        actor=opened.actor,
        now=now,
        changes=_answered(case, row.to, "substantive", response["proposed_outcome"], now) if approved else {},
        public=told if approved else {"hidden": True},
        internal={"decision": body.decision, "remarks": body.remarks},
        clock=row.clock,
    )


def _subject(opened: Opened) -> str:
    return f"{opened.caller.actor.kind}:{opened.caller.actor.id}"


def _is_author(opened: Opened, response: Row) -> bool:
    person = opened.caller.actor.person_id
    return _subject(opened) == response["author_subject"] or (
        person is not None and person == response["author_person"]
    )
