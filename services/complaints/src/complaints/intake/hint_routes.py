"""`POST /v1/complaints/duplicate-hints`: whether others told of the same matter, asked while a form is filled in."""

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Snapshot
from chassis.http.identity import Public
from chassis.http.routing import router
from chassis.http.versions import encode
from chassis.ops.clock import Now
from complaints.intake.hint_schemas import AboutToFile, DuplicateHints
from complaints.intake.hints import find_alike

routes = router(tags=["complaints"])


@routes.post(
    "/complaints/duplicate-hints",
    operation_id="find_duplicate_hints",
    summary="Find public cases like one about to be filed",
    response_model=DuplicateHints,
)
async def find_duplicate_hints(
    request: Request, _caller: Public, connection: Snapshot, now: Now, body: AboutToFile
) -> Response:
    """Verified cases of the last 90 days that are neither confidential nor protected, by words that many share, place and time.

    Nobody is kept from filing: a hint is for whoever wants to follow a case that is there already.
    """
    items, complete = await find_alike(connection, body, request.app.state.suggester, now)
    content = {"items": items, "complete": complete}
    return Response(encode(content), media_type="application/json", headers={"Cache-Control": "no-store"})
