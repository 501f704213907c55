"""`/v1/complaints/{id}/contributions`: what other units are asked, and what they answer the coordinator."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.data.transactions import Reading, Transaction
from chassis.http.idempotency import Once
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import IfMatch, single
from chassis.ops.clock import Now
from complaints.cases import access
from complaints.cases.callers import CaseCaller
from complaints.cases.rights import Reader, Staff
from complaints.cases.routes import seen
from complaints.cases.shown import is_outside
from complaints.cases.visibility import CONTRIBUTOR, sees_content
from complaints.codes import KnownCodes
from complaints.cooperation import operations, queries
from complaints.cooperation.schemas import (
    Contribution,
    ContributionAnswer,
    ContributionRefusal,
    ContributionRequest,
    Contributions,
    ContributionWithdrawal,
)
from directory.zones import national_day

routes = router(tags=["custody"])
_WORDS = ("question", "answer", "reason", "asked_by", "ended_by")


@routes.get(
    "/complaints/{case_id}/contributions",
    operation_id="list_contributions",
    summary="Which units cooperate on a case",
    response_model=Contributions,
)
async def list_contributions(
    request: Request, case_id: UUID, caller: Reader, connection: Reading, now: Now
) -> Response:
    """Oldest first. A unit reads what it was asked itself; the reporter, which units were asked and whether they answered."""
    case, roles = await seen(connection, case_id, caller, now, cooperating=True)
    outside = is_outside(roles) or not sees_content(roles, case)
    if outside and case["custody"] == "protected":
        raise NotFound
    await access.note_reading(connection, case, caller, roles=roles, what="contributions", now=now)
    found = await queries.find_contributions(connection, case_id)
    if roles == {CONTRIBUTOR}:
        found = await _own(connection, found, caller, now)
    items = [shown_contribution(row, now, outside=outside) for row in found]
    return single(request, {"items": items}, version=case["version"])


async def _own(connection: Connection, found: list[Row], caller: CaseCaller, now: datetime) -> list[Row]:
    units = await queries.find_units(connection, [row["unit_id"] for row in found], national_day(now))
    return [
        row
        for row in found
        if row["unit_id"] in units
        and operations.answers_for(caller, row["institution_id"], units[row["unit_id"]]["ancestors"])
    ]


@routes.post(
    "/complaints/{case_id}/contributions",
    operation_id="ask_for_contribution",
    summary="Ask another unit to contribute",
    response_model=Contribution,
    status_code=201,
    responses={409: {"description": "move_not_allowed, already_asked, not_for_protected_case"}},
)
async def ask_for_contribution(
    request: Request,
    case_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    body: ContributionRequest,
) -> Response:
    """By the unit that holds the case, which coordinates. The unit asked reads the matter, not who reported it."""
    case, made = await operations.ask(connection, case_id, caller, body, expected=expected, now=now)
    return await _reply(request, connection, case, made, now)


@routes.post(
    "/complaints/{case_id}/contributions/{contribution_id}/answer",
    operation_id="answer_contribution",
    summary="Answer the coordinator",
    response_model=Contribution,
    status_code=201,
    responses={409: {"description": "contribution_ended"}},
)
async def answer_contribution(
    request: Request,
    case_id: UUID,
    contribution_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    body: ContributionAnswer,
) -> Response:
    """By the unit that was asked. What the reporter gets is the coordinator's answer."""
    case = await operations.answer(connection, case_id, contribution_id, caller, body, expected=expected, now=now)
    return await _reply(request, connection, case, contribution_id, now)


@routes.post(
    "/complaints/{case_id}/contributions/{contribution_id}/refusal",
    operation_id="decline_contribution",
    summary="Say that the unit has nothing to contribute",
    response_model=Contribution,
    status_code=201,
    responses={409: {"description": "contribution_ended"}},
)
async def decline_contribution(
    request: Request,
    case_id: UUID,
    contribution_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    codes: KnownCodes,
    body: ContributionRefusal,
) -> Response:
    """By the unit that was asked, with a reason; it reads nothing of the case from then on."""
    case = await operations.decline(
        connection, case_id, contribution_id, caller, body, codes=codes, expected=expected, now=now
    )
    return await _reply(request, connection, case, contribution_id, now)


@routes.post(
    "/complaints/{case_id}/contributions/{contribution_id}/withdrawal",
    operation_id="withdraw_contribution",
    summary="No longer ask a unit",
    response_model=Contribution,
    status_code=201,
    responses={409: {"description": "contribution_ended"}},
)
async def withdraw_contribution(
    request: Request,
    case_id: UUID,
    contribution_id: UUID,
    caller: Staff,
    _once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    body: ContributionWithdrawal,
) -> Response:
    """By the unit that coordinates."""
    case = await operations.withdraw(
        connection, case_id, contribution_id, caller, body.reason, expected=expected, now=now
    )
    return await _reply(request, connection, case, contribution_id, now)


async def _reply(request: Request, connection: Connection, case: Row, contribution_id: UUID, now: datetime) -> Response:
    row = await queries.find_contribution(connection, case["id"], contribution_id)
    assert row is not None
    headers = {"Location": f"/v1/complaints/{case['id']}/contributions"}
    return single(
        request, shown_contribution(row, now, outside=False), version=case["version"], status=201, headers=headers
    )


def shown_contribution(row: Mapping[str, Any], now: datetime, *, outside: bool) -> dict[str, Any]:
    """A contribution as it is sent; `outside`: to the reporter, who reads which unit and whether it answered. Pure."""
    names = ("id", "unit_id", "unit_name", "institution_id", "state", "asked_at", "ended_at", *_WORDS)
    found: dict[str, Any] = {name: row[name] for name in names}
    if outside:
        return {**found, **dict.fromkeys(_WORDS), "clock": None}
    limits = {name: row[name] for name in ("policy_code", "policy_version", "rule_number", "due_at")}
    return {**found, "clock": {**limits, "overdue": row["due_at"] < (row["ended_at"] or now)}}
