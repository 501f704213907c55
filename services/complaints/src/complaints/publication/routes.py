"""`/v1/public/complaints`, and `/v1/complaints/{id}/public-text`: the words that anybody may read of a case."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.statements import Row
from chassis.data.transactions import Reading, Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.identity import Public
from chassis.http.languages import Language
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.streams import RESPONSES, Stream, stream_form, walking
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from complaints.cases.rights import Staff
from complaints.cases.status import public_status
from complaints.publication import operations, queries
from complaints.publication.schemas import PublicCase, PublicCasePage, PublicText, PublicTextBody

routes = router(tags=["public"])
CACHED = "public, max-age=60"
_SHOWN = tuple(
    ("class" if name == "case_class" else name, name) for name in PublicCase.model_fields if name != "status"
)
_CLEARED = tuple(PublicText.model_fields)


def shown(row: Row, language: Language) -> dict[str, Any]:
    """A row of queries.PUBLIC as it is sent."""
    return {
        **{wire: row[name] for wire, name in _SHOWN},
        "status": public_status(row, row["unit_name"]).read(language),
    }


@routes.get(
    "/public/complaints",
    operation_id="list_public_complaints",
    summary="Cases as anybody may see them",
    response_model=PublicCasePage,
    responses=RESPONSES,
)
async def list_public_complaints(
    request: Request,
    _caller: Public,
    connection: Snapshot,
    chosen: Annotated[Chosen, queries.FILTERS.dependency()],
) -> Response:
    """Verified cases that are neither confidential nor protected; nobody's data, and only words that were cleared."""
    told = partial(shown, language=request.state.language)
    if (form := stream_form(request)) is not None:
        opened = walking(form, chosen, queries.list_public, told, PublicCase)
        return Stream(request, form, opened, name="public-complaints", cache=CACHED)
    page = await queries.list_public(connection, chosen)
    items = [told(row) for row in page.rows]
    return Response(encode(page.written(items)), media_type="application/json", headers={"Cache-Control": CACHED})


@routes.get(
    "/public/complaints/{case_id}",
    operation_id="get_public_complaint",
    summary="A case as anybody may see it",
    response_model=PublicCase,
)
async def get_public_complaint(request: Request, _caller: Public, connection: Reading, case_id: UUID) -> Response:
    """As in the list."""
    row = await queries.find_public(connection, case_id)
    if row is None:
        raise NotFound
    return single(request, shown(row, request.state.language), version=1, cache=CACHED)


@routes.put(
    "/complaints/{case_id}/public-text",
    operation_id="put_public_text",
    summary="Clear words of a case for the public",
    response_model=PublicText,
    responses={409: {"description": "case_not_public"}},
)
async def put_public_text(
    request: Request,
    case_id: UUID,
    caller: Staff,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    body: PublicTextBody,
) -> Response:
    """By the officers who work on it. They mask names; telephone numbers, NIK and e-mail addresses are refused.

    If-Match takes the case's ETag, or that of the reply: the words are part of the case, and clearing them makes a new version of it.
    """
    row = await operations.clear(connection, case_id, body, caller=caller, expected=expected, now=now)
    return single(request, {name: row[name] for name in _CLEARED}, version=row["case_version"])


@routes.delete(
    "/complaints/{case_id}/public-text",
    operation_id="delete_public_text",
    summary="Take words of a case back from the public",
    response_model=PublicText,
)
async def delete_public_text(
    request: Request, case_id: UUID, caller: Staff, expected: IfMatch, connection: Transaction, now: Now
) -> Response:
    """The case stays in the public list, without its words."""
    row = await operations.clear(connection, case_id, None, caller=caller, expected=expected, now=now)
    return single(request, {name: row[name] for name in _CLEARED}, version=row["case_version"])
