"""`/v1/standards/{id}/offers`: what people wished or proposed for the service, by reference, for those who draft."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.problems import Forbidden, NotAuthenticated
from chassis.http.routing import router
from chassis.http.versions import MayMatch, encode, single
from chassis.ops.clock import Now
from directory.access import Anyone
from registry.consultations.routes import REFUSED
from registry.consultations.schemas import DispositionBody
from registry.moments import OnDay, cut_at
from registry.offers import operations, queries
from registry.offers.schemas import Offer, OfferPage
from registry.standards import rights
from registry.standards.operations import By
from registry.standards.routes import Drafter, readable

routes = router(tags=["standards"])


@routes.get(
    "/standards/{standard_id}/offers",
    operation_id="list_offers",
    summary="Aspirations and input offered to a draft",
    response_model=OfferPage,
)
async def list_offers(
    actor: Anyone,
    connection: Snapshot,
    standard_id: UUID,
    moment: OnDay,
    chosen: Annotated[Chosen, queries.FILTERS.dependency()],
    now: Now,
) -> Response:
    """Cases that name the service and that no version has settled, and those that this one has; for those who see drafts.

    A deferred case is offered to the next draft again. With `as_of`, what had come in and was settled by the end of that day.
    """
    row = await readable(connection, standard_id, actor, at=now, moment=moment)
    if not rights.is_insider(actor, row):
        raise NotAuthenticated if actor.kind == "anonymous" else Forbidden
    page = await queries.find_offers(connection, chosen, row, cut=cut_at(moment, row["time_zone"]))
    return Response(encode(page.written([queries.shown(found) for found in page.rows])), media_type="application/json")


@routes.post(
    "/standards/{standard_id}/offers/{case_id}/disposition",
    operation_id="dispose_of_offer",
    summary="Say what a draft made of a case",
    response_model=Offer,
    responses=REFUSED,
)
async def dispose_of_offer(
    request: Request,
    _once: Once,
    actor: Drafter,
    connection: Transaction,
    standard_id: UUID,
    case_id: UUID,
    body: DispositionBody,
    expected: MayMatch,
    now: Now,
) -> Response:
    """As with a comment: a disposition with a tied change lets its component change while the version is finalised."""
    row = await operations.dispose(
        connection, standard_id, case_id, body.model_dump(), by=By(actor=actor, now=now), expected=expected
    )
    return single(request, queries.shown(row), version=row["version"])
