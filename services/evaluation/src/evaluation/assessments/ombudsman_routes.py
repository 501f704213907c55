"""`/v1/ombudsman-opinions`: what the Ombudsman announced of institutions, recorded by the scheme of its year."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy import select
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.data.transactions import Reading, Snapshot, Transaction
from chassis.http.filters import Chosen, Filters, Sort, one_of
from chassis.http.idempotency import Once
from chassis.http.routing import router
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from directory.access import Anyone, acting
from directory.roles import Actor
from evaluation.assessments import opinions
from evaluation.assessments.opinion_schemas import NewOpinion, OpinionCorrection, OpinionDetail, OpinionPage
from evaluation.assessments.tables import ombudsman_opinions
from evaluation.rights import WRITE

routes = router(tags=["assessments"])

Recorder = Annotated[Actor, acting(*opinions.RECORDING, scope=WRITE)]
_TABLE = ombudsman_opinions
_LISTED = select(_TABLE)
FILTERS = Filters(
    parameters=[
        one_of("institution", _TABLE.c.institution_id, UUID, "Institution"),
        one_of("year", _TABLE.c.year, int, "Year"),
        one_of("scheme", _TABLE.c.scheme, str, "Scheme by its years"),
    ],
    sorts={
        "created_at": Sort((_TABLE.c.created_at, _TABLE.c.id), (datetime, UUID)),
        "year": Sort((_TABLE.c.year, _TABLE.c.id), (int, UUID)),
    },
    default_sort="-year",
)


async def _reply(request: Request, connection: Connection, row: Row, status: int) -> Response:
    content = opinions.detailed(row, await opinions.find_replaced(connection, row["id"]))
    headers = {"Location": f"/v1/ombudsman-opinions/{row['id']}"} if status == 201 else {}
    return single(request, content, version=row["version"], status=status, headers=headers)


@routes.post(
    "/ombudsman-opinions",
    operation_id="record_ombudsman_opinion",
    summary="Record an opinion of the Ombudsman",
    status_code=201,
    response_model=OpinionDetail,
    responses={409: {"description": "ombudsman_opinion_exists"}},
)
async def record_opinion(
    request: Request, new: NewOpinion, actor: Recorder, _once: Once, connection: Transaction, now: Now
) -> Response:
    """By the scheme of its year: score, category and zone must agree with the scheme's bounds, where it has some."""
    vocabularies = request.app.state.vocabularies
    row = await opinions.record_opinion(connection, new, actor, vocabularies=vocabularies, now=now)
    return await _reply(request, connection, row, 201)


@routes.get(
    "/ombudsman-opinions", operation_id="list_ombudsman_opinions", summary="Opinions", response_model=OpinionPage
)
async def list_opinions(
    _actor: Anyone, connection: Reading, chosen: Annotated[Chosen, FILTERS.dependency()]
) -> Response:
    """By institution, year and scheme."""
    page = await FILTERS.page(connection, chosen, _LISTED)
    items = [opinions.written(row) for row in page.rows]
    return Response(encode(page.written(items)), media_type="application/json")


@routes.get(
    "/ombudsman-opinions/{opinion_id}",
    operation_id="get_ombudsman_opinion",
    summary="An opinion of the Ombudsman",
    response_model=OpinionDetail,
)
async def get_opinion(request: Request, opinion_id: UUID, _actor: Anyone, connection: Snapshot) -> Response:
    """As it was announced, with what had been recorded before it was corrected."""
    return await _reply(request, connection, await opinions.find_opinion(connection, opinion_id), 200)


@routes.post(
    "/ombudsman-opinions/{opinion_id}/correction",
    operation_id="correct_ombudsman_opinion",
    summary="Correct an opinion of the Ombudsman",
    status_code=201,
    response_model=OpinionDetail,
)
async def correct_opinion(
    request: Request,
    opinion_id: UUID,
    right: OpinionCorrection,
    actor: Recorder,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """Put right what was recorded wrongly, with the reason; checked against the scheme anew, and what stood before is kept."""
    vocabularies = request.app.state.vocabularies
    row = await opinions.correct_opinion(
        connection, opinion_id, right, actor, vocabularies=vocabularies, expected=expected, now=now
    )
    return await _reply(request, connection, row, 201)
