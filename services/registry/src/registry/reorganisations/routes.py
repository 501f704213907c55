"""`/v1/reorganisations`, and the lineages that they leave."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.statements import Row
from chassis.data.transactions import Reading, Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.identity import Public, SignedIn
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import IfMatch, MayMatch, encode, single
from chassis.ops.clock import Now
from registry.moments import OnDay
from registry.reorganisations import lineage, operations, queries, withdrawing
from registry.reorganisations.replies import Lineage, Preview, Reorganisation, ReorganisationPage
from registry.reorganisations.schemas import NewReorganisation, WithdrawalBody
from registry.reorganisations.steps import Kind
from registry.rights import Anyone, Manager
from registry.terms import KnownTerms

routes = router(tags=["reorganisations"])


@routes.get(
    "/reorganisations",
    operation_id="list_reorganisations",
    summary="Find reorganisations",
    response_model=ReorganisationPage,
)
async def list_reorganisations(
    _caller: Public, connection: Reading, moment: OnDay, chosen: Annotated[Chosen, queries.FILTERS.dependency()]
) -> Response:
    """Declared, effected and withdrawn ones, the latest first; with `as_of`, those decided on by that day and how they stood."""
    page = await queries.find_reorganisations(connection, chosen, moment)
    items = [queries.summary(row, moment) for row in page.rows]
    return Response(encode(page.written(items)), media_type="application/json")


@routes.get(
    "/reorganisations/{reorganisation_id}",
    operation_id="get_reorganisation",
    summary="A reorganisation",
    response_model=Reorganisation,
)
async def get_reorganisation(
    request: Request, actor: Anyone, connection: Reading, moment: OnDay, reorganisation_id: UUID
) -> Response:
    """With its steps as they were declared and everything that followed; with `as_of`, how it stood on that day.

    Long work is shown to who asked for it, with its end.
    """
    row = await queries.find_reorganisation(connection, reorganisation_id, moment)
    if row is None or not withdrawing.is_visible(row, actor):
        raise NotFound
    return single(request, queries.shown(row, moment), version=row["version"])


def _reply(request: Request, row: Row, *, status: int = 200) -> Response:
    headers = {"Location": f"/v1/reorganisations/{row['id']}"} if status in (201, 202) else {}
    return single(request, queries.shown(row), version=row["version"], status=status, headers=headers)


@routes.post(
    "/reorganisations",
    operation_id="declare_reorganisation",
    summary="Declare a reorganisation",
    response_model=Reorganisation,
    status_code=201,
    responses={
        202: {"model": Reorganisation, "description": "Too large for a request: it is being done"},
        409: {"description": "still_in_use, code_taken"},
        422: {"description": "not_feasible"},
    },
)
async def declare_reorganisation(
    request: Request,
    caller: SignedIn,
    actor: Manager,
    connection: Transaction,
    terms: KnownTerms,
    now: Now,
    _once: Once,
    body: NewReorganisation,
) -> Response:
    """All of its steps at once, or none. On a later day: recorded now, effective then.

    One that takes thousands of units into other institutions is answered 202: done in the background, again all or nothing.
    """
    row = await operations.declare(connection, body, caller=caller, actor=actor, terms=terms, now=now)
    return _reply(request, row, status=202 if row["work"] == "queued" else 201)


@routes.post(
    "/reorganisations/preview",
    operation_id="preview_reorganisation",
    summary="What a reorganisation would do",
    response_model=Preview,
    responses={
        202: {"model": Reorganisation, "description": "Too large for a request: it is being tried"},
        409: {"description": "still_in_use, code_taken"},
        422: {"description": "not_feasible"},
    },
)
async def preview_reorganisation(
    request: Request,
    caller: SignedIn,
    actor: Manager,
    connection: Transaction,
    terms: KnownTerms,
    now: Now,
    body: NewReorganisation,
) -> Response:
    """The consequences, or every reason against it; nothing is written. Of a large one they come with the work's end."""
    found = await operations.preview(connection, body, caller=caller, actor=actor, terms=terms, now=now)
    if not isinstance(found, operations.Declared):
        return _reply(request, found, status=202)
    shown = {"established": found.established, "consequences": found.consequences}
    return Response(encode(shown), media_type="application/json")


@routes.post(
    "/reorganisations/{reorganisation_id}/withdrawal",
    operation_id="withdraw_reorganisation",
    summary="Withdraw a reorganisation before its day",
    response_model=Reorganisation,
    responses={409: {"description": "not_declared; changed_since: `changed` says what; still_in_use"}},
)
async def withdraw_reorganisation(
    request: Request,
    actor: Manager,
    connection: Transaction,
    now: Now,
    _once: Once,
    expected: IfMatch,
    reorganisation_id: UUID,
    body: WithdrawalBody,
) -> Response:
    """The directory is as it was before the declaration, unless others have built on it; what was believed stays readable."""
    decree = body.model_dump(mode="json")
    row = await withdrawing.withdraw(connection, reorganisation_id, decree, actor=actor, now=now, expected=expected)
    return _reply(request, row)


@routes.delete(
    "/reorganisations/{reorganisation_id}",
    operation_id="cancel_reorganisation",
    summary="Cancel a reorganisation that waits to be done",
    response_model=Reorganisation,
    responses={409: {"description": "already_finished"}},
)
async def cancel_reorganisation(
    request: Request, actor: Manager, connection: Transaction, expected: MayMatch, reorganisation_id: UUID
) -> Response:
    """Of long work that waits or is being done: nothing of it is written. What is declared is withdrawn instead."""
    row = await withdrawing.cancel(connection, reorganisation_id, actor=actor, expected=expected)
    return _reply(request, row)


@routes.get(
    "/units/{unit_id}/lineage",
    operation_id="get_unit_lineage",
    summary="Where a unit comes from and goes to",
    response_model=Lineage,
)
async def get_unit_lineage(_caller: Public, connection: Snapshot, moment: OnDay, unit_id: UUID) -> Response:
    """Both ways and at any distance; `allocation` says who holds its totals on the day."""
    return await _lineage(connection, moment, "unit", unit_id)


@routes.get(
    "/institutions/{institution_id}/lineage",
    operation_id="get_institution_lineage",
    summary="Where an institution comes from and goes to",
    response_model=Lineage,
)
async def get_institution_lineage(
    _caller: Public, connection: Snapshot, moment: OnDay, institution_id: UUID
) -> Response:
    """Both ways and at any distance; `allocation` says who holds its totals on the day."""
    return await _lineage(connection, moment, "institution", institution_id)


async def _lineage(connection: Snapshot, moment: OnDay, kind: Kind, identity: UUID) -> Response:
    found = await lineage.find_lineage(connection, kind, identity, moment.day)
    if found is None:
        raise NotFound
    return Response(encode(found), media_type="application/json")
