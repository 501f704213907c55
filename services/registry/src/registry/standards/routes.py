"""`/v1/standards` and `/v1/services/{id}/standards`: finding, drafting, comparing, abandoning, and the version in force on any day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from chassis.data.transactions import Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.problems import Forbidden, NotAuthenticated, NotFound
from chassis.http.routing import router
from chassis.http.versions import FOREVER, IfMatch, encode, single
from chassis.ops.clock import Now
from directory.access import Anyone, acting
from directory.roles import Actor
from registry.moments import AtMoment, Moment, OnDay, cut_at
from registry.standards import considerations, facts, lifecycle, listing, operations, queries, rights
from registry.standards.components import stored
from registry.standards.diff import differences
from registry.standards.operations import By
from registry.standards.schemas import (
    Abandonment,
    Comparison,
    History,
    Standard,
    StandardDraft,
    StandardPage,
    StandardPatch,
    StandardSummaries,
    patched,
)

Drafter = Annotated[Actor, acting("unit_head", "officer", scope=rights.WRITE)]
Head = Annotated[Actor, acting("unit_head", scope=rights.WRITE)]
HeadOrResponsible = Annotated[Actor, acting("unit_head", "responsible_officer", scope=rights.WRITE)]
HeadOrHigher = Annotated[Actor, acting("unit_head", "responsible_officer", "supervisor", scope=rights.WRITE)]

routes = router(tags=["standards"])


def shown(row: Any, actor: Actor) -> dict[str, Any]:
    """A version as this actor reads it."""
    insider = rights.is_insider(actor, row)
    content = facts.written(row, insider=insider)
    return {**content, "allowed_actions": rights.allowed_actions(actor, row)}


def reply(request: Request, row: Any, actor: Actor, *, status: int = 200) -> Response:
    """A version as a reply, with its ETag."""
    headers = {"Location": f"/v1/standards/{row['id']}"} if status == 201 else {}
    return single(request, shown(row, actor), version=row["revision"], status=status, headers=headers)


def kept(actor: Actor, *rows: Any) -> dict[str, Any]:
    """How what the texts of these versions say may be kept: for ever once decrees froze them, if anybody may read it."""
    frozen = all(row["state"] not in lifecycle.DRAFTED for row in rows)
    cache = FOREVER if frozen and actor.kind == "anonymous" else "private, no-cache"
    return {"cache": cache, "headers": {"Vary": "Authorization"}}


async def readable(
    connection: Any, standard_id: UUID, actor: Actor, *, at: datetime, moment: Moment | None = None
) -> Any:
    """A version that the actor may read, as it is or as of a moment. Raises NotFound."""
    known_at = moment.known_at if moment is not None else None
    on = moment.day if moment is not None and moment.stated else None
    row = await queries.find_standard(connection, standard_id, at=at, known_at=known_at, on=on)
    if row is None:
        raise NotFound
    rights.check_visible(actor, row)
    if on is not None:
        # What was open for comment then may be closed to the public since, and its text is that of today.
        present = await queries.find_standard(connection, standard_id, at=at)
        rights.check_visible(actor, present or row)
    return row


@routes.get("/standards", operation_id="find_standards", summary="Find standards", response_model=StandardSummaries)
async def find_standards(
    actor: Anyone,
    connection: Snapshot,
    moment: AtMoment,
    chosen: Annotated[Chosen, listing.ACROSS.filters.dependency()],
    now: Now,
) -> Response:
    """Versions of all services, without their texts: by institution, unit, state, or when a review is due.

    With `as_of`, those in force on the day, where their services were then.
    Drafts are listed to their units' people alone, until they are open for comment.
    """
    page = await listing.find_across(connection, chosen, moment, reach=rights.reach(actor), at=now)
    items = [_summary(row) for row in await _by_the_day(connection, page.rows, moment)]
    return Response(encode(page.written(items)), media_type="application/json")


async def _by_the_day(connection: Any, rows: Sequence[Any], moment: Moment) -> list[Any]:
    if moment.stated:
        return await queries.as_of(connection, rows, moment.day, known_at=moment.known_at)
    found = [queries.by_the_day(row) for row in rows]
    if moment.known_at is None:
        return found
    return await queries.placed(connection, found, moment.day, known_at=moment.known_at)


def _summary(row: Any) -> dict[str, Any]:
    day = row["today"]
    return {
        **listing.summary(row),
        "in_force": lifecycle.is_in_force(row, day),
        "review_state": lifecycle.review_state(row, day),
    }


@routes.get(
    "/services/{service_id}/standards",
    operation_id="list_standards",
    summary="The versions of a service's standard",
    response_model=StandardPage,
)
async def list_standards(
    actor: Anyone,
    connection: Snapshot,
    service_id: UUID,
    moment: AtMoment,
    chosen: Annotated[Chosen, listing.OF_SERVICE.filters.dependency()],
    now: Now,
) -> Response:
    """Newest first. `as_of` (or `in_force_on`) gives the one version that was, is or will be the promise on that day.

    Drafts are listed to the unit's people alone, until they are open for comment.
    """
    service = await queries.find_service(connection, service_id, at=now)
    if service is None:
        raise NotFound
    insider = rights.is_insider(actor, service)
    page = await listing.find_versions(connection, chosen, service_id, moment, insider=insider, today=service["today"])
    rows = await _by_the_day(connection, page.rows, moment)
    items = [shown({**row, "ancestors": service["ancestors"]}, actor) for row in rows]
    return Response(encode(page.written(items)), media_type="application/json")


@routes.post(
    "/services/{service_id}/standards",
    operation_id="draft_standard",
    summary="Begin a version",
    response_model=Standard,
    status_code=201,
    responses={409: {"description": "draft_open: a draft is in progress; standard_number_taken"}},
)
async def draft_standard(
    request: Request,
    _once: Once,
    actor: Drafter,
    connection: Transaction,
    service_id: UUID,
    body: StandardDraft,
    now: Now,
) -> Response:
    """A draft with its number reserved and the provider's team named. Components may come now or by PATCH."""
    content = {
        "number": body.number,
        "provider_team": [member.model_dump() for member in body.provider_team],
        "considerations": considerations.kept(body.considerations),
        "components": stored(body.components),
        "manufacturing_public": body.manufacturing_public,
    }
    row = await operations.draft(connection, service_id, content, by=By(actor=actor, now=now))
    return reply(request, row, actor, status=201)


