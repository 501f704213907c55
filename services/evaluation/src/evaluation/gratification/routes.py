"""`/v1/gratification-reports`: for their authors and the gratification control officers; nobody else learns of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.data.transactions import Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.identity import SignedIn
from chassis.http.languages import Text
from chassis.http.problems import Flaw, NotFound, Unprocessable
from chassis.http.routing import router
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from directory.access import AnyActor
from directory.roles import Actor
from evaluation.facts.calendars import calendar_of, instant_of
from evaluation.gratification import operations, queries, replies
from evaluation.gratification.clocks import COMPLETE, DECIDED, TO_KPK
from evaluation.gratification.lifecycle import FORWARDED, HANDLED, INCOMPLETE, state_after_completion
from evaluation.gratification.schemas import (
    Completion,
    Forwarding,
    Handling,
    Incompleteness,
    NewReport,
    ReportDetail,
    ReportPage,
    StatusDecision,
)

routes = router(tags=["gratification"])

_DAY = Text("Hari ini belum tiba atau mendahului laporan.", "This day is still to come, or before the report.")
_MOVES: dict[int | str, dict[str, Any]] = {409: {"description": "report_move_not_allowed"}}


def _roles(row: Row, actor: Actor) -> Mapping[str, bool]:
    author = actor.person_id is not None and row["author_person_id"] == actor.person_id
    officer = actor.unbound or (not author and row["institution_id"] in queries.controls(actor))
    return {"author": author, "officer": officer}


async def _reply(
    request: Request, connection: Connection, row: Row, actor: Actor, now: datetime, *, status: int = 201
) -> Response:
    history = await queries.find_history(connection, row["id"])
    content = replies.detailed(row, history, now=now, **_roles(row, actor))
    headers = {"Location": f"/v1/gratification-reports/{row['id']}"} if status == 201 else {}
    return single(request, content, version=row["version"], status=status, headers=headers, cache="no-store")


@routes.post(
    "/gratification-reports",
    operation_id="report_gratification",
    summary="Report a gift received or refused",
    status_code=201,
    response_model=ReportDetail,
)
async def report(
    request: Request,
    new: NewReport,
    _caller: SignedIn,
    actor: AnyActor,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """By whoever serves in the institution: to the gratification control unit (UPG), or as told to the KPK directly."""
    row = await operations.report(connection, new, actor, now)
    return await _reply(request, connection, row, actor, now)


@routes.get(
    "/gratification-reports",
    operation_id="list_gratification_reports",
    summary="Gratification reports",
    response_model=ReportPage,
)
async def list_reports(
    _caller: SignedIn,
    actor: AnyActor,
    connection: Snapshot,
    chosen: Annotated[Chosen, queries.FILTERS.dependency()],
) -> Response:
    """The caller's own, and those of the institutions in whose UPG the caller serves."""
    page = await queries.FILTERS.page(connection, chosen, queries.LISTED, reach=queries.visible(actor))
    items = [replies.written(row, **_roles(row, actor)) for row in page.rows]
    return Response(encode(page.written(items)), media_type="application/json", headers={"Cache-Control": "no-store"})


@routes.get(
    "/gratification-reports/{report_id}",
    operation_id="get_gratification_report",
    summary="A gratification report",
    response_model=ReportDetail,
)
async def get_report(
    request: Request, report_id: UUID, _caller: SignedIn, actor: AnyActor, connection: Snapshot, now: Now
) -> Response:
    """With its clocks: what is due when, by which rule, and what was late."""
    row = await queries.find_report(connection, report_id, actor)
    if row is None:
        raise NotFound
    return await _reply(request, connection, row, actor, now, status=200)


