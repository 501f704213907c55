"""Custody's actions on `/v1/complaints/{id}`: assignment, acceptance, refusal, arbitration, transfer."""

from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Transaction
from chassis.http.idempotency import Once
from chassis.http.routing import router
from chassis.http.versions import IfMatch
from chassis.ops.clock import Now
from complaints.cases.operations import open_case
from complaints.cases.replies import acted
from complaints.cases.rights import Staff
from complaints.cases.schemas import Case
from complaints.codes import KnownCodes
from complaints.custody import operations
from complaints.custody.schemas import Acceptance, Arbitration, Assignment, Refusal, Transfer

routes = router(tags=["custody"])


@routes.post(
    "/complaints/{case_id}/assignment",
    operation_id="assign_complaint",
    summary="Send a case to a unit",
    response_model=Case,
    status_code=201,
)
async def assign(
    request: Request,
    case_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    body: Assignment,
) -> Response:
    """The unit has yet to take it; without `unit_id` it goes to the one that the directory proposed."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="assignment", now=now)
    await operations.assign(connection, opened, body, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/acceptance",
    operation_id="accept_complaint",
    summary="Take a case for the unit",
    response_model=Case,
    status_code=201,
)
async def accept(
    request: Request,
    case_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    body: Acceptance,
) -> Response:
    """By the unit's liaison or head, who then holds it."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="acceptance", now=now)
    await operations.accept(connection, opened, body, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/refusal",
    operation_id="refuse_complaint",
    summary="Say that a case isn't the unit's",
    response_model=Case,
    status_code=201,
)
async def refuse(
    request: Request,
    case_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    codes: KnownCodes,
    body: Refusal,
) -> Response:
    """Back to triage with a proposal; the second refusal goes to an arbiter."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="refusal", now=now)
    await operations.refuse(connection, opened, body, codes, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/arbitration",
    operation_id="arbitrate_complaint",
    summary="Decide whose case it is",
    response_model=Case,
    status_code=201,
)
async def arbitrate(
    request: Request,
    case_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    body: Arbitration,
) -> Response:
    """Binding: the unit can't refuse. Between institutions the national administrator decides."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="arbitration", now=now)
    await operations.arbitrate(connection, opened, body, now=now)
    return await acted(request, connection, opened, now=now)


@routes.post(
    "/complaints/{case_id}/transfer",
    operation_id="transfer_complaint",
    summary="Hand a case to another institution",
    response_model=Case,
    status_code=201,
)
async def transfer(
    request: Request,
    case_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    body: Transfer,
) -> Response:
    """Triage begins there anew; no clock of the citizen's does."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="transfer", now=now)
    await operations.transfer(connection, opened, body, now=now)
    return await acted(request, connection, opened, now=now)
