"""What is done with a case under way: `/response`, `/approval`, `/note`, `/pause`, `/resumption`, `/extension`, `/reply`."""

from uuid import UUID

from fastapi import Request
from sqlalchemy import bindparam, select
from starlette.responses import Response

from chassis.data.statements import Statement
from chassis.data.transactions import Transaction
from chassis.documents.printing import Printer
from chassis.http.idempotency import Once
from chassis.http.routing import router
from chassis.http.versions import IfMatch, MayMatch
from chassis.ops.clock import Now
from complaints.cases.operations import open_case
from complaints.cases.replies import acted
from complaints.cases.rights import Anybody, Staff
from complaints.cases.schemas import Case
from complaints.cases.tables import cases
from complaints.codes import KnownCodes
from complaints.handling import answers, operations
from complaints.handling.schemas import (
    ApprovalBody,
    ExtensionBody,
    NoteBody,
    PauseBody,
    ReplyBody,
    ResponseBody,
    ResumptionBody,
)

routes = router(tags=["handling"])
_STATE = Statement(select(cases.c.state).where(cases.c.id == bindparam("case_id")))


@routes.post(
    "/complaints/{case_id}/response",
    operation_id="respond_to_complaint",
    summary="Answer the reporter",
    response_model=Case,
    status_code=201,
)
async def respond(
    request: Request,
    case_id: UUID,
    body: ResponseBody,
    caller: Staff,
    connection: Transaction,
    expected: IfMatch,
    _once: Once,
    codes: KnownCodes,
    printer: Printer,
    now: Now,
) -> Response:
    """A first, an interim, a question, or the substantive answer, which a superior approves where the unit's policy asks it."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="response", now=now)
    await answers.respond(connection, opened, body, codes=codes, labels=printer.labels, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/approval",
    operation_id="approve_response",
    summary="Approve or return the answer that waits",
    response_model=Case,
    status_code=201,
)
async def approve(
    request: Request,
    case_id: UUID,
    body: ApprovalBody,
    caller: Staff,
    connection: Transaction,
    expected: IfMatch,
    _once: Once,
    now: Now,
) -> Response:
    """By a superior who isn't its author. An approved answer goes out at once."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="approval", now=now)
    await answers.approve(connection, opened, body, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/note",
    operation_id="note_on_complaint",
    summary="Add a note",
    response_model=Case,
    status_code=201,
)
async def note(
    request: Request,
    case_id: UUID,
    body: NoteBody,
    caller: Staff,
    connection: Transaction,
    expected: MayMatch,
    _once: Once,
    now: Now,
) -> Response:
    """Internal, unless it says that the reporter may read it."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="note", now=now)
    await operations.note(connection, opened, body, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/pause",
    operation_id="pause_complaint",
    summary="Pause the work",
    response_model=Case,
    status_code=201,
)
async def pause(
    request: Request,
    case_id: UUID,
    body: PauseBody,
    caller: Staff,
    connection: Transaction,
    expected: IfMatch,
    _once: Once,
    codes: KnownCodes,
    now: Now,
) -> Response:
    """Only waiting for the reporter and force majeure stop the clock; never once it has run out."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="pause", now=now)
    await operations.pause(connection, opened, body, codes=codes, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/resumption",
    operation_id="resume_complaint",
    summary="Go on with the work",
    response_model=Case,
    status_code=201,
)
async def resume(
    request: Request,
    case_id: UUID,
    body: ResumptionBody,
    caller: Staff,
    connection: Transaction,
    expected: IfMatch,
    _once: Once,
    now: Now,
) -> Response:
    """The due date moves by the days for which the clock stood still."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="resumption", now=now)
    await operations.resume(connection, opened, body.note, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/extension",
    operation_id="extend_complaint",
    summary="Extend the due date",
    response_model=Case,
    status_code=201,
)
async def extend(
    request: Request,
    case_id: UUID,
    body: ExtensionBody,
    caller: Staff,
    connection: Transaction,
    expected: IfMatch,
    _once: Once,
    now: Now,
) -> Response:
    """Once, in time, with a written reason, where the policy grants it (a formal request: 7 working days)."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="extension", now=now)
    await operations.extend(connection, opened, body.reason, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/reply",
    operation_id="reply_to_complaint",
    summary="The reporter replies",
    response_model=Case,
    status_code=201,
)
async def reply(
    request: Request,
    case_id: UUID,
    body: ReplyBody,
    caller: Anybody,
    connection: Transaction,
    expected: MayMatch,
    _once: Once,
    now: Now,
) -> Response:
    """More facts; the answer to a question, which ends the pause; or whether the unit's answer satisfies: yes closes the case."""
    state = await _STATE.fetchval(connection, case_id=case_id)
    action = "closure" if state == "resolved" and body.satisfied else "reply"
    opened = await open_case(connection, case_id, caller, expected=expected, action=action, now=now)
    await operations.reply(connection, opened, body, now=now)
    return await acted(request, connection, opened, now=now)