@routes.patch(
    "/standards/{standard_id}",
    operation_id="redraft_standard",
    summary="Change a draft",
    response_model=Standard,
    responses={409: {"description": "move_not_allowed: only drafts and versions being finalised can change"}},
)
async def redraft_standard(
    request: Request,
    actor: Drafter,
    connection: Transaction,
    standard_id: UUID,
    body: StandardPatch,
    expected: IfMatch,
    now: Now,
) -> Response:
    """A JSON merge patch of the text.

    While finalising, what was discussed changes only where the disposition of a comment names it; what was empty then is filled, and
    considerations are improved.
    """
    by = By(actor=actor, now=now)
    row, move = await operations.lock(connection, standard_id, "drafting", by=by, expected=expected)
    changed = await operations.redraft(connection, row, move, patched(row, body), by=by)
    return reply(request, changed, actor)


@routes.post(
    "/standards/{standard_id}/abandonment",
    operation_id="abandon_standard",
    summary="End a draft",
    response_model=Standard,
    responses={409: {"description": "move_not_allowed"}},
)
async def abandon_standard(
    request: Request,
    _once: Once,
    actor: Head,
    connection: Transaction,
    standard_id: UUID,
    body: Abandonment,
    expected: IfMatch,
    now: Now,
) -> Response:
    """The draft was never stipulated and never will be."""
    row = await operations.abandon(
        connection,
        standard_id,
        reason=body.reason,
        participants_told=body.participants_told,
        by=By(actor=actor, now=now),
        expected=expected,
    )
    return reply(request, row, actor)


@routes.get(
    "/standards/{standard_id}/diff",
    operation_id="compare_standards",
    summary="What changed since another version",
    response_model=Comparison,
)
async def compare_standards(
    request: Request,
    actor: Anyone,
    connection: Snapshot,
    standard_id: UUID,
    against: Annotated[UUID, Query(description="The version to compare with")],
    moment: AtMoment,
    now: Now,
) -> Response:
    """Component by component; what a reader may not see in either version is left out.

    With `known_at` the texts as they were recorded then; a version's text is the same on every day on which there is one.
    """
    row = await readable(connection, standard_id, actor, at=now, moment=moment)
    other = await readable(connection, against, actor, at=now, moment=moment)
    before, after = (
        {
            "components": facts.visible_components(one, insider=rights.is_insider(actor, one)),
            "considerations": one["considerations"],
        }
        for one in (other, row)
    )
    content = {"id": standard_id, "against": against, "differences": differences(before, after)}
    return single(request, content, version=row["revision"], **kept(actor, row, other))


@routes.get(
    "/standards/{standard_id}/history",
    operation_id="get_standard_history",
    summary="What was done with a version",
    response_model=History,
)
async def get_standard_history(
    request: Request, actor: Anyone, connection: Snapshot, standard_id: UUID, moment: OnDay, now: Now
) -> Response:
    """Every act, by whom and when, for those who see drafts; with `as_of`, up to the end of that day."""
    row = await readable(connection, standard_id, actor, at=now, moment=moment)
    if not rights.is_insider(actor, row):
        raise NotAuthenticated if actor.kind == "anonymous" else Forbidden
    moves = [
        {name: value for name, value in move.items() if name not in ("id", "standard_id")}
        for move in await queries.find_moves(connection, standard_id, cut=cut_at(moment, row["time_zone"]))
    ]
    return single(request, {"items": moves}, version=row["revision"])
