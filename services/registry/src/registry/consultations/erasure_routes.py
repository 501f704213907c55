"""`/v1/standards/{id}/erasure`: a person's data goes from the record of a consultation; the record stays."""

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from chassis.data.transactions import Transaction
from chassis.http.idempotency import Once
from chassis.http.routing import router
from chassis.http.versions import encode
from chassis.ops.clock import Now
from directory.access import acting
from directory.roles import Actor
from registry.consultations import erasures
from registry.consultations.schemas import Erasure, ErasureBody
from registry.standards import rights
from registry.standards.operations import By

Eraser = Annotated[Actor, acting(*rights.ERASING, scope=rights.WRITE)]

routes = router(tags=["consultations"])


@routes.post(
    "/standards/{standard_id}/erasure",
    operation_id="erase_personal_data",
    summary="Erase a person's data from the record of a consultation",
    response_model=Erasure,
    status_code=201,
)
async def erase_personal_data(
    _once: Once,
    actor: Eraser,
    connection: Transaction,
    standard_id: UUID,
    body: ErasureBody,
    now: Now,
) -> Response:
    """On request (UU 27/2022), by the unit's head or the data protection officer, also once the standard is stipulated.

    What was said, agreed and signed stays, by element of society and day. The version's history tells who erased, when and why.
    Where the names stand in free text is told to whoever erases, who decides: a comment's text goes by `comments`, `body`.
    """
    erased = await erasures.erase(connection, standard_id, body.model_dump(), by=By(actor=actor, now=now))
    headers = {"Location": f"/v1/standards/{standard_id}/history"}
    return Response(encode(erased), status_code=201, media_type="application/json", headers=headers)
