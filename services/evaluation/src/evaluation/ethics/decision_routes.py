"""`/v1/ethics-cases/{id}/…`: verdicts and what follows them; the statistics of an institution's cases."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from chassis.data.transactions import Snapshot, Transaction
from chassis.http.idempotency import Once
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import IfMatch, encode
from chassis.http.vocabularies import codes
from chassis.ops.clock import Now
from directory.access import acting, may
from directory.roles import NATIONAL_ADMIN, OMBUDSMAN, RESPONSIBLE_OFFICER, SUPERVISOR, UNIT_HEAD, Actor
from directory.zones import zone
from evaluation.ethics import deciding
from evaluation.ethics.case_routes import JudgeOfCase, reply
from evaluation.ethics.case_schemas import (
    Decision,
    Enforcement,
    Escalation,
    EthicsCaseDetail,
    EthicsStatistics,
    Note,
    Objection,
    Referral,
    Remedy,
)
from evaluation.ethics.objecting import record_objection
from evaluation.ethics.statistics import count_cases
from evaluation.ethics.visibility import find_judge
from evaluation.facts.subjects import find_subject
from evaluation.rights import INSTITUTION_ADMIN, INTERNAL_AUDITOR, REPORTS

routes = router(tags=["ethics"])

COUNTING = (INSTITUTION_ADMIN, RESPONSIBLE_OFFICER, SUPERVISOR, NATIONAL_ADMIN, OMBUDSMAN)
Counting = Annotated[Actor, acting(*COUNTING, INTERNAL_AUDITOR, UNIT_HEAD, scope=REPORTS)]
"""May see the figures of an institution somewhere; of a unit there are none."""

Year = Annotated[int, Query(ge=2009, le=2200, description="Calendar year in which the cases were opened")]


@routes.get(
    "/ethics-case-statistics",
    operation_id="get_ethics_case_statistics",
    summary="An institution's ethics cases in numbers",
    response_model=EthicsStatistics,
)
async def get_statistics(
    actor: Counting,
    connection: Snapshot,
    now: Now,
    institution: Annotated[UUID, Query(description="Institution; there are no figures of units")],
    year: Year,
) -> Response:
    """Counts by state, verdict, severity and value, without names; cells of one to four are hidden."""
    subject = await find_subject(connection, "institution", institution, now)
    judge = await find_judge(connection, actor, now)
    counts = may(actor, REPORTS, *COUNTING, institution_id=institution, ancestors=frozenset())
    if subject is None or not (counts or judge.level_in(institution)):
        raise NotFound
    content = await count_cases(connection, institution, year, zone(subject.time_zone))
    return Response(encode(content), media_type="application/json", headers={"Cache-Control": "private, no-cache"})


@routes.post(
    "/ethics-cases/{case_id}/decision",
    operation_id="decide_ethics_case",
    summary="Decide a case",
    status_code=201,
    response_model=EthicsCaseDetail,
    responses={403: {"description": "head_decides"}, 409: {"description": "ethics_move_not_allowed"}},
)
async def decide(
    request: Request,
    case_id: UUID,
    body: Decision,
    judge: JudgeOfCase,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """A verdict for everyone accused, by the head of internal audit or the supervisor."""
    known = codes(request.app.state.vocabularies, "ethics_verdicts")
    case = await deciding.decide(
        connection, case_id, body, judge, action="decision", known=known, expected=expected, now=now
    )
    return await reply(request, connection, case, judge, now)


@routes.post(
    "/ethics-cases/{case_id}/objection-decision",
    operation_id="decide_ethics_objection",
    summary="Decide on an objection",
    status_code=201,
    response_model=EthicsCaseDetail,
    responses={403: {"description": "head_decides, own_decision"}, 409: {"description": "ethics_move_not_allowed"}},
)
async def decide_objection(
    request: Request,
    case_id: UUID,
    body: Decision,
    judge: JudgeOfCase,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """The verdicts anew, by another than who gave those objected to. A further appeal lies outside the institution."""
    known = codes(request.app.state.vocabularies, "ethics_verdicts")
    case = await deciding.decide(
        connection, case_id, body, judge, action="objection_decision", known=known, expected=expected, now=now
    )
    return await reply(request, connection, case, judge, now)


@routes.post(
    "/ethics-cases/{case_id}/enforcement",
    operation_id="enforce_ethics_sanctions",
    summary="Put the sanctions into force",
    status_code=201,
    response_model=EthicsCaseDetail,
    responses={409: {"description": "ethics_move_not_allowed, nothing_to_enforce"}},
)
async def enforce(
    request: Request,
    case_id: UUID,
    body: Enforcement,
    judge: JudgeOfCase,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """From the day given. A written warning under UU 25/2009 art. 54(2) leaves three months to remedy."""
    case = await deciding.enforce(connection, case_id, body, judge, expected=expected, now=now)
    return await reply(request, connection, case, judge, now)


@routes.post(
    "/ethics-cases/{case_id}/objection",
    operation_id="object_in_ethics_case",
    summary="Record an objection",
    status_code=201,
    response_model=EthicsCaseDetail,
    responses={409: {"description": "ethics_move_not_allowed, objection_too_late, objected_already"}},
)
async def object_to(
    request: Request,
    case_id: UUID,
    body: Objection,
    judge: JudgeOfCase,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """What somebody sanctioned objects, as the auditor received it within the term."""
    case = await record_objection(connection, case_id, body, judge, expected=expected, now=now)
    return await reply(request, connection, case, judge, now)


@routes.post(
    "/ethics-cases/{case_id}/remedy",
    operation_id="record_ethics_remedy",
    summary="Record that a breach was remedied",
    status_code=201,
    response_model=EthicsCaseDetail,
    responses={409: {"description": "ethics_move_not_allowed, remedy_not_open"}},
)
async def remedy(
    request: Request,
    case_id: UUID,
    body: Remedy,
    judge: JudgeOfCase,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """Within the term that the warning gave, with its proof."""
    case = await deciding.remedy(connection, case_id, body, judge, expected=expected, now=now)
    return await reply(request, connection, case, judge, now)


@routes.post(
    "/ethics-cases/{case_id}/escalation",
    operation_id="escalate_ethics_sanction",
    summary="Impose the graver sanction",
    status_code=201,
    response_model=EthicsCaseDetail,
    responses={403: {"description": "head_decides"}, 409: {"description": "ethics_move_not_allowed, remedy_not_open"}},
)
async def escalate(
    request: Request,
    case_id: UUID,
    body: Escalation,
    judge: JudgeOfCase,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """A warning that wasn't heeded in three months is followed by removal from the post (UU 25/2009 art. 54(2))."""
    case = await deciding.escalate(connection, case_id, body, judge, expected=expected, now=now)
    return await reply(request, connection, case, judge, now)


