"""`/v1/standards/{id}/minutes`: the minutes (Berita Acara) of a round, and what became of what was agreed."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from chassis.data.transactions import Snapshot, Transaction
from chassis.http.idempotency import Once
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import single
from chassis.ops.clock import Now
from directory.access import Anyone
from registry.consultations import answers, queries
from registry.consultations.following_up import followed
from registry.consultations.routes import REFUSED
from registry.consultations.schemas import FollowUpBody, Minutes, MinutesBody
from registry.moments import EVERYTHING, Cut, OnDay, cut_at
from registry.standards import rights
from registry.standards.operations import By
from registry.standards.routes import Drafter, readable

routes = router(tags=["consultations"])


@routes.get(
    "/standards/{standard_id}/minutes",
    operation_id="get_minutes",
    summary="The minutes of a round",
    response_model=Minutes,
)
async def get_minutes(
    request: Request,
    actor: Anyone,
    connection: Snapshot,
    standard_id: UUID,
    moment: OnDay,
    now: Now,
    ordinal: Annotated[int | None, Query(alias="round", ge=1, le=10_000, description="Default: the last round")] = None,
) -> Response:
    """What was agreed, who sees to it and until when, and who signed; with `as_of`, what had become of it by that day."""
    row = await readable(connection, standard_id, actor, at=now, moment=moment)
    reach = cut_at(moment, row["time_zone"])
    found = await queries.find_minutes_of(connection, standard_id, ordinal, cut=reach)
    if found is None:
        raise NotFound
    insider = rights.is_insider(actor, row)
    return await _minutes(request, connection, found, day=row["today"], insider=insider, cut=reach)


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
    found, day = await answers.sign_minutes(connection, standard_id, body.model_dump(), by=by)
    location = f"/v1/standards/{standard_id}/minutes"
    return await _minutes(request, connection, found, day=day, insider=True, status=201, location=location)


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
    found, day = await answers.follow_up(connection, standard_id, body.model_dump(), by=by)
    location = f"/v1/standards/{standard_id}/minutes"
    return await _minutes(request, connection, found, day=day, insider=True, status=201, location=location)


async def _minutes(
    request: Request,
    connection: Any,
    row: Any,
    *,
    day: date,
    insider: bool,
    cut: Cut = EVERYTHING,
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
        **{name: value for name, value in row.items() if name not in ("version", "erasure_id")},
        "signers": signers,
        "agreements": followed(
            row["agreements"], await queries.find_follow_ups(connection, row["consultation_id"], cut=cut), day=day
        ),
    }
    headers = {"Location": location} if location else {}
    return single(request, content, version=row["version"], status=status, headers=headers)
