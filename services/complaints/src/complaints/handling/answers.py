"""The verbs of answering: respond, approve. The caller holds the opened case."""

from datetime import datetime
from typing import Any

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.documents.wording import Labels
from chassis.http.problems import Unprocessable
from chassis.ops.identifiers import new_id
from complaints.cases.guards import own_approval
from complaints.cases.lifecycle import BY_ID, REQUEST, Transition
from complaints.cases.operations import Opened, refused
from complaints.cases.queries import find_case
from complaints.codes import Codes
from complaints.custody.queries import find_units
from complaints.handling import problems, queries
from complaints.handling.commitments import numbered
from complaints.handling.outcomes import COMMITMENT, EXEMPTING, REFUSED_EXEMPT, fits
from complaints.handling.schemas import ApprovalBody, ResponseBody
from complaints.handling.substance import is_substantive
from complaints.moves.moving import move
from complaints.policies.handling import NONE
from complaints.templates.operations import text_of_use
from complaints.templates.queries import add_use
from directory.roles import LIAISON, OFFICER, RESPONSIBLE_OFFICER, UNIT_HEAD
from directory.zones import national_day

HEADS = frozenset({UNIT_HEAD, RESPONSIBLE_OFFICER})
ANSWERERS = frozenset({LIAISON, OFFICER})


async def respond(
    connection: Connection, opened: Opened, body: ResponseBody, *, codes: Codes, labels: Labels, now: datetime
) -> Row:
    """Answer the reporter, or hand a substantive answer to the superior. Returns the case as it is now.

    Raises MoveNotAllowed, Unprocessable for an answer without substance, an outcome that doesn't fit, a template that isn't
    there.
    """
    row = _row_for(opened, body.kind)
    await _check_promises(connection, body, now)
    promised = numbered(each.model_dump(mode="json") for each in body.commitments)
    text, version = await _text(connection, opened.row, body, labels, now)
    if body.kind == "substantive":
        _check_substance(opened.row, body, text, codes)
    sent = row.to != "awaiting_approval"
    response_id, exemption = new_id(), body.exemption.model_dump() if body.exemption else None
    await queries.add_response(
        connection,
        {
            "id": response_id,
            "case_id": opened.row["id"],
            "kind": body.kind,
            "body": text,
            "proposed_outcome": body.proposed_outcome,
            "commitments": promised,
            "exemption": exemption,
            "author": opened.actor,
            "author_subject": _subject(opened),
            "author_person": opened.caller.actor.person_id,
            "created_at": now,
            "approval": "not_needed" if sent else "pending",
            "sent_at": now if sent else None,
        },
    )
    if body.template is not None and version is not None:
        await add_use(connection, response_id, body.template.id, version)
    told = _told(body.kind, text, body.proposed_outcome, promised, exemption)
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


async def _check_promises(connection: Connection, body: ResponseBody, now: datetime) -> None:
    """A promise is for a day to come, and of a unit that there is."""
    today = national_day(now)
    asked = {(each.unit_id, today) for each in body.commitments if each.unit_id is not None}
    units = await find_units(connection, asked) if asked else {}
    flaws = []
    for number, each in enumerate(body.commitments):
        if each.due_on < today:
            flaws.append(problems.promised_before(number))
        if each.unit_id is not None and (each.unit_id, today) not in units:
            flaws.append(problems.promised_of_nobody(number))
    if flaws:
        raise Unprocessable(errors=flaws)


async def _text(
    connection: Connection, case: Row, body: ResponseBody, labels: Labels, now: datetime
) -> tuple[str, int | None]:
    """The answer's text, and the version of the template that it began with."""
    if body.template is None:
        if body.body is None:
            raise problems.body_missing()
        return body.body, None
    named = await find_case(connection, case["id"], now)
    assert named is not None
    return await text_of_use(connection, body.template, named, kind=body.kind, body=body.body, labels=labels, now=now)


def _row_for(opened: Opened, kind: str) -> Transition:
    """The lifecycle's row for an answer of this kind."""
    by_state = {row.to: row for row in opened.transitions}
    wanted: tuple[str, ...]
    if kind == "substantive":
        if opened.row["state"] != "in_progress":
            raise refused(opened.row, opened.roles)
        if goes_out_at_once(opened):
            return BY_ID["T36" if opened.row["type"] in REQUEST else "T35"]
        wanted = ("awaiting_approval",)
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


def goes_out_at_once(opened: Opened) -> bool:
    """Whether the caller's substantive answer needs nobody's approval, by the unit's policy. Pure.

    On the protected path somebody else always approves, and an accused never acts at all (case-lifecycle §4).
    """
    case, roles = opened.row, opened.roles
    if not own_approval(case):
        return False
    heads = HEADS | {"information_officer"} if case["type"] in REQUEST else HEADS
    return bool(roles & heads) or (case["approval"] == NONE and bool(roles & ANSWERERS))


def _check_substance(case: Row, body: ResponseBody, text: str, codes: Codes) -> None:
    if not is_substantive(text):
        raise problems.not_substantive()
    if body.proposed_outcome is None:
        raise problems.outcome_missing()
    if not fits(codes, body.proposed_outcome, case["type"]):
        raise problems.outcome_unfit("/proposed_outcome")
    if body.proposed_outcome == COMMITMENT and not body.commitments:
        raise problems.commitments_missing()
    if body.proposed_outcome == REFUSED_EXEMPT and body.exemption is None:
        raise problems.exemption_missing()
    if body.exemption is not None and body.proposed_outcome not in EXEMPTING:
        raise problems.exemption_unfit()


def _told(
    kind: str, text: str, outcome: str | None, promised: list[dict[str, Any]], exemption: dict[str, Any] | None
) -> dict[str, Any]:
    told = {"kind": kind, "body": text, "proposed_outcome": outcome, "commitments": promised}
    return told if exemption is None else {**told, "exemption": exemption}


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
    told = _told(
        response["kind"],
        response["body"],
        response["proposed_outcome"],
        response["commitments"],
        response["exemption"],
    )
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
