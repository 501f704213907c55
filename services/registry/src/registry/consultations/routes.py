"""`/v1/standards/{id}/consultation`, `/minutes`, `/public-test`, `/finalisation`, `/return`: discussing a draft with society."""

from datetime import date
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
from registry.consultations import answers, operations, queries
from registry.consultations.following_up import followed
from registry.consultations.schemas import (
    Consultation,
    ConsultationOpening,
    FollowUpBody,
    Minutes,
    MinutesBody,
    MoreParticipants,
    PublicTestBody,
    ReturnBody,
    SessionRecord,
)
from registry.standards import rights
from registry.standards.operations import By
from registry.standards.routes import Drafter, Head, HeadOrResponsible, readable, reply
from registry.standards.schemas import Standard

REFUSED: dict[int | str, dict[str, Any]] = {409: {"description": "move_not_allowed: allowed_actions names what is"}}

routes = router(tags=["consultations"])


async def _round(request: Request, connection: Any, row: Any, actor: Actor, *, status: int = 200) -> Response:
    consultation = await queries.find_current(connection, row["id"])
    if consultation is None:
        raise NotFound
    participants = await queries.find_participants(connection, consultation["id"])
    sessions = await queries.find_sessions(connection, consultation["id"])
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
    request: Request, actor: Anyone, connection: Snapshot, standard_id: UUID, now: Now
) -> Response:
    """What is discussed, until when comments are taken, which elements of society take part."""
    row = await readable(connection, standard_id, actor, at=now)
    return await _round(request, connection, row, actor)


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


@routes.get(
    "/standards/{standard_id}/minutes",
    operation_id="get_minutes",
    summary="The minutes of the present round",
    response_model=Minutes,
)
async def get_minutes(request: Request, actor: Anyone, connection: Snapshot, standard_id: UUID, now: Now) -> Response:
    """What was agreed, who sees to it and until when, and who signed."""
    row = await readable(connection, standard_id, actor, at=now)
    consultation = await queries.find_current(connection, standard_id)
    found = await queries.find_minutes(connection, consultation["id"]) if consultation is not None else None
    if found is None:
        raise NotFound
    return await _minutes(request, connection, found, day=row["today"], insider=rights.is_insider(actor, row))


@routes.post(
    "/standards/{standard_id}/minutes",
    operation_id="sign_minutes",
    summary="Record the minutes (Berita Acara)",
    response_model=Minutes,
    status_code=201,
    responses=REFUSED,
)
async def sign_minutes(
    request: Request,
    _once: Once,
    actor: Drafter,
    connection: Transaction,
    standard_id: UUID,
    body: MinutesBody,
    now: Now,
) -> Response:
    """Minutes sent again replace the round's earlier ones, until the standard is stipulated."""
    by = By(actor=actor, now=now)
    found = await answers.sign_minutes(connection, standard_id, body.model_dump(), by=by)
    location = f"/v1/standards/{standard_id}/minutes"
    return await _minutes(request, connection, found, day=now.date(), insider=True, status=201, location=location)


@routes.post(
    "/standards/{standard_id}/minutes/follow-up",
    operation_id="follow_up_agreement",
    summary="Say what became of an agreement",
    response_model=Minutes,
    status_code=201,
)
async def follow_up_agreement(
    request: Request,
    _once: Once,
    actor: Drafter,
    connection: Transaction,
    standard_id: UUID,
    body: FollowUpBody,
    now: Now,
) -> Response:
    """After the forum: what was done of what was agreed, with its proof, also long after the stipulation. In public."""
    by = By(actor=actor, now=now)
    found = await answers.follow_up(connection, standard_id, body.model_dump(), by=by)
    location = f"/v1/standards/{standard_id}/minutes"
    return await _minutes(request, connection, found, day=now.date(), insider=True, status=201, location=location)


async def _minutes(
    request: Request,
    connection: Any,
    row: Any,
    *,
    day: date,
    insider: bool,
    status: int = 200,
    location: str = "",
) -> Response:
    signers = (
        row["signers"]
        if insider
        else [
            {name: value for name, value in signer.items() if name in ("element", "signed_on")}
            for signer in row["signers"]
        ]
    )
    content = {
        **{name: value for name, value in row.items() if name != "version"},
        "signers": signers,
        "agreements": followed(
            row["agreements"], await queries.find_follow_ups(connection, row["consultation_id"]), day=day
        ),
    }
    headers = {"Location": location} if location else {}
    return single(request, content, version=row["version"], status=status, headers=headers)


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
