"""`/v1/complaints/{id}/attachments`: the files of a case, for those who may read it."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import Header, Request
from starlette.responses import Response

from chassis.data.transactions import Reading, Transaction
from chassis.http.idempotency import Once
from chassis.http.problems import Forbidden, NotFound, Unprocessable
from chassis.http.ranges import Unsatisfiable, read_range
from chassis.http.routing import router
from chassis.http.versions import MayMatch, encode
from chassis.ops.clock import Now
from complaints.attachments import problems, queries
from complaints.attachments.adding import add
from complaints.attachments.names import disposition
from complaints.attachments.opening import reads
from complaints.attachments.schemas import Attaching, Attachments
from complaints.cases import access
from complaints.cases.rights import Anybody, Reader
from complaints.cases.routes import seen
from complaints.cases.shown import is_outside
from complaints.cases.visibility import sees_content
from complaints.codes import KnownCodes

routes = router(tags=["attachments"])
_JSON = "application/json"
_NOT_RUN = "sandbox; default-src 'none'"
"""Should a browser show a file all the same, nothing in it runs."""

log = structlog.get_logger("complaints.attachments")


@routes.post(
    "/complaints/{case_id}/attachments",
    operation_id="attach_files",
    summary="Attach uploads to a case",
    response_model=Attachments,
    status_code=201,
    responses={409: {"description": "move_not_allowed, already_attached, too_many_attachments"}},
)
async def attach_files(
    case_id: UUID,
    caller: Anybody,
    _once: Once,
    expected: MayMatch,
    connection: Transaction,
    now: Now,
    codes: KnownCodes,
    body: Attaching,
) -> Response:
    """By the reporter with a Tracking-Token or signed in, and by those who work on the case: proof, letters, minutes."""
    unknown = codes.flaw("evidence_kinds", body.kind, "/kind")
    if unknown is not None:
        raise Unprocessable(errors=[unknown])
    case, made = await add(
        connection,
        case_id,
        caller,
        body.upload_ids,
        expected=expected,
        kind=body.kind,
        internal=body.internal,
        now=now,
    )
    held = {row["id"]: row for row in await queries.find_attachments(connection, case_id)}
    items = [_shown(held[row["id"]], outside=made[0]["origin"] == "reporter") for row in made]
    headers = {"Location": f"/v1/complaints/{case['id']}/attachments", "Cache-Control": "no-store"}
    return Response(encode({"items": items}), status_code=201, media_type=_JSON, headers=headers)


@routes.get(
    "/complaints/{case_id}/attachments",
    operation_id="list_attachments",
    summary="The files of a case",
    response_model=Attachments,
)
async def list_attachments(case_id: UUID, caller: Reader, connection: Reading, now: Now) -> Response:
    """Oldest first; at most 500. Who may not read the case's text isn't shown its files."""
    case, roles = await seen(connection, case_id, caller, now, cooperating=True)
    if not sees_content(roles, case):
        raise Forbidden
    await access.note_reading(connection, case, caller, roles=roles, what="attachments", now=now)
    found = await queries.find_attachments(connection, case_id)
    items = [_shown(row, outside=is_outside(roles)) for row in found if reads(row, case, roles)]
    return Response(encode({"items": items}), media_type=_JSON, headers={"Cache-Control": "private, no-store"})


@routes.get(
    "/complaints/{case_id}/attachments/{attachment_id}",
    operation_id="get_attachment",
    summary="A file of a case",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
        206: {"description": "The part that was asked for"},
        409: {"description": "attachment_not_released"},
        416: {"description": "range_not_satisfiable"},
    },
)
async def get_attachment(
    request: Request,
    case_id: UUID,
    attachment_id: UUID,
    caller: Reader,
    connection: Reading,
    now: Now,
    byte_range: Annotated[str | None, Header(alias="range", max_length=200)] = None,
    if_range: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """The file as it was kept, its digest compared with that of its arrival; or the range of it that is asked for."""
    case, roles = await seen(connection, case_id, caller, now, cooperating=True)
    file = await queries.find_attachment(connection, case_id, attachment_id)
    if file is None or not reads(file, case, roles):
        raise NotFound
    await access.note_reading(connection, case, caller, roles=roles, what="attachment", now=now)
    if file["state"] != "clean":
        raise problems.NotReleased(state=file["state"], verdict=file["verdict"])
    tag = f'"{bytes(file["sha256"]).hex()}"'
    headers = _headers(file, tag)
    if request.headers.get("if-none-match", "").strip() == tag:
        return Response(status_code=304, headers=headers)
    content = await queries.read_content(connection, file["file_id"])
    if not queries.is_whole(content, file["sha256"]):
        log.error("attachment_altered", file_id=str(file["file_id"]))
        raise problems.AttachmentAltered
    return _given(content, byte_range if if_range in (None, tag) else None, file["media_type"], headers)


def _given(content: bytes, byte_range: str | None, media_type: str, headers: dict[str, str]) -> Response:
    try:
        part = read_range(byte_range, len(content))
    except Unsatisfiable:
        raise problems.RangeNotSatisfiable(headers={"Content-Range": f"bytes */{len(content)}"}) from None
    if part is None:
        return Response(content, media_type=media_type, headers=headers)
    headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{len(content)}"
    return Response(content[part.start : part.end], status_code=206, media_type=media_type, headers=headers)


def _headers(file: Mapping[str, Any], tag: str) -> dict[str, str]:
    return {
        "Content-Disposition": disposition(file["name"], file["media_type"], str(file["id"])),
        "Content-Security-Policy": _NOT_RUN,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
        "ETag": tag,
    }


def _shown(row: Mapping[str, Any], *, outside: bool) -> dict[str, Any]:
    names = (
        "id", "state", "media_type", "name", "size_bytes", "kind", "origin", "internal", "verdict", "added_by", "added_at",
    )  # fmt: skip
    shown = {**{name: row[name] for name in names}, "sha256": bytes(row["sha256"]).hex()}
    return {**shown, "added_by": None} if outside else shown
