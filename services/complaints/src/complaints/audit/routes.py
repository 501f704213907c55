"""`GET /v1/public/anchors`: what anybody may keep, to show later that the record is still the same."""

from datetime import date
from typing import Annotated, Any

from sqlalchemy import select
from starlette.responses import Response

from chassis.data.statements import Row
from chassis.data.transactions import Snapshot
from chassis.http.filters import Chosen, Filters, Sort
from chassis.http.identity import Public
from chassis.http.routing import router
from chassis.http.versions import encode
from complaints.audit.schemas import Anchors
from complaints.audit.tables import chain_anchors

routes = router(tags=["public"])
_ANCHORS = Filters(parameters=[], sorts={"day": Sort((chain_anchors.c.day,), (date,))}, default_sort="-day")


@routes.get("/public/anchors", operation_id="list_anchors", summary="Daily anchors", response_model=Anchors)
async def list_anchors(
    _caller: Public, connection: Snapshot, chosen: Annotated[Chosen, _ANCHORS.dependency()]
) -> Response:
    """Newest first. Each digest covers every entry of every history up to its position, by way of the digest before it."""
    page = await _ANCHORS.page(connection, chosen, select(chain_anchors))
    content = page.written([_shown(row) for row in page.rows])
    return Response(encode(content), media_type="application/json", headers={"Cache-Control": "public, max-age=300"})


def _shown(row: Row) -> dict[str, Any]:
    return {**dict(row), "digest": bytes(row["digest"]).hex(), "stream_chain": bytes(row["stream_chain"]).hex()}
