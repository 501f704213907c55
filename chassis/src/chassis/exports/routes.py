"""`/v1/exports/{service}`: ask for a file, see what became of it, fetch it in parts, cancel it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from chassis.data import jobs
from chassis.data.pool import Connection, Pool
from chassis.data.statements import Row
from chassis.data.transactions import Reading, Transaction
from chassis.exports import queries
from chassis.exports.resources import Resource
from chassis.exports.schemas import Export, ExportBody
from chassis.exports.work import JOB, written_caller
from chassis.http.idempotency import Once
from chassis.http.identity import Caller, caller_of
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, NotFound, Problem, TooManyRequests, Unprocessable
from chassis.http.ranges import Part, Unsatisfiable, read_range
from chassis.http.routing import router
from chassis.http.streams import untimed
from chassis.http.versions import MayMatch, single
from chassis.ops.clock import Now
from chassis.ops.identifiers import new_id

KEPT = timedelta(days=7)
MOST_WAITING = 5
"""Exports of one caller that may wait or be worked at."""
_RESOURCE = Text("Sumber daya ini tidak dapat diekspor di sini.", "This resource can't be exported here.")
_SINCE = Text("Perubahan tidak dapat disaring untuk sumber ini.", "This resource can't be filtered by changes.")


class NotReady(Conflict):
    """The file isn't there: the export is still being made, failed or was cancelled."""

    code = "export_not_ready"
    title = Text("Berkas ekspor belum tersedia", "The export's file isn't there")


class RangeNotSatisfiable(Problem):
    """The range lies outside the file."""

    status = 416
    code = "range_not_satisfiable"
    title = Text("Rentang di luar berkas", "The range is outside the file")


def export_routes(service: str, resources: Sequence[Resource], allowed: Any) -> APIRouter:
    """The routes of a service's exports. `allowed`: the dependency that says who may ask for one."""
    routes = router(tags=["exports"])
    named = {resource.name: resource for resource in resources}
    offered = ", ".join(
        f"`{name}`: {', '.join(each.name for each in found.filters.parameters)}" for name, found in named.items()
    )

    @routes.post(
        f"/exports/{service}",
        operation_id=f"export_{service}",
        summary="Export a list",
        description=f"A job makes the file at one snapshot. Resources and the parameters of their filters: {offered}.",
        response_model=Export,
        status_code=202,
        responses={429: {"description": "too_many_requests: others of the caller aren't finished"}},
    )
    async def ask(
        request: Request, _once: Once, connection: Transaction, now: Now, body: ExportBody, _caller: Any = allowed
    ) -> Response:
        """Queue it."""
        resource = named.get(body.resource)
        if resource is None:
            raise Unprocessable(errors=[Flaw("/resource", "unknown_resource", _RESOURCE)])
        if body.since is not None and not resource.knows_changes:
            raise Unprocessable(errors=[Flaw("/since", "unknown_changes", _SINCE)])
        resource.choose(body.filter)
        caller = caller_of(request)
        if await queries.count_waiting(connection, caller.subject) >= MOST_WAITING:
            raise TooManyRequests(headers={"Retry-After": "60"})
        row = await _add(connection, body, caller, now)
        headers = {"Location": f"/v1/exports/{service}/{row['id']}"}
        return single(request, queries.shown(row), version=row["version"], status=202, headers=headers)

    @routes.get(
        f"/exports/{service}/{{export_id}}",
        operation_id=f"get_{service}_export",
        summary="An export",
        response_model=Export,
    )
    async def get(request: Request, connection: Reading, export_id: UUID, _caller: Any = allowed) -> Response:
        """Its state, and in the end its manifest."""
        row = await _find(connection, export_id, request)
        return single(request, queries.shown(row), version=row["version"])

    @routes.get(
        f"/exports/{service}/{{export_id}}/content",
        operation_id=f"get_{service}_export_content",
        summary="The file of an export",
        response_class=Response,
        responses={
            200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
            206: {"description": "The part that was asked for"},
            409: {"description": "export_not_ready"},
            416: {"description": "range_not_satisfiable"},
        },
    )
    async def content(
        request: Request,
        connection: Reading,
        export_id: UUID,
        byte_range: Annotated[str | None, Header(alias="range", max_length=200)] = None,
        if_range: Annotated[str | None, Header(max_length=200)] = None,
        _caller: Any = allowed,
    ) -> Response:
        """All of it, or from where an earlier download broke off (Range, If-Range with the ETag)."""
        row = await _find(connection, export_id, request)
        manifest = row["manifest"]
        if row["state"] != "done":
            raise NotReady(state=row["state"])
        tag = f'"{manifest["sha256"]}"'
        wanted = byte_range if if_range in (None, tag) else None
        return _given(request.app.state.side_pool, row, manifest, wanted, tag, f"{service}-{row['resource']}")

    @routes.delete(
        f"/exports/{service}/{{export_id}}",
        operation_id=f"cancel_{service}_export",
        summary="Cancel an export",
        response_model=Export,
    )
    async def cancel(
        request: Request, connection: Transaction, now: Now, expected: MayMatch, export_id: UUID, _caller: Any = allowed
    ) -> Response:
        """The work stops; a file that is there already goes."""
        row = await _find(connection, export_id, request)
        await jobs.withdraw(connection, JOB, export_id)
        expected.check(row["version"])
        await queries.cancel(connection, export_id, now=now)
        row = await _find(connection, export_id, request)
        return single(request, queries.shown(row), version=row["version"])

    return routes


