"""`POST /v1/complaints/batch`: counters that were offline, and other systems, file what they gathered."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends, Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.transactions import begin
from chassis.http import idempotency
from chassis.http.edge import request_id_of
from chassis.http.identity import policy
from chassis.http.languages import Text
from chassis.http.problems import BadRequest, Flaw, Forbidden, NotAuthenticated, problem_body
from chassis.http.routing import router
from chassis.http.versions import encode
from chassis.ops.clock import Now
from complaints.cases.callers import CaseCaller
from complaints.cases.rights import FILE, Keys, case_caller
from complaints.codes import KnownCodes
from complaints.intake import batch
from complaints.intake.batch import Outcome
from complaints.intake.batch_schemas import Batch, BatchReply
from complaints.intake.routes import Claimed
from complaints.intake.settling import Workshop, settle
from complaints.keys import CaseKeys
from complaints.reporters.codes import access_pin

routes = router(tags=["complaints"])
_NEEDED = Text("Kirim tajuk Idempotency-Key.", "Send the header Idempotency-Key.")


@policy(f"signed in; a client with scope {FILE}")
async def _gatherer(request: Request) -> CaseCaller:
    caller = await case_caller(request)
    if caller.actor.kind == "anonymous":
        raise NotAuthenticated
    if caller.actor.kind == "client" and FILE not in caller.actor.scopes:
        raise Forbidden
    return caller


Gatherer = Annotated[CaseCaller, Depends(_gatherer)]
"""Whoever may file for many: not the anonymous public, of whom one request would otherwise make a thousand cases."""


@routes.post(
    "/complaints/batch",
    operation_id="file_complaint_batch",
    summary="File up to 1,000 cases",
    response_model=BatchReply,
    status_code=207,
)
async def file_batch(
    request: Request,
    caller: Gatherer,
    now: Now,
    keys: Keys,
    codes: KnownCodes,
    claim: Claimed,
    body: Batch,
) -> Response:
    """Each filing gets a status of its own, in order. Clocks start when the batch arrives, whatever `client_filed_at` says.

    Bring ids of your own (UUIDv7): what you send again under the same id is answered 200 with its first tracking code.
    """
    if claim is None:
        raise BadRequest(_NEEDED, errors=[Flaw(idempotency.HEADER, "missing", _NEEDED)])
    state = request.app.state
    shop = Workshop(codes, keys, state.places, state.router, state.suggester, state.planner, state.expectations)
    settled = await settle(body.items, shop, now)
    async with begin(state.pool) as connection:
        stored = await _stored(connection, claim)
        if stored is None:
            outcomes = await batch.file_all(connection, settled, caller, shop, now=now)
            items = _written(request, outcomes)
            kept = {"content-type": "application/json", "cache-control": "no-store"}
            await connection.execute(
                idempotency.KEEP, claim["client"], claim["key"], 207, kept, encode({"items": items})
            )
    if stored is not None:
        return _reply(orjson.loads(bytes(stored.body))["items"], keys, {"Idempotency-Replayed": "true"})
    state.sequencer.wake()
    return _reply(items, keys, {})


async def _stored(connection: Connection, claim: dict[str, Any]) -> Response | None:
    """Take the key; the kept reply if it was used before."""
    taken = await connection.fetchval(idempotency.CLAIM, claim["client"], claim["key"], claim["body_hash"])
    if taken is not None:
        return None
    row = await connection.fetchrow(idempotency.STORED, claim["client"], claim["key"])
    return idempotency.stored_response(row, claim["body_hash"])


def _written(request: Request, outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The items of the reply as they are kept: without PINs."""
    return [
        {
            "status": each.status,
            "id": each.reply["id"] if each.reply else None,
            "filed": each.reply,
            "problem": _problem(request, each),
        }
        for each in outcomes
    ]


def _problem(request: Request, outcome: Outcome) -> dict[str, Any] | None:
    problem = outcome.problem
    if problem is None:
        return None
    document: dict[str, Any] = orjson.loads(
        problem_body(
            status=problem.status,
            code=problem.code,
            title=problem.title,
            language=request.state.language,
            request_id=request_id_of(request),
            detail=problem.detail,
            errors=problem.errors,
            members=problem.members,
        )
    )
    return document


def _reply(items: Sequence[dict[str, Any]], keys: CaseKeys, headers: dict[str, str]) -> Response:
    """The reply with each PIN, derived anew."""
    shown = [
        item if item["filed"] is None else {**item, "filed": {**item["filed"], "access_pin": _pin(keys, item["id"])}}
        for item in items
    ]
    return Response(
        encode({"items": shown}),
        status_code=207,
        media_type="application/json",
        headers={"Cache-Control": "no-store", **headers},
    )


def _pin(keys: CaseKeys, case_id: Any) -> str:
    return access_pin(keys.pin, case_id if isinstance(case_id, UUID) else UUID(case_id))
