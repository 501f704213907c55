"""`/v1/ethics-verdicts`: what was decided against the caller, and their objection to it."""

from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.data.transactions import Snapshot, Transaction
from chassis.http.idempotency import Once
from chassis.http.pages import PartOfList
from chassis.http.problems import NotAuthenticated
from chassis.http.routing import router
from chassis.http.versions import MayMatch, encode, single
from chassis.ops.clock import Now
from directory.access import Anyone
from evaluation.ethics import objecting, queries
from evaluation.ethics.case_schemas import OwnObjection, OwnVerdict, OwnVerdicts
from evaluation.ethics.catalogues import read_sanctions
from evaluation.facts.calendars import calendar_of

routes = router(tags=["ethics"])


@routes.get(
    "/ethics-verdicts",
    operation_id="list_own_ethics_verdicts",
    summary="Verdicts against me",
    response_model=OwnVerdicts,
)
async def list_own_verdicts(actor: Anyone, connection: Snapshot, now: Now, part: PartOfList) -> Response:
    """Of cases that were decided: the caller's own verdict, never the case with whoever else it is about."""
    if actor.kind == "anonymous":
        raise NotAuthenticated
    page = part.of(await objecting.find_own_verdicts(connection, actor), key="id")
    items = [await _written(connection, row, now) for row in page["items"]]
    return Response(
        encode({**page, "items": items}), media_type="application/json", headers={"Cache-Control": "no-store"}
    )


@routes.get(
    "/ethics-verdicts/{case_id}",
    operation_id="get_own_ethics_verdict",
    summary="A verdict against me",
    response_model=OwnVerdict,
)
async def get_own_verdict(request: Request, case_id: UUID, actor: Anyone, connection: Snapshot, now: Now) -> Response:
    """With its reason, its sanction, and until when to object."""
    row = await objecting.find_own_verdict(connection, case_id, actor)
    return single(request, await _written(connection, row, now), version=row["version"], cache="no-store")


@routes.post(
    "/ethics-verdicts/{case_id}/objection",
    operation_id="object_to_own_ethics_verdict",
    summary="Object to the sanction against me",
    status_code=201,
    response_model=OwnVerdict,
    responses={409: {"description": "ethics_move_not_allowed, objection_too_late, objected_already"}},
)
async def object_to_own_verdict(
    request: Request,
    case_id: UUID,
    body: OwnObjection,
    actor: Anyone,
    expected: MayMatch,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """Once, within the term. Another than who decided then decides anew."""
    row = await objecting.object_myself(connection, case_id, body.grounds, actor, expected=expected, now=now)
    content = await _written(connection, row, now)
    return single(request, content, version=row["version"], status=201, cache="no-store")


async def _written(connection: Connection, row: Row, now: Now) -> dict[str, Any]:
    calendar = await calendar_of(connection, row["institution_id"])
    sanctions = read_sanctions(await queries.find_version(connection, "sanctions", row["sanctions_version"]))
    due = row["objection_due_at"]
    last_day = None if due is None else calendar.local_day(due)
    history = await queries.find_history(connection, row["id"])
    return objecting.written_verdict(
        row,
        severity=None if row["sanction"] is None else sanctions.severity(row["regime"], row["sanction"]),
        open_to_objection=objecting.may_object(row, history, calendar.local_day(now), last_day),
    )