@routes.post(
    "/ethics-cases/{case_id}/referral",
    operation_id="refer_ethics_case",
    summary="Hand a case to another body",
    status_code=201,
    response_model=EthicsCaseDetail,
    responses={409: {"description": "ethics_move_not_allowed"}},
)
async def refer(
    request: Request,
    case_id: UUID,
    body: Referral,
    judge: JudgeOfCase,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """A suspected crime, for instance. The institution's own examination may go on (UU 25/2009 art. 53)."""
    known = codes(request.app.state.vocabularies, "referral_bodies")
    case = await deciding.refer(connection, case_id, body, judge, known=known, expected=expected, now=now)
    return await reply(request, connection, case, judge, now)


@routes.post(
    "/ethics-cases/{case_id}/closure",
    operation_id="close_ethics_case",
    summary="Close a case",
    status_code=201,
    response_model=EthicsCaseDetail,
    responses={409: {"description": "ethics_move_not_allowed, sanction_pending"}},
)
async def close(
    request: Request,
    case_id: UUID,
    judge: JudgeOfCase,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
    body: Note | None = None,
) -> Response:
    """When nothing is left to do: no sanction, or all of them carried out."""
    note = body.note if body else None
    case = await deciding.close(connection, case_id, judge, note=note, expected=expected, now=now)
    return await reply(request, connection, case, judge, now)
