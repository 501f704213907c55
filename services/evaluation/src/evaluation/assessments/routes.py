"""`/v1/assessments`: units evaluated in a campaign, from preparation to publication."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.transactions import Reading, Snapshot, Transaction
from chassis.http.idempotency import Once
from chassis.http.routing import router
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from directory.access import Anyone
from directory.zones import national_day
from evaluation.assessments import campaigns, moving, queries, reading, replies
from evaluation.assessments.access import Evaluating, Organiser, UnitSide, open_assessment, open_inside
from evaluation.assessments.lifecycle import COMPLETION, OPENING, PUBLICATION, SUBMISSION
from evaluation.assessments.result_schemas import AssessmentResult
from evaluation.assessments.schemas import (
    AssessmentDetail,
    AssessmentPage,
    Evaluators,
    History,
    NewAssessment,
    OfferedLevels,
)
from evaluation.rights import READ, WRITE, reach_for_reading

routes = router(tags=["assessments"])
MOVED: Any = {409: {"description": "assessment_move_not_allowed"}}


async def reply(request: Request, connection: Connection, row: Mapping[str, Any], status: int = 201) -> Response:
    """An assessment as those inside see it."""
    evaluators = await queries.find_evaluators(connection, row["id"])
    headers = {"Location": f"/v1/assessments/{row['id']}"} if status == 201 else {}
    return single(request, replies.detail(row, evaluators), version=row["version"], status=status, headers=headers)


@routes.post(
    "/assessments",
    operation_id="create_assessment",
    summary="Put a unit into a campaign",
    status_code=201,
    response_model=AssessmentDetail,
    responses={409: {"description": "unit_in_campaign"}, 422: {"description": "evaluator_unfit"}},
)
async def create_assessment(
    request: Request, assessment: NewAssessment, actor: Organiser, _once: Once, connection: Transaction, now: Now
) -> Response:
    """With those who evaluate it: holders of an evaluator's post, none in the unit's own line."""
    row = await campaigns.create_assessment(connection, assessment, actor, now)
    return await reply(request, connection, row)


@routes.get("/assessments", operation_id="list_assessments", summary="Assessments", response_model=AssessmentPage)
async def list_assessments(actor: Anyone, connection: Reading, chosen: queries.ChosenAssessments, now: Now) -> Response:
    """What is published, and all of the caller's reach. By unit it is the unit's history."""
    seen = queries.visible(reach_for_reading(actor, READ, WRITE), actor.person_id, national_day(now))
    page = await queries.FILTERS.page(connection, chosen, queries.LISTED, reach=seen)
    return Response(encode(page.written([replies.assessment(row) for row in page.rows])), media_type="application/json")


@routes.get(
    "/assessments/{assessment_id}",
    operation_id="get_assessment",
    summary="An assessment",
    response_model=AssessmentDetail,
)
async def get_assessment(
    request: Request, assessment_id: UUID, actor: Anyone, connection: Snapshot, now: Now
) -> Response:
    """Its state, its campaign, and once it is there its index."""
    row, inside = await open_assessment(connection, assessment_id, actor, now)
    if inside:
        return await reply(request, connection, row, 200)
    return single(request, replies.detail(row, None), version=row["version"])


@routes.put(
    "/assessments/{assessment_id}/evaluators",
    operation_id="assign_assessment_evaluators",
    summary="Say who evaluates",
    response_model=AssessmentDetail,
    responses={**MOVED, 422: {"description": "evaluator_unfit"}},
)
async def assign_evaluators(
    request: Request,
    assessment_id: UUID,
    evaluators: Evaluators,
    actor: Organiser,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
) -> Response:
    """All of them anew, until the result is confirmed."""
    people = evaluators.evaluator_ids
    row = await campaigns.assign_evaluators(connection, assessment_id, people, actor, expected=expected, now=now)
    return await reply(request, connection, row, 200)


@routes.post(
    "/assessments/{assessment_id}/opening",
    operation_id="open_assessment",
    summary="Open the unit's own answers",
    status_code=201,
    response_model=AssessmentDetail,
    responses=MOVED,
)
async def open_for_unit(
    request: Request,
    assessment_id: UUID,
    actor: Organiser,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """The unit fills in F-01 with its evidence; service users may answer from now on."""
    row = await moving.move_assessment(connection, assessment_id, OPENING, actor, expected=expected, now=now)
    return await reply(request, connection, row)


@routes.post(
    "/assessments/{assessment_id}/submission",
    operation_id="submit_assessment",
    summary="Hand in the unit's own answers",
    status_code=201,
    response_model=AssessmentDetail,
    responses=MOVED,
)
async def submit(
    request: Request,
    assessment_id: UUID,
    actor: UnitSide,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """From now on its evaluators give levels."""
    row = await moving.move_assessment(connection, assessment_id, SUBMISSION, actor, expected=expected, now=now)
    return await reply(request, connection, row)


@routes.post(
    "/assessments/{assessment_id}/completion",
    operation_id="complete_assessment",
    summary="Finish the evaluation",
    status_code=201,
    response_model=AssessmentDetail,
    responses={**MOVED, 422: {"description": "assessment_incomplete"}},
)
async def complete(
    request: Request,
    assessment_id: UUID,
    actor: Evaluating,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """Every item that counts has its level and enough service users answered; the unit may object during verification."""
    row = await moving.move_assessment(connection, assessment_id, COMPLETION, actor, expected=expected, now=now)
    return await reply(request, connection, row)


@routes.post(
    "/assessments/{assessment_id}/publication",
    operation_id="publish_assessment",
    summary="Publish a result",
    status_code=201,
    response_model=AssessmentDetail,
    responses=MOVED,
)
async def publish(
    request: Request,
    assessment_id: UUID,
    actor: Organiser,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """Everybody sees the confirmed result from now on."""
    row = await moving.move_assessment(connection, assessment_id, PUBLICATION, actor, expected=expected, now=now)
    return await reply(request, connection, row)


@routes.get(
    "/assessments/{assessment_id}/result",
    operation_id="get_assessment_result",
    summary="The public service index of a unit",
    response_model=AssessmentResult,
)
async def get_result(assessment_id: UUID, actor: Anyone, connection: Snapshot, now: Now) -> Response:
    """Aspects, both forms, the index and its letter: as confirmed, before that as they stand, for those inside."""
    row, _ = await open_assessment(connection, assessment_id, actor, now)
    content = await reading.result_of(connection, row, now)
    return Response(encode(content), media_type="application/json", headers={"Cache-Control": "private, no-cache"})


@routes.get(
    "/assessments/{assessment_id}/offered-levels",
    operation_id="list_assessment_offered_levels",
    summary="What the platform proves",
    response_model=OfferedLevels,
)
async def list_offered_levels(assessment_id: UUID, actor: Anyone, connection: Snapshot, now: Now) -> Response:
    """Levels that the platform's own records reach at least, with the records: for the evaluator to take or to better.

    An indicator of which the platform knows nothing isn't there.
    """
    row = await open_inside(connection, assessment_id, actor, now)
    known, offers = await reading.offers_for(connection, row, now)
    items = [
        {"item": item, "level": offer.level, "basis": offer.basis._asdict(), "evidence": offer.evidence}
        for item, offer in offers
    ]
    return Response(encode({"as_of": known.day, "items": items}), media_type="application/json")


@routes.get(
    "/assessments/{assessment_id}/history",
    operation_id="get_assessment_history",
    summary="How an assessment went",
    response_model=History,
)
async def get_history(assessment_id: UUID, actor: Anyone, connection: Snapshot, now: Now) -> Response:
    """Every change of state with what was decided, for those inside."""
    row = await open_inside(connection, assessment_id, actor, now)
    entries = await queries.find_history(connection, row["id"])
    content = replies.listed([replies.history_entry(each) for each in entries])
    return Response(encode(content), media_type="application/json")
