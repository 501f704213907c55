"""Compensation of a case: `/compensation`, its decision and payment; and `/v1/compensation-claims`, what institutions owe."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.data.transactions import Reading, Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.problems import Forbidden, NotFound
from chassis.http.routing import router
from chassis.http.versions import IfMatch, MayMatch, encode, single
from chassis.ops.clock import Now
from complaints.cases import access
from complaints.cases.rights import READ, Anybody, Reader, Staff
from complaints.cases.routes import seen
from complaints.cases.visibility import sees_content
from complaints.compensation import operations, queries
from complaints.compensation.schemas import AwardBody, Claim, ClaimBody, ClaimPage, Compensation, PaymentBody
from complaints.deadlines.queries import calendar_of
from directory.access import acting
from directory.reach import reach_by_scope, reach_of
from directory.roles import RESPONSIBLE_OFFICER, SUPERVISOR, Actor
from directory.zones import national_day

routes = router(tags=["closure"])
OVERSEERS = ("institution_admin", RESPONSIBLE_OFFICER, SUPERVISOR)
"""Who budgets for awards, or watches that they are paid."""


@routes.get(
    "/complaints/{case_id}/compensation",
    operation_id="get_compensation",
    summary="The claim for compensation of a case",
    response_model=Compensation,
)
async def get_compensation(request: Request, case_id: UUID, caller: Reader, connection: Reading, now: Now) -> Response:
    """What was claimed, awarded and paid, with its steps. 404 where nothing was."""
    case, roles = await seen(connection, case_id, caller, now)
    if not sees_content(roles, case):
        raise Forbidden
    await access.note_reading(connection, case, caller, roles=roles, what="compensation", now=now)
    content = await whole_claim(connection, case, now)
    if content is None:
        raise NotFound
    return single(request, content, version=case["version"])


@routes.post(
    "/complaints/{case_id}/compensation",
    operation_id="claim_compensation",
    summary="Claim compensation",
    response_model=Compensation,
    status_code=201,
    responses={409: {"description": "not_claimable, claim_decided"}},
)
async def claim_compensation(
    request: Request,
    case_id: UUID,
    body: ClaimBody,
    caller: Anybody,
    connection: Transaction,
    expected: MayMatch,
    _once: Once,
    now: Now,
) -> Response:
    """By the reporter of a complaint, with their identity: whoever is paid is known (UU 25/2009 art. 42(3))."""
    case = await operations.claim(connection, case_id, caller, body, expected=expected, now=now)
    return await _reply(request, connection, case, now)


@routes.post(
    "/complaints/{case_id}/compensation-decision",
    operation_id="decide_compensation",
    summary="Award or reject a claim",
    response_model=Compensation,
    status_code=201,
    responses={409: {"description": "nothing_claimed, claim_decided, move_not_allowed"}},
)
async def decide_compensation(
    request: Request,
    case_id: UUID,
    body: AwardBody,
    caller: Staff,
    connection: Transaction,
    expected: IfMatch,
    _once: Once,
    now: Now,
) -> Response:
    """With reasons; an award states amount and last day of payment (art. 50(3)). An undecided claim bars the resolution."""
    case = await operations.decide(connection, case_id, caller, body, expected=expected, now=now)
    return await _reply(request, connection, case, now)


@routes.post(
    "/complaints/{case_id}/compensation-payment",
    operation_id="record_compensation_payment",
    summary="Record that an award was paid",
    response_model=Compensation,
    status_code=201,
    responses={409: {"description": "nothing_claimed"}},
)
async def record_compensation_payment(
    request: Request,
    case_id: UUID,
    body: PaymentBody,
    caller: Staff,
    connection: Transaction,
    expected: IfMatch,
    _once: Once,
    now: Now,
) -> Response:
    """Also once the case is closed; the reporter is told."""
    case = await operations.pay(connection, case_id, caller, body, expected=expected, now=now)
    return await _reply(request, connection, case, now)


@routes.get(
    "/compensation-claims",
    operation_id="list_compensation_claims",
    summary="What institutions owe in compensation",
    response_model=ClaimPage,
)
async def list_compensation_claims(
    actor: Annotated[Actor, acting(*OVERSEERS, scope=READ)],
    connection: Snapshot,
    chosen: Annotated[Chosen, queries.FILTERS.dependency()],
    now: Now,
) -> Response:
    """Of the institutions that the caller administers or supervises: what must be budgeted for. Protected cases aren't in it."""
    day = national_day(now)
    reach = reach_of(actor, *OVERSEERS) | reach_by_scope(actor, READ)
    page = await queries.FILTERS.page(
        connection, chosen, queries.LISTED, reach=queries.reach_of_claims(reach, national_day(now))
    )
    items = [_shown(row, day) for row in page.rows]
    return Response(
        encode(page.written(items)), media_type="application/json", headers={"Cache-Control": "private, no-cache"}
    )


async def _reply(request: Request, connection: Connection, case: Row, now: datetime) -> Response:
    content = await whole_claim(connection, case, now)
    assert content is not None
    headers = {"Location": f"/v1/complaints/{case['id']}/compensation"}
    return single(request, content, version=case["version"], status=201, headers=headers)


async def whole_claim(connection: Connection, case: Row, now: datetime) -> dict[str, Any] | None:
    """The claim of a case with its steps, as it is sent; None where nothing was claimed or awarded."""
    held = await queries.find_claim(connection, case["id"])
    if held is None:
        return None
    calendar = await calendar_of(connection, case["institution_id"])
    steps = await queries.find_steps(connection, case["id"])
    history = [{"at": step["at"], "state": step["public"]["state"], "public": step["public"]} for step in steps]
    return {**_shown(held, calendar.local_day(now)), "history": history}


def _shown(claim: Mapping[str, Any], today: date) -> dict[str, Any]:
    overdue = claim["state"] == "awarded" and claim["pay_by"] < today
    return {**{name: claim[name] for name in Claim.model_fields if name != "overdue"}, "overdue": overdue}
