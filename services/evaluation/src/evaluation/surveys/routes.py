"""`/v1/surveys`: held by who may in reach; what is asked is public, what came of it once it is published."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.data.transactions import Reading, Snapshot, Transaction
from chassis.documents.replies import HTML, JSON, chosen_form, page_reply
from chassis.http.idempotency import Once
from chassis.http.languages import Text
from chassis.http.problems import BadRequest, Flaw, Forbidden, NotFound
from chassis.http.routing import router
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from directory.access import Anyone
from directory.zones import local_day, national_day
from evaluation.rights import READ, WRITE, Conductor, reach_for_reading
from evaluation.surveys import drafting, operations, paper, queries, replies
from evaluation.surveys.access import open_survey, shows_result
from evaluation.surveys.reading import compute_result
from evaluation.surveys.schemas import (
    NewSurvey,
    Publication,
    Questionnaire,
    SurveyDetail,
    SurveyPage,
    SurveyPatch,
    SurveyResult,
    Weighting,
)

_NOT_YET = Text("Hari ini belum tiba.", "This day hasn't come yet.")

routes = router(tags=["surveys"])


async def _reply(request: Request, connection: Connection, survey: Row, status: int) -> Response:
    definition = await queries.find_definition(connection, survey["definition_code"], survey["definition_version"])
    headers = {"Location": f"/v1/surveys/{survey['id']}"} if status == 201 else {}
    content = replies.detailed(survey, definition)
    return single(request, content, version=survey["version"], status=status, headers=headers)


@routes.post(
    "/surveys",
    operation_id="create_survey",
    summary="Hold a survey",
    status_code=201,
    response_model=SurveyDetail,
)
async def create_survey(
    request: Request, survey: NewSurvey, actor: Conductor, _once: Once, connection: Transaction, now: Now
) -> Response:
    """A satisfaction survey of an institution, a unit or a service, by the definition in force on its first day."""
    row = await drafting.create_survey(connection, survey, actor, known=request.app.state.survey_codes, now=now)
    return await _reply(request, connection, row, 201)


@routes.get("/surveys", operation_id="list_surveys", summary="Find surveys", response_model=SurveyPage)
async def list_surveys(actor: Anyone, connection: Reading, chosen: queries.ChosenSurveys, now: Now) -> Response:
    """Surveys by subject and state; drafts are seen by those who reach them."""
    seen = queries.visible(reach_for_reading(actor, READ, WRITE), national_day(now))
    page = await queries.FILTERS.page(connection, chosen, queries.LISTED, reach=seen)
    return Response(encode(page.written([replies.written(row) for row in page.rows])), media_type="application/json")


@routes.get("/surveys/{survey_id}", operation_id="get_survey", summary="A survey", response_model=SurveyDetail)
async def get_survey(request: Request, survey_id: UUID, actor: Anyone, connection: Snapshot, now: Now) -> Response:
    """A survey with the questions that it asks."""
    survey, _ = await open_survey(connection, survey_id, actor, now)
    return await _reply(request, connection, survey, 200)


@routes.patch(
    "/surveys/{survey_id}",
    operation_id="change_survey",
    summary="Change a draft",
    response_model=SurveyDetail,
    responses={409: {"description": "survey_move_not_allowed"}},
)
async def change_survey(
    request: Request,
    survey_id: UUID,
    changes: SurveyPatch,
    actor: Conductor,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
) -> Response:
    """As long as nobody has been asked anything: what was asked once stays as it was."""
    known = request.app.state.survey_codes
    row = await drafting.change_draft(connection, survey_id, changes, actor, known=known, expected=expected, now=now)
    return await _reply(request, connection, row, 200)


@routes.get(
    "/surveys/{survey_id}/questions",
    operation_id="get_survey_questions",
    summary="What a survey asks",
    response_model=Questionnaire,
    responses={
        200: {"content": {HTML: {"schema": {"type": "string"}}}},
        406: {"description": "not_acceptable: Accept names none of the forms"},
    },
)
async def get_questions(request: Request, survey_id: UUID, actor: Anyone, connection: Snapshot, now: Now) -> Response:
    """The questionnaire in both languages, with what a respondent may tell of themselves: for a link, a counter, a kiosk.

    As text/html it is the form to print and fill in by hand.
    """
    survey, _ = await open_survey(connection, survey_id, actor, now)
    definition = await queries.find_definition(connection, survey["definition_code"], survey["definition_version"])
    content = replies.questionnaire(survey, definition, request.app.state.vocabularies)
    cache = "public, max-age=60"
    if chosen_form(request, (JSON, HTML)) == HTML:
        return page_reply(request, paper.page(content), version=survey["version"], style=paper.STYLE, cache=cache)
    return single(request, content, version=survey["version"], cache=cache)


@routes.post(
    "/surveys/{survey_id}/opening",
    operation_id="open_survey",
    summary="Open a survey",
    status_code=201,
    response_model=SurveyDetail,
    responses={409: {"description": "survey_move_not_allowed"}},
)
async def open_for_answers(
    request: Request,
    survey_id: UUID,
    actor: Conductor,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """Open a draft, or once more a survey that was closed."""
    row = await operations.move_survey(connection, survey_id, "opening", actor, expected=expected, now=now)
    return await _reply(request, connection, row, 201)


@routes.post(
    "/surveys/{survey_id}/closing",
    operation_id="close_survey",
    summary="Close a survey",
    status_code=201,
    response_model=SurveyDetail,
    responses={409: {"description": "survey_move_not_allowed"}},
)
async def close_survey(
    request: Request,
    survey_id: UUID,
    actor: Conductor,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """Take no more answers."""
    row = await operations.move_survey(connection, survey_id, "closing", actor, expected=expected, now=now)
    return await _reply(request, connection, row, 201)


@routes.post(
    "/surveys/{survey_id}/publication",
    operation_id="publish_survey",
    summary="Publish a survey's result",
    status_code=201,
    response_model=SurveyDetail,
    responses={409: {"description": "survey_move_not_allowed, nothing_to_publish"}},
)
async def publish_survey(
    request: Request,
    survey_id: UUID,
    actor: Conductor,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
    publication: Publication | None = None,
) -> Response:
    """Announce the result with method and process; from then on everybody sees it and nothing in it changes.

    Method and process that aren't told are taken from the survey: its questionnaire, channels, days, respondents, sample.
    """
    row = await operations.move_survey(
        connection,
        survey_id,
        "publication",
        actor,
        expected=expected,
        now=now,
        publication=publication,
        channels=request.app.state.channel_labels,
    )
    return await _reply(request, connection, row, 201)


@routes.get(
    "/surveys/{survey_id}/result",
    operation_id="get_survey_result",
    summary="The satisfaction index of a survey",
    response_model=SurveyResult,
)
async def get_survey_result(
    survey_id: UUID,
    actor: Anyone,
    connection: Snapshot,
    now: Now,
    as_of: Annotated[
        date | None, Query(description="As it stood at the end of this local day; for those in reach")
    ] = None,
    weighting: Annotated[Weighting | None, Query(description="Default: that of the survey")] = None,
) -> Response:
    """Index, grade, interval, elements, profile and trend. Exact: always what a full recomputation gives.

    The public sees it once published, with small cells of the profile hidden; day by day only those in reach may look,
    because the difference of two days can be a single person's answer.
    """
    survey, inside = await open_survey(connection, survey_id, actor, now)
    if not shows_result(survey, inside=inside):
        raise NotFound
    if as_of is not None and not inside:
        raise Forbidden
    if as_of is not None and as_of > local_day(now, survey["time_zone"]):
        raise BadRequest(_NOT_YET, errors=[Flaw("query/as_of", "in_the_future", _NOT_YET)])
    content = await compute_result(connection, survey, now=now, for_public=not inside, weighting=weighting, as_of=as_of)
    return Response(encode(content), media_type="application/json", headers={"Cache-Control": "private, no-cache"})


@routes.post(
    "/surveys/{survey_id}/follow-up",
    operation_id="finish_survey_follow_up",
    summary="End a survey's follow-up",
    status_code=201,
    response_model=SurveyDetail,
    responses={409: {"description": "survey_move_not_allowed, follow_up_unfinished"}},
)
async def finish_follow_up(
    request: Request,
    survey_id: UUID,
    actor: Conductor,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """When everything in the plan of follow-up is realised."""
    row = await operations.move_survey(connection, survey_id, "follow_up", actor, expected=expected, now=now)
    return await _reply(request, connection, row, 201)
