"""`/v1/surveys/{id}/responses`: given with a one-time code or entered by who may; seen and amended by those in reach."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.problems import NotFound, Problem, problem_body
from chassis.http.routing import router
from chassis.http.versions import MayMatch, encode, single
from chassis.ops.clock import Now
from directory.access import Anyone
from evaluation.rights import Clerk, Conductor
from evaluation.surveys import queries, replies
from evaluation.surveys.access import open_survey
from evaluation.surveys.amending import amend_answer
from evaluation.surveys.answer_schemas import (
    Answer,
    AnswerBatch,
    AnswerPage,
    BatchReply,
    Correction,
    NewAnswer,
    Withdrawal,
)
from evaluation.surveys.answering import answer_in_bulk, answer_survey
from evaluation.surveys.keeping import Taken

routes = router(tags=["surveys"])


@routes.post(
    "/surveys/{survey_id}/responses",
    operation_id="answer_survey",
    summary="Answer a survey",
    status_code=201,
    response_model=Answer,
    responses={409: {"description": "survey_not_open, code_used, already_answered, id_taken, channel_limit_reached"}},
)
async def answer(
    request: Request,
    survey_id: UUID,
    given: NewAnswer,
    actor: Anyone,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """One respondent's answer. Open to whoever holds a one-time code; without one, to officers in reach and clients.

    A kiosk or counter is a client of the institution. What it took offline it sends later with an id of its own and the
    time of the answer: 201 the first time, 200 when it came before.
    """
    survey, entry, taken = await answer_survey(
        connection, survey_id, given, actor, known=request.app.state.survey_codes, now=now
    )
    row: Mapping[str, Any] = {**entry.row(), "survey_id": survey_id, "counted": True, "version": 1}
    headers = {"Location": f"/v1/surveys/{survey_id}/responses/{taken.id}"}
    content = replies.written_answer(row, survey["elements"])
    return single(request, content, version=1, status=200 if taken.before else 201, headers=headers)


@routes.post(
    "/surveys/{survey_id}/responses/batch",
    operation_id="answer_survey_batch",
    summary="Enter many answers",
    status_code=207,
    response_model=BatchReply,
    responses={409: {"description": "survey_not_open, channel_limit_reached"}},
)
async def answer_batch(
    request: Request,
    survey_id: UUID,
    batch: AnswerBatch,
    actor: Clerk,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """Up to 1,000 answers, for counters and paper. Each item gets a status of its own, in order."""
    outcomes = await answer_in_bulk(
        connection, survey_id, batch.items, actor, known=request.app.state.survey_codes, now=now
    )
    items = [_item(request, outcome) for outcome in outcomes]
    return Response(encode({"items": items}), status_code=207, media_type="application/json")


@routes.get(
    "/surveys/{survey_id}/responses",
    operation_id="list_survey_responses",
    summary="The answers to a survey",
    response_model=AnswerPage,
)
async def list_answers(
    survey_id: UUID,
    actor: Anyone,
    connection: Snapshot,
    chosen: Annotated[Chosen, queries.ANSWERS.dependency()],
    now: Now,
) -> Response:
    """Answers one by one, for those in reach; nobody else learns of them."""
    survey, inside = await open_survey(connection, survey_id, actor, now)
    if not inside:
        raise NotFound
    mine = queries.answers_of(survey_id)
    page = await queries.ANSWERS.page(connection, chosen, queries.LISTED_ANSWERS, reach=mine)
    items = [replies.written_answer(row, survey["elements"]) for row in page.rows]
    return Response(encode(page.written(items)), media_type="application/json")


@routes.get(
    "/surveys/{survey_id}/responses/{response_id}",
    operation_id="get_survey_response",
    summary="An answer to a survey",
    response_model=Answer,
)
async def get_answer(
    request: Request, survey_id: UUID, response_id: UUID, actor: Anyone, connection: Snapshot, now: Now
) -> Response:
    """One answer, for those in reach."""
    survey, inside = await open_survey(connection, survey_id, actor, now)
    row = await queries.find_answer(connection, survey_id, response_id) if inside else None
    if row is None:
        raise NotFound
    return single(request, replies.written_answer(row, survey["elements"]), version=row["version"])


@routes.post(
    "/surveys/{survey_id}/responses/{response_id}/correction",
    operation_id="correct_survey_response",
    summary="Correct an answer",
    status_code=201,
    response_model=Answer,
    responses={409: {"description": "survey_move_not_allowed, already_withdrawn"}},
)
async def correct_answer(
    request: Request,
    survey_id: UUID,
    response_id: UUID,
    correction: Correction,
    actor: Conductor,
    expected: MayMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """Put right what was entered wrongly, with the reason; the index follows, and what stood before is kept."""
    survey, row = await amend_answer(
        connection,
        survey_id,
        response_id,
        actor,
        scores=correction.answers,
        reason=correction.reason,
        expected=expected,
        now=now,
    )
    content = replies.written_answer(row, survey["elements"])
    return single(request, content, version=row["version"], status=201)


@routes.post(
    "/surveys/{survey_id}/responses/{response_id}/withdrawal",
    operation_id="withdraw_survey_response",
    summary="Withdraw an answer",
    status_code=201,
    response_model=Answer,
    responses={409: {"description": "survey_move_not_allowed, already_withdrawn"}},
)
async def withdraw_answer(
    request: Request,
    survey_id: UUID,
    response_id: UUID,
    withdrawal: Withdrawal,
    actor: Conductor,
    expected: MayMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """Count an answer no longer, with the reason: the index is then as if it had never been given."""
    survey, row = await amend_answer(
        connection,
        survey_id,
        response_id,
        actor,
        scores=None,
        reason=withdrawal.reason,
        expected=expected,
        now=now,
    )
    content = replies.written_answer(row, survey["elements"])
    return single(request, content, version=row["version"], status=201)


def _item(request: Request, outcome: Taken | Problem) -> dict[str, Any]:
    if isinstance(outcome, Taken):
        return {"status": 200 if outcome.before else 201, "id": outcome.id, "problem": None}
    body = problem_body(
        status=outcome.status,
        code=outcome.code,
        title=outcome.title,
        language=request.state.language,
        request_id=request.state.request_id,
        detail=outcome.detail,
        errors=outcome.errors,
        members=outcome.members,
    )
    return {"status": outcome.status, "id": None, "problem": orjson.Fragment(body)}
