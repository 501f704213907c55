"""The end of a case and its return: `/resolution`, `/rating`, `/reopening`, `/appeal`, `/appeal-decision`, `/withdrawal`."""

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
from complaints.closure import operations, returns
from complaints.closure.schemas import (
    AppealBody,
    AppealDecisionBody,
    RatingBody,
    ReopeningBody,
    ResolutionBody,
    WithdrawalBody,
)
from complaints.codes import KnownCodes

routes = router(tags=["closure"])


@routes.post(
    "/complaints/{case_id}/resolution",
    operation_id="resolve_complaint",
    summary="Say that it is done",
    response_model=Case,
    status_code=201,
)
async def resolve(
    request: Request,
    case_id: UUID,
    body: ResolutionBody,
    caller: Staff,
    connection: Transaction,
    expected: IfMatch,
    _once: Once,
    codes: KnownCodes,
    now: Now,
) -> Response:
    """With the outcome and, where it asks for it, proof. This is the decision of UU 25/2009 art. 50."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="resolution", now=now)
    await operations.resolve(connection, opened, body, codes=codes, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/rating",
    operation_id="rate_complaint",
    summary="Rate how the case was handled",
    response_model=Case,
    status_code=201,
)
async def rate(
    request: Request,
    case_id: UUID,
    body: RatingBody,
    caller: Anybody,
    connection: Transaction,
    expected: MayMatch,
    _once: Once,
    codes: KnownCodes,
    now: Now,
) -> Response:
    """By the reporter: from 1 to 5, with reasons."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="rating", now=now)
    await operations.rate(connection, opened, body, codes=codes, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/reopening",
    operation_id="reopen_complaint",
    summary="Bring a case back",
    response_model=Case,
    status_code=201,
)
async def reopen(
    request: Request,
    case_id: UUID,
    body: ReopeningBody,
    caller: Anybody,
    connection: Transaction,
    expected: MayMatch,
    _once: Once,
    now: Now,
) -> Response:
    """By the reporter inside the window, at most twice; by an administrator on a ground."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="reopening", now=now)
    await returns.reopen(connection, opened, body, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/appeal",
    operation_id="appeal_complaint",
    summary="Appeal to the superior",
    response_model=Case,
    status_code=201,
)
async def appeal(
    request: Request,
    case_id: UUID,
    body: AppealBody,
    caller: Anybody,
    connection: Transaction,
    expected: MayMatch,
    _once: Once,
    now: Now,
) -> Response:
    """Against the outcome of a complaint, or of a formal request, or against the silence on one. Going outside is always open too."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="appeal", now=now)
    await returns.appeal(connection, opened, body, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/appeal-decision",
    operation_id="decide_appeal",
    summary="Decide an appeal",
    response_model=Case,
    status_code=201,
)
async def decide_appeal(
    request: Request,
    case_id: UUID,
    body: AppealDecisionBody,
    caller: Staff,
    connection: Transaction,
    expected: IfMatch,
    _once: Once,
    codes: KnownCodes,
    now: Now,
) -> Response:
    """By somebody who took no part before; a dismissal names the body to which the reporter may go next."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="appeal_decision", now=now)
    await returns.decide_appeal(connection, opened, body, codes=codes, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/withdrawal",
    operation_id="withdraw_complaint",
    summary="Withdraw a case",
    response_model=Case,
    status_code=201,
)
async def withdraw(
    request: Request,
    case_id: UUID,
    body: WithdrawalBody,
    caller: Anybody,
    connection: Transaction,
    expected: MayMatch,
    _once: Once,
    now: Now,
) -> Response:
    """By the reporter. A matter of supervision is examined on without them; under appeal only the appeal ends."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="withdrawal", now=now)
    await operations.withdraw(connection, opened, body, now=now)
    return await acted(request, connection, opened, now=now)
