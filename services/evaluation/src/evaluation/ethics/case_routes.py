"""`/v1/ethics-cases`: for internal auditors, their head and the supervisor; for all others there is nothing here."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.data.transactions import Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from directory.access import Anyone, acting
from directory.roles import SUPERVISOR, UNIT_HEAD, Actor
from directory.zones import national_day
from evaluation.ethics import case_operations, case_replies, opening, queries
from evaluation.ethics.case_schemas import (
    Accusation,
    CaseReadingPage,
    EthicsCaseDetail,
    EthicsCasePage,
    NewCase,
    Note,
)
from evaluation.ethics.catalogues import read_sanctions
from evaluation.ethics.judging import Judge, Level
from evaluation.ethics.visibility import find_judge, visible
from evaluation.rights import INTERNAL_AUDITOR, WRITE

routes = router(tags=["ethics"])

Judging = Annotated[Actor, acting(INTERNAL_AUDITOR, UNIT_HEAD, SUPERVISOR, scope=WRITE)]
"""May judge somewhere, or heads a unit that may be the inspectorate: what exists for the caller is asked case by case."""


async def _judge(connection: Transaction, actor: Anyone, now: Now) -> Judge:
    """For whoever isn't a judge no case exists: 404, whoever asks."""
    judge = await find_judge(connection, actor, now)
    if not judge.anywhere:
        raise NotFound
    return judge


JudgeOfCase = Annotated[Judge, Depends(_judge, scope="function")]


async def reply(
    request: Request, connection: Connection, case: Row, judge: Judge, now: Now, *, status: int = 201
) -> Response:
    """A case in detail; of one that has just risen above the caller only its address is left."""
    if await queries.find_case(connection, case["id"], judge, national_day(now)) is None:
        return Response(encode({"id": case["id"]}), status_code=status, media_type="application/json")
    sanctions = read_sanctions(await queries.find_version(connection, "sanctions", case["sanctions_version"]))
    accused = await queries.find_accused(connection, case["id"])
    history = await queries.find_history(connection, case["id"])
    content = case_replies.detailed(case, accused, history, sanctions, now)
    headers = {"Location": f"/v1/ethics-cases/{case['id']}"} if status == 201 else {}
    return single(request, content, version=case["version"], status=status, headers=headers, cache="no-store")


@routes.post(
    "/ethics-cases",
    operation_id="open_ethics_case",
    summary="Open an ethics case",
    status_code=201,
    response_model=EthicsCaseDetail,
    responses={
        403: {"description": "judged_higher, own_case"},
        409: {"description": "judged_outside, ethics_case_opened_already"},
    },
)
async def open_ethics_case(
    request: Request, new: NewCase, actor: Judging, _once: Once, connection: Transaction, now: Now
) -> Response:
    """Open a case of a complaint on the protected path, by its id alone, or of the auditor's own accord."""
    judge = await find_judge(connection, actor, now)
    case = await opening.open_case(connection, new, judge, now)
    return await reply(request, connection, case, judge, now)


@routes.get("/ethics-cases", operation_id="list_ethics_cases", summary="Ethics cases", response_model=EthicsCasePage)
async def list_ethics_cases(
    actor: Judging, connection: Snapshot, chosen: Annotated[Chosen, queries.FILTERS.dependency()], now: Now
) -> Response:
    """The cases that the caller may judge."""
    judge = await find_judge(connection, actor, now)
    reach = visible(judge, national_day(now))
    page = await queries.FILTERS.page(connection, chosen, queries.LISTED, reach=reach)
    body = encode(page.written([case_replies.written(row) for row in page.rows]))
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


@routes.get(
    "/ethics-cases/{case_id}", operation_id="get_ethics_case", summary="An ethics case", response_model=EthicsCaseDetail
)
async def get_ethics_case(
    request: Request, case_id: UUID, judge: JudgeOfCase, connection: Transaction, now: Now
) -> Response:
    """One case. That it was read is put on record."""
    case = await queries.find_case(connection, case_id, judge, national_day(now))
    if case is None:
        raise NotFound
    await case_operations.log_reading(connection, case_id, judge, now)
    return await reply(request, connection, case, judge, now, status=200)


@routes.get(
    "/ethics-cases/{case_id}/readings",
    operation_id="list_ethics_case_readings",
    summary="Who read an ethics case",
    response_model=CaseReadingPage,
)
async def list_readings(
    case_id: UUID,
    judge: JudgeOfCase,
    connection: Transaction,
    chosen: Annotated[Chosen, queries.READINGS.dependency()],
    now: Now,
) -> Response:
    """Every reading of a case, for the head of internal audit and the supervisor."""
    case = await queries.find_case(connection, case_id, judge, national_day(now))
    level = None if case is None else judge.level_in(case["institution_id"])
    if level is None or level < Level.HEAD:
        raise NotFound
    page = await queries.READINGS.page(connection, chosen, queries.LISTED_READINGS, reach=queries.readings_of(case_id))
    items = [{name: row[name] for name in ("id", "actor", "person_id", "at")} for row in page.rows]
    return Response(encode(page.written(items)), media_type="application/json")


@routes.post(
    "/ethics-cases/{case_id}/accusation",
    operation_id="accuse_in_ethics_case",
    summary="Accuse one more person",
    status_code=201,
    response_model=EthicsCaseDetail,
    responses={409: {"description": "ethics_move_not_allowed, judged_outside"}},
)
async def accuse(
    request: Request,
    case_id: UUID,
    body: Accusation,
    judge: JudgeOfCase,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """The case rises to a higher judge where what the person holds demands it; the reply is then its id alone."""
    case = await opening.accuse(connection, case_id, body.accused, judge, expected=expected, now=now)
    return await reply(request, connection, case, judge, now)


@routes.post(
    "/ethics-cases/{case_id}/screening",
    operation_id="screen_ethics_case",
    summary="Screen a case",
    status_code=201,
    response_model=EthicsCaseDetail,
    responses={409: {"description": "ethics_move_not_allowed"}},
)
async def screening(
    request: Request,
    case_id: UUID,
    judge: JudgeOfCase,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
    body: Note | None = None,
) -> Response:
    """Whether there is something to examine."""
    case = await case_operations.advance(
        connection, case_id, "screening", judge, expected=expected, now=now, note=body.note if body else None
    )
    return await reply(request, connection, case, judge, now)


@routes.post(
    "/ethics-cases/{case_id}/examination",
    operation_id="examine_ethics_case",
    summary="Examine a case",
    status_code=201,
    response_model=EthicsCaseDetail,
    responses={409: {"description": "ethics_move_not_allowed"}},
)
async def examination(
    request: Request,
    case_id: UUID,
    judge: JudgeOfCase,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
    body: Note | None = None,
) -> Response:
    """The examination begins, or goes on beside a referral."""
    case = await case_operations.advance(
        connection, case_id, "examination", judge, expected=expected, now=now, note=body.note if body else None
    )
    return await reply(request, connection, case, judge, now)


@routes.post(
    "/ethics-cases/{case_id}/hearing",
    operation_id="hear_ethics_case",
    summary="Hear a case",
    status_code=201,
    response_model=EthicsCaseDetail,
    responses={409: {"description": "ethics_move_not_allowed"}},
)
async def hearing(
    request: Request,
    case_id: UUID,
    judge: JudgeOfCase,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
    body: Note | None = None,
) -> Response:
    """The hearing of those accused."""
    case = await case_operations.advance(
        connection, case_id, "hearing", judge, expected=expected, now=now, note=body.note if body else None
    )
    return await reply(request, connection, case, judge, now)
