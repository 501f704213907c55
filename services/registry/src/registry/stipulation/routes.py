"""`/v1/standards/{id}/stipulation`, `/publication`, `/charter`: the decree, and the promise made public."""

from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.statements import Row
from chassis.data.transactions import Snapshot, Transaction
from chassis.http.idempotency import Once
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import IfMatch, single
from chassis.ops.clock import Now
from directory.access import Anyone
from registry.moments import Cut, OnDay, cut_at
from registry.standards import facts, lifecycle, rights
from registry.standards.operations import By
from registry.standards.routes import Head, HeadOrHigher, kept, readable, reply
from registry.standards.schemas import Standard
from registry.stipulation import operations, queries
from registry.stipulation.schemas import Publication, PublicationBody, StandardText, Stipulation, StipulationBody

REFUSED: dict[int | str, dict[str, Any]] = {
    409: {"description": "move_not_allowed: allowed_actions names what is"},
    422: {"description": "not_stipulable or not_publishable: errors names every gap"},
}

routes = router(tags=["stipulation"])


@routes.post(
    "/standards/{standard_id}/stipulation",
    operation_id="stipulate_standard",
    summary="Stipulate a standard by decree",
    response_model=Standard,
    responses=REFUSED,
)
async def stipulate_standard(
    request: Request,
    _once: Once,
    actor: HeadOrHigher,
    connection: Transaction,
    standard_id: UUID,
    body: StipulationBody,
    expected: IfMatch,
    now: Now,
) -> Response:
    """Freezes the text and seals it. Refused with all reasons at once: components, considerations, comments, minutes, decree."""
    decree = body.model_dump(mode="json") | {"decree_date": body.decree_date}
    row = await operations.stipulate(connection, standard_id, decree, by=By(actor=actor, now=now), expected=expected)
    return reply(request, row, actor)


@routes.get(
    "/standards/{standard_id}/stipulation",
    operation_id="get_stipulation",
    summary="The decree of a standard",
    response_model=Stipulation,
)
async def get_stipulation(
    request: Request, actor: Anyone, connection: Snapshot, standard_id: UUID, moment: OnDay, now: Now
) -> Response:
    """Number, date, signer, and the hash of the text; from the day of the decree on."""
    row = await readable(connection, standard_id, actor, at=now, moment=moment)
    found = await queries.find_stipulation(connection, standard_id)
    if found is None or (moment.stated and moment.day < found["decree_date"]):
        raise NotFound
    content = {name: value for name, value in found.items() if name != "stipulated_by"}
    return single(request, content, version=row["revision"], **kept(actor, row))


@routes.get(
    "/standards/{standard_id}/text",
    operation_id="get_standard_text",
    summary="What a decree fixed",
    response_model=StandardText,
)
async def get_standard_text(
    request: Request, actor: Anyone, connection: Snapshot, standard_id: UUID, moment: OnDay, now: Now
) -> Response:
    """The text alone, without the state of a day: it never changes, and what anybody may read of it is kept for ever."""
    row = await readable(connection, standard_id, actor, at=now, moment=moment)
    if row["content_hash"] is None or row["state"] in lifecycle.DRAFTED:
        raise NotFound
    content = {
        "standard_id": standard_id,
        **{name: row[name] for name in ("service_id", "number", "version", "considerations", "content_hash")},
        "components": facts.visible_components(row, insider=rights.is_insider(actor, row)),
    }
    return single(request, content, version=row["version"], **kept(actor, row))


@routes.post(
    "/standards/{standard_id}/publication",
    operation_id="publish_standard",
    summary="Publish a standard with its charter",
    response_model=Standard,
    responses=REFUSED,
)
async def publish_standard(
    request: Request,
    _once: Once,
    actor: Head,
    connection: Transaction,
    standard_id: UUID,
    body: PublicationBody,
    expected: IfMatch,
    now: Now,
) -> Response:
    """From effective_on it is in force, and the version before it is superseded at that instant."""
    publication = body.model_dump(mode="json") | {"effective_on": body.effective_on, "charter_id": body.charter_id}
    if body.charter is not None:
        publication["charter"] |= {"signed_on": body.charter.signed_on}
    row = await operations.publish(connection, standard_id, publication, by=By(actor=actor, now=now), expected=expected)
    return reply(request, row, actor)


@routes.get(
    "/standards/{standard_id}/publication",
    operation_id="get_publication",
    summary="How a standard was published",
    response_model=Publication,
)
async def get_publication(
    request: Request, actor: Anyone, connection: Snapshot, standard_id: UUID, moment: OnDay, now: Now
) -> Response:
    """Its channels and the day it takes effect; from the day on which it was published, or took effect."""
    row = await readable(connection, standard_id, actor, at=now, moment=moment)
    found = await queries.find_publication(connection, standard_id)
    if found is None or not _was_public(found, cut_at(moment, row["time_zone"])):
        raise NotFound
    content = {name: value for name, value in found.items() if name != "published_by"}
    return single(request, content, version=row["revision"])


def _was_public(publication: Row, cut: Cut) -> bool:
    if cut.day is None or cut.ends is None or publication["published_at"] < cut.ends:
        return True
    return publication["effective_on"] is not None and publication["effective_on"] <= cut.day
