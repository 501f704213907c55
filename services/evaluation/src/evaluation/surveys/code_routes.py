"""`/v1/surveys/{id}/codes` and `…/code-sheets`: one-time codes, as a list or as a sheet to print."""

import asyncio
from uuid import UUID

from starlette.responses import HTMLResponse, Response

from chassis.data.transactions import Transaction
from chassis.http.idempotency import Once, without
from chassis.http.routing import router
from chassis.http.versions import encode
from chassis.ops.clock import Now
from evaluation.rights import Conductor
from evaluation.surveys import operations, queries
from evaluation.surveys.schemas import Codes, NewCodes, NewSheet
from evaluation.surveys.sheets import sheet

routes = router(tags=["surveys"])


@routes.post(
    "/surveys/{survey_id}/codes",
    operation_id="make_survey_codes",
    summary="Make one-time codes",
    status_code=201,
    response_model=Codes,
    responses={409: {"description": "codes_not_allowed"}},
)
async def make_survey_codes(
    survey_id: UUID, wanted: NewCodes, actor: Conductor, once: Once, connection: Transaction, now: Now
) -> Response:
    """To hand out one by one. They are shown this once: a repeated request gets the reply without them.

    A client with evaluation:write may do the same: the complaints service, for a link to whoever's case was closed.
    """
    if once is not None:
        once.redact = without("codes")
    codes = await operations.make_codes(connection, survey_id, wanted.count, actor, now)
    body = encode({"survey_id": survey_id, "count": len(codes), "codes": codes})
    headers = {"Location": f"/v1/surveys/{survey_id}", "Cache-Control": "no-store"}
    return Response(body, status_code=201, media_type="application/json", headers=headers)


@routes.post(
    "/surveys/{survey_id}/code-sheets",
    operation_id="make_survey_code_sheet",
    summary="Make a sheet of one-time codes",
    status_code=201,
    response_class=HTMLResponse,
    responses={409: {"description": "codes_not_allowed"}},
)
async def make_survey_code_sheet(
    survey_id: UUID, wanted: NewSheet, actor: Conductor, once: Once, connection: Transaction, now: Now
) -> Response:
    """New codes on a page to print and cut apart, each with a QR code of its address, or of itself where no link is told.

    It is shown this once: a repeated request gets an empty page.
    """
    if once is not None:
        once.redact = _emptied
    codes = await operations.make_codes(connection, survey_id, wanted.count, actor, now)
    survey = await queries.find_survey(connection, survey_id)
    title = survey["title"] if survey is not None else ""
    headers = {
        "Location": f"/v1/surveys/{survey_id}",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    # QR codes take some milliseconds each.
    page = await asyncio.to_thread(sheet, title, codes, link=wanted.link)
    return HTMLResponse(page, status_code=201, headers=headers)


def _emptied(_page: bytes) -> bytes:
    return b""