@routes.post(
    "/gratification-reports/{report_id}/incompleteness",
    operation_id="return_gratification_report",
    summary="Say what a report lacks",
    status_code=201,
    response_model=ReportDetail,
    responses=_MOVES,
)
async def incompleteness(
    request: Request,
    report_id: UUID,
    body: Incompleteness,
    _caller: SignedIn,
    actor: AnyActor,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """The author then completes it within the policy's term from the report; else it isn't followed up."""
    row = await operations.lock_report(connection, report_id, "incompleteness", actor, expected=expected)
    changes = {"missing": body.missing}
    return await _act(request, connection, row, "incompleteness", INCOMPLETE, actor, now=now, changes=changes)


@routes.post(
    "/gratification-reports/{report_id}/completion",
    operation_id="complete_gratification_report",
    summary="Complete a report",
    status_code=201,
    response_model=ReportDetail,
    responses={409: {"description": "report_move_not_allowed, completion_lapsed"}},
)
async def completion(
    request: Request,
    report_id: UUID,
    body: Completion,
    _caller: SignedIn,
    actor: AnyActor,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """By the author, in time. Whether the gift stays below the thresholds is asked anew of what the report now says."""
    row = await operations.lock_report(connection, report_id, "completion", actor, expected=expected)
    operations.require_in_time(row, now)
    told = body.model_dump(exclude_none=True, exclude={"note"})
    threshold = await operations.threshold_of(connection, {**row, **told})
    return await _act(
        request,
        connection,
        row,
        "completion",
        state_after_completion(forwarded=row["forwarded_at"] is not None),
        actor,
        now=now,
        changes={**told, "threshold": threshold, "missing": []},
        events={COMPLETE: now},
        detail={"note": body.note},
    )


@routes.post(
    "/gratification-reports/{report_id}/forwarding",
    operation_id="forward_gratification_report",
    summary="Forward a report to the KPK",
    status_code=201,
    response_model=ReportDetail,
    responses=_MOVES,
)
async def forwarding(
    request: Request,
    report_id: UUID,
    body: Forwarding,
    _caller: SignedIn,
    actor: AnyActor,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """By the UPG, within ten working days of the report."""
    row = await operations.lock_report(connection, report_id, "forwarding", actor, expected=expected)
    changes = {"kpk_number": body.kpk_number, "forwarded_at": now}
    return await _act(
        request, connection, row, "forwarding", FORWARDED, actor, now=now, changes=changes, events={TO_KPK: now}
    )


@routes.post(
    "/gratification-reports/{report_id}/handling",
    operation_id="handle_gratification_report",
    summary="Handle a gift in the institution",
    status_code=201,
    response_model=ReportDetail,
    responses=_MOVES,
)
async def handling(
    request: Request,
    report_id: UUID,
    body: Handling,
    _caller: SignedIn,
    actor: AnyActor,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """What is the institution's own to handle, with what became of it."""
    row = await operations.lock_report(connection, report_id, "handling", actor, expected=expected)
    changes = {"outcome": body.disposal}
    return await _act(request, connection, row, "handling", HANDLED, actor, now=now, changes=changes)


@routes.post(
    "/gratification-reports/{report_id}/status-decision",
    operation_id="record_gratification_status",
    summary="Record what the KPK decided",
    status_code=201,
    response_model=ReportDetail,
    responses=_MOVES,
)
async def status_decision(
    request: Request,
    report_id: UUID,
    body: StatusDecision,
    _caller: SignedIn,
    actor: AnyActor,
    expected: IfMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """Whether the gift belongs to the recipient or to the state, by the KPK's decree."""
    row = await operations.lock_report(connection, report_id, "status_decision", actor, expected=expected)
    calendar = await calendar_of(connection, row["institution_id"])
    reported = calendar.local_day(row["forwarded_at"])
    if not reported <= body.decided_on <= calendar.local_day(now):
        raise Unprocessable(errors=[Flaw("/decided_on", "day_unfit", _DAY)])
    return await _act(
        request,
        connection,
        row,
        "status_decision",
        body.status,
        actor,
        now=now,
        changes={"outcome": body.decree_number},
        events={DECIDED: instant_of(body.decided_on, calendar)},
        detail={"decree_number": body.decree_number, "decided_on": body.decided_on},
    )


async def _act(
    request: Request,
    connection: Connection,
    row: Row,
    action: str,
    state: str,
    actor: Actor,
    *,
    now: datetime,
    changes: Mapping[str, Any],
    events: Mapping[str, datetime] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Response:
    after = await operations.carry_out(
        connection,
        row,
        action,
        state,
        f"{actor.kind}:{actor.id}",
        now=now,
        changes=changes,
        events=events,
        detail=detail if detail is not None else changes,
    )
    return await _reply(request, connection, after, actor, now)
