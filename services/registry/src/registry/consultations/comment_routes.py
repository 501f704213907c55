"""`/v1/standards/{id}/comments`: anybody comments on an open draft, with an account or without; every comment gets a disposition."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.routing import router
from chassis.http.versions import MayMatch, encode, single
from chassis.ops.clock import Now
from directory.access import Anyone
from registry.consultations import answers, queries
from registry.consultations.routes import REFUSED
from registry.consultations.schemas import Comment, CommentBody, CommentPage, DispositionBody
from registry.moments import OnDay, cut_at
from registry.standards import rights
from registry.standards.operations import By
from registry.standards.routes import Drafter, readable

routes = router(tags=["consultations"])

_SHOWN = (
    "id",
    "standard_id",
    "session_id",
    "element",
    "component",
    "body",
    "contact",
    "created_at",
    "disposition",
    "reason",
    "change",
    "target_on",
    "disposed_at",
)


def _written(row: Any, *, insider: bool) -> dict[str, Any]:
    return {name: row[name] for name in _SHOWN} | ({} if insider else {"contact": None})


@routes.get(
    "/standards/{standard_id}/comments",
    operation_id="list_comments",
    summary="Comments on a draft",
    response_model=CommentPage,
)
async def list_comments(
    actor: Anyone,
    connection: Snapshot,
    standard_id: UUID,
    moment: OnDay,
    chosen: Annotated[Chosen, queries.FILTERS.dependency()],
    now: Now,
) -> Response:
    """What was said and what became of it, with `as_of` by the end of that day; who said it stays with the unit."""
    row = await readable(connection, standard_id, actor, at=now, moment=moment)
    insider = rights.is_insider(actor, row)
    page = await queries.find_comments(connection, chosen, standard_id, cut=cut_at(moment, row["time_zone"]))
    items = [_written(found, insider=insider) for found in page.rows]
    return Response(encode(page.written(items)), media_type="application/json")


@routes.post(
    "/standards/{standard_id}/comments",
    operation_id="comment_on_standard",
    summary="Comment on a draft",
    response_model=Comment,
    status_code=201,
    responses={409: {"description": "comments_closed: the draft isn't open for comment"}},
)
async def comment_on_standard(
    request: Request,
    _once: Once,
    actor: Anyone,
    connection: Transaction,
    standard_id: UUID,
    body: CommentBody,
    now: Now,
) -> Response:
    """Needs no account. The contact is for the unit's answer alone and comes back to nobody else.

    What was said in the forum is entered by who drafts, also after the comment period.
    """
    contact = body.contact.model_dump(exclude_none=True) if body.contact is not None else None
    content = body.model_dump(exclude={"contact"}) | {"contact": contact}
    row = await answers.comment(connection, standard_id, content, by=By(actor=actor, now=now))
    headers = {"Location": f"/v1/standards/{standard_id}/comments"}
    return single(request, _written(row, insider=False), version=1, status=201, headers=headers)


@routes.post(
    "/standards/{standard_id}/comments/{comment_id}/disposition",
    operation_id="dispose_of_comment",
    summary="Answer a comment",
    response_model=Comment,
    responses=REFUSED,
)
async def dispose_of_comment(
    request: Request,
    _once: Once,
    actor: Drafter,
    connection: Transaction,
    standard_id: UUID,
    comment_id: UUID,
    body: DispositionBody,
    expected: MayMatch,
    now: Now,
) -> Response:
    """What is accepted lets its component change while the version is finalised, for as long as the disposition stands."""
    row = await answers.dispose(
        connection, standard_id, comment_id, body.model_dump(), by=By(actor=actor, now=now), expected=expected
    )
    return single(request, _written(row, insider=True), version=row["version"])