async def _add(connection: Connection, body: ExportBody, caller: Caller, now: datetime) -> Row:
    identity = new_id()
    values = {
        "id": identity,
        "resource": body.resource,
        "format": body.format,
        "filter": body.filter,
        "since": body.since,
        "requested_by": caller.subject,
        "caller": written_caller(caller),
        "progress": {"rows": None, "bytes": 0},
        "now": now,
        "expires_at": now + KEPT,
    }
    await queries.add(connection, values)
    await jobs.enqueue(connection, JOB, identity)
    row = await queries.find(connection, identity)
    assert row is not None
    return row


async def _find(connection: Connection, identity: UUID, request: Request) -> Row:
    """An export of the caller's own. Raises NotFound."""
    row = await queries.find(connection, identity)
    if row is None or row["requested_by"] != caller_of(request).subject:
        raise NotFound
    return row


def _given(pool: Pool, row: Row, manifest: Mapping[str, Any], wanted: str | None, tag: str, name: str) -> Response:
    size: int = manifest["bytes"]
    try:
        part = read_range(wanted, size)
    except Unsatisfiable:
        raise RangeNotSatisfiable(headers={"Content-Range": f"bytes */{size}"}) from None
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": tag,
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'attachment; filename="{name}.{row["format"]}"',
        "Content-Length": str(size if part is None else part.end - part.start),
    }
    if part is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    body = _bytes(pool, row["id"], part or Part(0, size))
    return _Download(body, status_code=200 if part is None else 206, media_type=manifest["media_type"], headers=headers)


class _Download(StreamingResponse):
    """May take as long as the caller's network does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        untimed(scope)
        await super().__call__(scope, receive, send)


async def _bytes(pool: Pool, identity: UUID, part: Part) -> AsyncGenerator[bytes, None]:
    """A part of a file. A connection is held for the time of a piece, never for that of the network."""
    at = part.start
    while at < part.end:
        number, offset = divmod(at, queries.PIECE_BYTES)
        async with pool.acquire(timeout=5) as connection:
            piece = await queries.read_piece(connection, identity, number)
        if piece is None:
            raise NotReady  # cancelled meanwhile: the reply is cut
        wanted = piece[offset : offset + part.end - at]
        yield wanted
        at += len(wanted)
