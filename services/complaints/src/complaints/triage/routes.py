"""Triage's actions on `/v1/complaints/{id}`: verification, completion, classification, archival, referral, protection."""

from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Transaction
from chassis.http.idempotency import Once
from chassis.http.routing import router
from chassis.http.versions import IfMatch, MayMatch
from chassis.ops.clock import Now
from complaints.cases.operations import open_case
from complaints.cases.replies import acted
from complaints.cases.rights import Anybody, Staff
from complaints.cases.schemas import Case
from complaints.codes import KnownCodes
from complaints.custody.routing.assigning import assign_by_rule
from complaints.triage import operations
from complaints.triage.schemas import Archival, Classification, Completion, Protection, Referral, Verification

routes = router(tags=["triage"])


@routes.post(
    "/complaints/{case_id}/verification",
    operation_id="verify_complaint",
    summary="Find a case complete, or say what is missing",
    response_model=Case,
    status_code=201,
)
async def verify(
    request: Request,
    case_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    body: Verification,
) -> Response:
    """The file is complete and its handling begins, or the reporter is asked, once, for what is missing.

    A case that is classified already goes at once to the unit of a routing rule that assigns by itself.
    """
    opened = await open_case(connection, case_id, caller, expected=expected, action="verification", now=now)
    verified = await operations.verify(connection, opened, body, now=now)
    await assign_by_rule(connection, verified, request.app.state.router, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/completion",
    operation_id="complete_complaint",
    summary="Add what was missing",
    response_model=Case,
    status_code=201,
)
async def complete(
    request: Request,
    case_id: UUID,
    caller: Anybody,
    _once: Once,
    expected: MayMatch,
    connection: Transaction,
    now: Now,
    codes: KnownCodes,
    body: Completion,
) -> Response:
    """By the reporter with a Tracking-Token or signed in, or by an officer on the reporter's behalf."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="completion", now=now)
    await operations.complete(connection, opened, body, codes, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/classification",
    operation_id="classify_complaint",
    summary="Say what a case is",
    response_model=Case,
    status_code=201,
)
async def classify(
    request: Request,
    case_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    codes: KnownCodes,
    body: Classification,
) -> Response:
    """Type, class and category. The due date is counted anew from the day on which the file was complete.

    A case that no unit has yet goes at once to the unit of a routing rule that assigns by itself: the reply then says so.
    """
    opened = await open_case(connection, case_id, caller, expected=expected, action="classification", now=now)
    classified = await operations.classify(connection, opened, body, codes, now=now)
    await assign_by_rule(connection, classified, request.app.state.router, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/archival",
    operation_id="archive_complaint",
    summary="Put a case away",
    response_model=Case,
    status_code=201,
)
async def archive(
    request: Request,
    case_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    codes: KnownCodes,
    body: Archival,
) -> Response:
    """With a reason that holds at this stage, and an explanation to the reporter."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="archival", now=now)
    await operations.archive(connection, opened, body, codes, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/referral",
    operation_id="refer_complaint",
    summary="Pass a case on to a body outside",
    response_model=Case,
    status_code=201,
)
async def refer(
    request: Request,
    case_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    codes: KnownCodes,
    body: Referral,
) -> Response:
    """Outside government or reserved to another body; the hand-over is recorded."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="referral", now=now)
    await operations.refer(connection, opened, body, codes, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/protection",
    operation_id="protect_complaint",
    summary="Take a case to the protected path",
    response_model=Case,
    status_code=201,
)
async def protect(
    request: Request,
    case_id: UUID,
    caller: Anybody,
    _once: Once,
    expected: MayMatch,
    connection: Transaction,
    now: Now,
    body: Protection,
) -> Response:
    """By triage, the unit, the auditor or the reporter. Nobody but the auditor sees the case afterwards."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="protection", now=now)
    await operations.protect(connection, opened, body, now=now)
    return await acted(request, connection, opened, now=now)
