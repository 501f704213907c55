"""`/v1/standards/{id}/charter/signature`, `/review`, `/confirmation`, `/revocation`: the later life of a published standard."""

from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Transaction
from chassis.http.idempotency import Once
from chassis.http.routing import router
from chassis.http.versions import IfMatch
from chassis.ops.clock import Now
from registry.standards.operations import By
from registry.standards.routes import Head, HeadOrHigher, HeadOrResponsible, reply
from registry.standards.schemas import Standard
from registry.stipulation import aftercare, charters
from registry.stipulation.schemas import ConfirmationBody, ReviewBody, RevocationBody, SignatureBody

REFUSED: dict[int | str, dict[str, Any]] = {409: {"description": "move_not_allowed: allowed_actions names what is"}}

routes = router(tags=["stipulation"])


@routes.post(
    "/standards/{standard_id}/charter/signature",
    operation_id="sign_charter",
    summary="Sign the charter anew",
    response_model=Standard,
    responses=REFUSED,
)
async def sign_charter(
    request: Request,
    _once: Once,
    actor: Head,
    connection: Transaction,
    standard_id: UUID,
    body: SignatureBody,
    expected: IfMatch,
    now: Now,
) -> Response:
    """After the signer's seat changed hands: for every standard that the charter covers. Earlier signatures are kept."""
    signature = body.model_dump(mode="json") | {"signed_on": body.signed_on}
    by = By(actor=actor, now=now)
    row = await charters.sign_anew(connection, standard_id, signature, by=by, expected=expected)
    return reply(request, row, actor)


@routes.post(
    "/standards/{standard_id}/review",
    operation_id="review_standard",
    summary="Begin a review",
    response_model=Standard,
    responses=REFUSED,
)
async def review_standard(
    request: Request,
    _once: Once,
    actor: HeadOrResponsible,
    connection: Transaction,
    standard_id: UUID,
    body: ReviewBody,
    expected: IfMatch,
    now: Now,
) -> Response:
    """The version stays in force. The registry begins one by itself on the day it is due."""
    row = await aftercare.review(
        connection,
        standard_id,
        cause=body.cause,
        reason=body.reason,
        by=By(actor=actor, now=now),
        expected=expected,
    )
    return reply(request, row, actor)


@routes.post(
    "/standards/{standard_id}/confirmation",
    operation_id="confirm_standard",
    summary="End a review without a change",
    response_model=Standard,
    responses=REFUSED,
)
async def confirm_standard(
    request: Request,
    _once: Once,
    actor: Head,
    connection: Transaction,
    standard_id: UUID,
    body: ConfirmationBody,
    expected: IfMatch,
    now: Now,
) -> Response:
    """With the review's report; the next review is due at most three years from today."""
    row = await aftercare.confirm(
        connection,
        standard_id,
        report=body.report,
        years=body.years,
        by=By(actor=actor, now=now),
        expected=expected,
    )
    return reply(request, row, actor)


@routes.post(
    "/standards/{standard_id}/revocation",
    operation_id="revoke_standard",
    summary="Revoke a standard by decree",
    response_model=Standard,
    responses=REFUSED,
)
async def revoke_standard(
    request: Request,
    _once: Once,
    actor: HeadOrHigher,
    connection: Transaction,
    standard_id: UUID,
    body: RevocationBody,
    expected: IfMatch,
    now: Now,
) -> Response:
    """From today the version is in force no longer."""
    decree = body.model_dump(mode="json")
    row = await aftercare.revoke(connection, standard_id, decree, by=By(actor=actor, now=now), expected=expected)
    return reply(request, row, actor)
