"""What is said in an assessment: answers, evidence, objections, verification."""

from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Snapshot, Transaction
from chassis.http.idempotency import Once, without
from chassis.http.routing import router
from chassis.http.versions import IfMatch, MayMatch, encode
from chassis.ops.clock import Now
from directory.access import Anyone
from evaluation.assessments import answering, queries, replies, verifying
from evaluation.assessments.access import Contributor, UnitSide, Verifier, open_inside
from evaluation.assessments.routes import MOVED, reply
from evaluation.assessments.schemas import (
    Answers,
    AnswersTaken,
    AssessmentDetail,
    Codes,
    Evidence,
    EvidenceList,
    NewAnswers,
    NewCodes,
    NewEvidence,
    NewObjection,
    Objection,
    ObjectionList,
    Verification,
)
from evaluation.instruments.document import SELF

routes = router(tags=["assessments"])


@routes.post(
    "/assessments/{assessment_id}/answers",
    operation_id="answer_assessment",
    summary="Answer a form",
    status_code=201,
    response_model=AnswersTaken,
    responses={
        403: {"description": "forbidden, evaluator_of_own_unit"},
        409: {"description": "assessment_move_not_allowed, code_used"},
    },
)
async def answer(
    assessment_id: UUID,
    answers: NewAnswers,
    actor: Anyone,
    expected: MayMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """`f01` by the unit, the evaluators' form by those assigned, the users' form by whoever holds a one-time code."""
    await answering.answer(connection, assessment_id, answers, actor, expected=expected, now=now)
    content = {"assessment_id": assessment_id, "form": answers.form, "answered": len(answers.answers)}
    return _created(content, f"/v1/assessments/{assessment_id}/answers")


@routes.get(
    "/assessments/{assessment_id}/answers",
    operation_id="get_assessment_answers",
    summary="The answers so far",
    response_model=Answers,
)
async def get_answers(assessment_id: UUID, actor: Anyone, connection: Snapshot, now: Now) -> Response:
    """What the unit says of itself beside what its evaluators say, for those inside."""
    row = await open_inside(connection, assessment_id, actor, now)
    own = await queries.find_answers(connection, assessment_id, SELF)
    theirs = await queries.find_answers(connection, assessment_id, row["evaluator_form"])
    respondents = await queries.count_respondents(connection, assessment_id)
    return Response(encode(replies.answers(own, theirs, respondents)), media_type="application/json")


@routes.post(
    "/assessments/{assessment_id}/codes",
    operation_id="make_assessment_codes",
    summary="Make one-time codes for service users",
    status_code=201,
    response_model=Codes,
    responses=MOVED,
)
async def make_codes(
    assessment_id: UUID, wanted: NewCodes, actor: Verifier, once: Once, connection: Transaction, now: Now
) -> Response:
    """For F-03. The codes are shown this once: a repeated request gets the reply without them."""
    if once is not None:
        once.redact = without("codes")
    codes = await answering.make_codes(connection, assessment_id, wanted.count, actor, now)
    content = {"assessment_id": assessment_id, "count": len(codes), "codes": codes}
    return _created(content, f"/v1/assessments/{assessment_id}", {"Cache-Control": "no-store"})


@routes.post(
    "/assessments/{assessment_id}/evidence",
    operation_id="add_assessment_evidence",
    summary="Add evidence of an indicator",
    status_code=201,
    response_model=Evidence,
    responses=MOVED,
)
async def add_evidence(
    assessment_id: UUID,
    evidence: NewEvidence,
    actor: Contributor,
    expected: MayMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """A document by its number or address: by the unit, or by its evaluators."""
    row = await verifying.add_evidence(connection, assessment_id, evidence, actor, expected=expected, now=now)
    return _created(replies.evidence(row), f"/v1/assessments/{assessment_id}/evidence")


@routes.get(
    "/assessments/{assessment_id}/evidence",
    operation_id="list_assessment_evidence",
    summary="The evidence",
    response_model=EvidenceList,
)
async def list_evidence(assessment_id: UUID, actor: Anyone, connection: Snapshot, now: Now) -> Response:
    """All documents, for those inside."""
    await open_inside(connection, assessment_id, actor, now)
    rows = await queries.find_evidence(connection, assessment_id)
    return Response(encode(replies.listed([replies.evidence(row) for row in rows])), media_type="application/json")


@routes.post(
    "/assessments/{assessment_id}/objection",
    operation_id="object_to_assessment",
    summary="Object to a level",
    status_code=201,
    response_model=Objection,
    responses=MOVED,
)
async def object_to_level(
    assessment_id: UUID,
    objection: NewObjection,
    actor: UnitSide,
    expected: MayMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """By the unit, while the result is verified; nothing is confirmed before each objection is decided."""
    row = await verifying.object_to_level(connection, assessment_id, objection, actor, expected=expected, now=now)
    return _created(replies.objection(row), f"/v1/assessments/{assessment_id}/objection")


@routes.get(
    "/assessments/{assessment_id}/objection",
    operation_id="list_assessment_objections",
    summary="The objections",
    response_model=ObjectionList,
)
async def list_objections(assessment_id: UUID, actor: Anyone, connection: Snapshot, now: Now) -> Response:
    """With what was decided, for those inside."""
    await open_inside(connection, assessment_id, actor, now)
    rows = await queries.find_objections(connection, assessment_id)
    return Response(encode(replies.listed([replies.objection(row) for row in rows])), media_type="application/json")


@routes.post(
    "/assessments/{assessment_id}/verification",
    operation_id="verify_assessment",
    summary="Verify an evaluation",
    status_code=201,
    response_model=AssessmentDetail,
    responses={**MOVED, 403: {"description": "forbidden, evaluator_of_own_unit, own_level"}},
)
async def verify(
    request: Request,
    assessment_id: UUID,
    verification: Verification,
    actor: Verifier,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """Confirm the result, with levels adjusted and objections decided, or return it to the evaluators.

    Whoever gave a level doesn't decide on the objection to it: another evaluator does, or the organiser.
    """
    row = await verifying.verify(connection, assessment_id, verification, actor, expected=expected, now=now)
    return await reply(request, connection, row)


def _created(content: Any, location: str, headers: dict[str, str] | None = None) -> Response:
    sent = {"Location": location, **(headers or {})}
    return Response(encode(content), status_code=201, media_type="application/json", headers=sent)
