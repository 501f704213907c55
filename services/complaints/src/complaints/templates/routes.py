"""`/v1/response-templates`: an institution's own texts, for its officers."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.data.transactions import Reading, Snapshot, Transaction
from chassis.documents.printing import Printer
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.problems import Forbidden, NotFound
from chassis.http.routing import router
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from complaints.cases import access
from complaints.cases.rights import Staff
from complaints.cases.routes import seen
from complaints.cases.visibility import sees_content
from complaints.codes import KnownCodes
from complaints.templates import operations, queries
from complaints.templates.operations import ACT, WRITERS
from complaints.templates.schemas import (
    Template,
    TemplateArchival,
    TemplateBody,
    TemplatePage,
    TemplatePreview,
    TemplateVersionBody,
)
from directory.access import acting
from directory.roles import LIAISON, OFFICER, UNIT_HEAD, Actor

routes = router(tags=["handling"])
ANSWERERS = frozenset({LIAISON, OFFICER, UNIT_HEAD, "institution_admin", "information_officer", "internal_auditor"})
Writer = Annotated[Actor, acting(*WRITERS, scope=ACT)]


def _institutions(actor: Actor) -> list[UUID] | None:
    """Those whose templates a caller reads: where he or she has a seat, or the client's own; None for all. Pure."""
    if actor.unbound:
        return None
    held = {seat.institution_id for seat in actor.seats}
    return sorted(held | ({actor.institution_id} if actor.institution_id is not None else set()))


@routes.get(
    "/response-templates",
    operation_id="list_response_templates",
    summary="Find response templates",
    response_model=TemplatePage,
)
async def list_response_templates(
    caller: Staff, connection: Snapshot, chosen: Annotated[Chosen, queries.FILTERS.dependency()]
) -> Response:
    """Those of the caller's institutions, each with its newest text and how often it was used."""
    reach = queries.reach(_institutions(caller.actor))
    page = await queries.FILTERS.page(connection, chosen, queries.LISTED, reach=reach)
    return Response(
        encode(page.written([_shown(row, row["version"]) for row in page.rows])), media_type="application/json"
    )


@routes.get(
    "/response-templates/{template_id}",
    operation_id="get_response_template",
    summary="A response template",
    response_model=Template,
)
async def get_response_template(
    request: Request,
    template_id: UUID,
    caller: Staff,
    connection: Reading,
    version: Annotated[int | None, Query(ge=1, le=2_000_000_000, description="An earlier text")] = None,
) -> Response:
    """The newest text, or the one named."""
    row = await _found(connection, template_id, caller.actor, version)
    return single(request, _shown(row, row["shown_version"]), version=row["version"])


@routes.post(
    "/response-templates",
    operation_id="write_response_template",
    summary="Write a response template",
    response_model=Template,
    status_code=201,
    responses={409: {"description": "template_name_taken"}},
)
async def write_response_template(
    request: Request,
    body: TemplateBody,
    actor: Writer,
    connection: Transaction,
    _once: Once,
    codes: KnownCodes,
    now: Now,
) -> Response:
    """For an institution, by its administrator or a head of one of its units. Variables are checked here, not when it is used."""
    template_id = await operations.write_template(connection, body, actor, codes=codes, now=now)
    return await _reply(request, connection, template_id, actor)


@routes.post(
    "/response-templates/{template_id}/versions",
    operation_id="write_response_template_version",
    summary="Write a template's next text",
    response_model=Template,
    status_code=201,
    responses={409: {"description": "template_archived, template_name_taken"}},
)
async def write_response_template_version(
    request: Request,
    template_id: UUID,
    body: TemplateVersionBody,
    actor: Writer,
    connection: Transaction,
    expected: IfMatch,
    _once: Once,
    codes: KnownCodes,
    now: Now,
) -> Response:
    """Answers that began with an earlier text keep it."""
    await operations.write_version(connection, template_id, body, actor, codes=codes, expected=expected, now=now)
    return await _reply(request, connection, template_id, actor)


@routes.post(
    "/response-templates/{template_id}/archival",
    operation_id="archive_response_template",
    summary="No longer offer a template",
    response_model=Template,
    status_code=201,
    responses={409: {"description": "template_archived"}},
)
async def archive_response_template(
    request: Request,
    template_id: UUID,
    _body: TemplateArchival,
    actor: Writer,
    connection: Transaction,
    expected: IfMatch,
    _once: Once,
    now: Now,
) -> Response:
    """It is never deleted: what was answered with it stays explicable."""
    await operations.archive(connection, template_id, actor, expected=expected, now=now)
    return await _reply(request, connection, template_id, actor)


@routes.get(
    "/response-templates/{template_id}/preview",
    operation_id="preview_response_template",
    summary="A template as a case would fill it",
    response_model=TemplatePreview,
)
async def preview_response_template(
    request: Request,
    template_id: UUID,
    caller: Staff,
    connection: Reading,
    printer: Printer,
    now: Now,
    case_id: Annotated[UUID, Query(description="The case")],
    language: Annotated[Literal["id", "en"], Query(description="In which language")] = "id",
) -> Response:
    """For whoever answers on that case. Nothing is counted: previews aren't uses."""
    template = await _found(connection, template_id, caller.actor)
    case, roles = await seen(connection, case_id, caller, now)
    if not roles & ANSWERERS or not sees_content(roles, case):
        raise Forbidden
    if template["institution_id"] != case["institution_id"]:
        raise NotFound
    await access.note_reading(connection, case, caller, roles=roles, what="detail", now=now)
    found = await operations.fill(connection, template, case, language=language, labels=printer.labels, now=now)
    content = {"template_id": template_id, "version": found.version, "language": language}
    return single(
        request,
        {**content, "body": found.body, "missing": found.missing},
        version=found.version,
        cache="private, no-store",
    )


async def _found(connection: Connection, template_id: UUID, actor: Actor, version: int | None = None) -> Row:
    row = await queries.find_template(connection, template_id, version)
    mine = _institutions(actor)
    if row is None or (mine is not None and row["institution_id"] not in mine):
        raise NotFound
    return row


async def _reply(request: Request, connection: Connection, template_id: UUID, actor: Actor) -> Response:
    row = await _found(connection, template_id, actor)
    headers = {"Location": f"/v1/response-templates/{template_id}"}
    return single(request, _shown(row, row["version"]), version=row["version"], status=201, headers=headers)


def _shown(row: Mapping[str, Any], version: int) -> dict[str, Any]:
    names = tuple(name for name in Template.model_fields if name != "version")
    return {**{name: row[name] for name in names}, "version": version}
