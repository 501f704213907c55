"""`/v1/standards/{id}/consultation`, `/public-test`, `/finalisation`, `/return`: discussing a draft with society."""

from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Snapshot, Transaction
from chassis.http.idempotency import Once
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import IfMatch, single
from chassis.ops.clock import Now
from directory.access import Anyone
from directory.roles import Actor
from registry.consultations import operations, queries
from registry.consultations.schemas import (
    Consultation,
    ConsultationOpening,
    MoreParticipants,
    PublicTestBody,
    ReturnBody,
    SessionRecord,
)
from registry.moments import EVERYTHING, Cut, OnDay, cut_at
from registry.standards import rights
from registry.standards.operations import By
from registry.standards.routes import Drafter, Head, HeadOrResponsible, readable, reply
from registry.standards.schemas import Standard

REFUSED: dict[int | str, dict[str, Any]] = {409: {"description": "move_not_allowed: allowed_actions names what is"}}

routes = router(tags=["consultations"])


async def _round(
    request: Request, connection: Any, row: Any, actor: Actor, *, cut: Cut = EVERYTHING, status: int = 200
) -> Response:
    consultation = await queries.find_current(connection, row["id"], cut=cut)
    if consultation is None:
        raise NotFound
    participants = await queries.find_participants(connection, consultation["id"], cut=cut)
    sessions = await queries.find_sessions(connection, consultation["id"], cut=cut)
    content = queries.written(consultation, participants, sessions, insider=rights.is_insider(actor, row))
    headers = {"Location": f"/v1/standards/{row['id']}/consultation"} if status == 201 else {}
    return single(request, content, version=row["revision"], status=status, headers=headers)


@routes.get(
    "/standards/{standard_id}/consultation",
    operation_id="get_consultation",
    summary="The present round of consultation",
    response_model=Consultation,
)
async def get_consultation(
    request: Request, actor: Anyone, connection: Snapshot, standard_id: UUID, moment: OnDay, now: Now
) -> Response:
    """What is discussed, until when comments are taken, which elements of society take part; with `as_of`, as it was that day."""
    row = await readable(connection, standard_id, actor, at=now, moment=moment)
    return await _round(request, connection, row, actor, cut=cut_at(moment, row["time_zone"]))


@routes.post(
    "/standards/{standard_id}/consultation",
    operation_id="open_consultation",
    summary="Open a draft to society",
    response_model=Consultation,
    status_code=201,
    responses=REFUSED,
)
async def open_consultation(
    request: Request,
    _once: Once,
    actor: Head,
    connection: Transaction,
    standard_id: UUID,
    body: ConsultationOpening,
    expected: IfMatch,
    now: Now,
) -> Response:
    """The six service-delivery components are there, and at least one element of society is invited; else 422 with every gap."""
    by = By(actor=actor, now=now)
    row = await operations.open_consultation(connection, standard_id, body.model_dump(), by=by, expected=expected)
    return await _round(request, connection, row, actor, status=201)


@routes.post(
    "/standards/{standard_id}/consultation/participants",
    operation_id="invite_participants",
    summary="Invite more participants",
    response_model=Consultation,
    status_code=201,
    responses=REFUSED,
)
async def invite_participants(
    request: Request,
    _once: Once,
    actor: Drafter,
    connection: Transaction,
    standard_id: UUID,
    body: MoreParticipants,
    expected: IfMatch,
    now: Now,
) -> Response:
    """By element of society."""
    people = [participant.model_dump() for participant in body.participants]
    row = await operations.invite(connection, standard_id, people, by=By(actor=actor, now=now), expected=expected)
    return await _round(request, connection, row, actor, status=201)


@routes.post(
    "/standards/{standard_id}/consultation/sessions",
    operation_id="record_session",
    summary="Record a session that was held",
    response_model=Consultation,
    status_code=201,
    responses=REFUSED,
)
async def record_session(
    request: Request,
    _once: Once,
    actor: Drafter,
    connection: Transaction,
    standard_id: UUID,
    body: SessionRecord,
    expected: IfMatch,
    now: Now,
) -> Response:
    """With its attendance list: the ids of participants, from the consultation."""
    by = By(actor=actor, now=now)
    row = await operations.record_session(connection, standard_id, body.model_dump(), by=by, expected=expected)
    return await _round(request, connection, row, actor, status=201)


@routes.post(
    "/standards/{standard_id}/public-test",
    operation_id="open_public_test",
    summary="Publish a draft for comment",
    response_model=Standard,
    responses=REFUSED,
)
async def open_public_test(
    request: Request,
    _once: Once,
    actor: Head,
    connection: Transaction,
    standard_id: UUID,
    body: PublicTestBody,
    expected: IfMatch,
    now: Now,
) -> Response:
    """After a session; until the end of the day `closes_on`, or the instant `closes_at`."""
    by = By(actor=actor, now=now)
    row = await operations.test_in_public(connection, standard_id, body.model_dump(), by=by, expected=expected)
    return reply(request, row, actor)


@routes.post(
    "/standards/{standard_id}/finalisation",
    operation_id="finalise_standard",
    summary="Close the discussion of a draft",
    response_model=Standard,
    responses=REFUSED,
)
async def finalise_standard(
    request: Request,
    _once: Once,
    actor: Head,
    connection: Transaction,
    standard_id: UUID,
    expected: IfMatch,
    now: Now,
) -> Response:
    """Once the comment period is over; without a public test only where the institution's settings allow that."""
    row = await operations.finalise(connection, standard_id, by=By(actor=actor, now=now), expected=expected)
    return reply(request, row, actor)


@routes.post(
    "/standards/{standard_id}/return",
    operation_id="return_standard",
    summary="Discuss a draft again",
    response_model=Standard,
    responses=REFUSED,
)
async def return_standard(
    request: Request,
    _once: Once,
    actor: HeadOrResponsible,
    connection: Transaction,
    standard_id: UUID,
    body: ReturnBody,
    expected: IfMatch,
    now: Now,
) -> Response:
    """A change goes beyond the comments: a new round of consultation begins."""
    by = By(actor=actor, now=now)
    row = await operations.send_back(connection, standard_id, reason=body.reason, by=by, expected=expected)
    return reply(request, row, actor)
