"""`/v1/uploads`: anybody's files before they belong to a case, or at once for the case of a Tracking-Token."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request
from starlette.responses import Response

from chassis.data.statements import Row
from chassis.data.transactions import Reading, Transaction, begin
from chassis.http.identity import policy
from chassis.http.problems import Forbidden, NotFound
from chassis.http.routing import router
from chassis.http.versions import Expected, encode
from chassis.ops.clock import Now
from complaints.attachments import operations, problems, queries, upload_tokens
from complaints.attachments.adding import add
from complaints.attachments.names import read_name
from complaints.attachments.schemas import Upload
from complaints.cases.callers import CaseCaller
from complaints.cases.rights import ACT, FILE, Keys, TrackingToken, case_caller
from complaints.keys import CaseKeys

routes = router(tags=["attachments"])
_JSON = "application/json"
_PRIVATE = {"Cache-Control": "no-store"}
_ANY = Expected(None)
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The file itself, of any declared type; its name in Content-Disposition.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@policy(f"anyone; a client with scope {FILE} or {ACT}")
async def _uploader(request: Request, tracking_token: TrackingToken = None) -> CaseCaller:
    caller = await case_caller(request, tracking_token)
    if caller.actor.kind == "client" and not caller.actor.scopes & {FILE, ACT}:
        raise Forbidden
    return caller


Uploader = Annotated[CaseCaller, Depends(_uploader)]
"""Whoever may file, and whoever works on cases."""
UploadToken = Annotated[str | None, Header(max_length=100, description="From the upload; not needed by its account")]


@routes.post(
    "/uploads",
    operation_id="upload_file",
    summary="Upload a file",
    response_model=Upload,
    status_code=201,
    openapi_extra=_BODY,
    responses={413: {"description": "file_too_large"}, 422: {"description": "file_type_refused, file_damaged"}},
)
async def upload(
    request: Request,
    caller: Uploader,
    now: Now,
    keys: Keys,
    content_disposition: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """Name the returned id in `attachment_ids` when filing, within 24 hours; with a Tracking-Token it joins that case at once.

    Every file is checked before anybody is given it. Photographs and films are kept without place, device and time.
    """
    content = await _read(request, request.app.state.settings.upload_max_bytes)
    name = read_name(content_disposition)
    file = await asyncio.to_thread(
        operations.receive, content, name, owner=caller.filer, case_id=caller.tracked, now=now
    )
    attached: UUID | None = None
    async with begin(request.app.state.pool) as connection:
        await operations.keep(connection, file)
        if caller.tracked is not None:
            _case, made = await add(
                connection, caller.tracked, caller, [file.row["id"]], expected=_ANY, kind=None, internal=False, now=now
            )
            attached = made[0]["id"]
    request.app.state.sequencer.wake()
    expires_at = None if attached else file.row["expires_at"]
    shown = _shown({**file.row, "verdict": None, "expires_at": expires_at})
    shown |= {"upload_token": upload_tokens.mint(keys.token, file.row["id"]), "attachment_id": attached}
    headers = {**_PRIVATE, "Location": f"/v1/uploads/{file.row['id']}"}
    return Response(encode(shown), status_code=201, media_type=_JSON, headers=headers)


async def _read(request: Request, most: int) -> bytes:
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > most:
            raise problems.FileTooLarge(most_bytes=most)
    return bytes(content)


@routes.get("/uploads/{upload_id}", operation_id="get_upload", summary="An upload", response_model=Upload)
async def get_upload(
    upload_id: UUID, caller: Uploader, connection: Reading, keys: Keys, upload_token: UploadToken = None
) -> Response:
    """Whether it was checked yet. For whoever uploaded it: the account, or the bearer of its token."""
    file = await queries.find_file(connection, upload_id)
    if file is None or not _owns(file, caller, keys, upload_token):
        raise NotFound
    shown = {**_shown(file), "upload_token": None, "attachment_id": None}
    return Response(encode(shown), media_type=_JSON, headers=_PRIVATE)


@routes.delete("/uploads/{upload_id}", operation_id="remove_upload", summary="Take an upload back", status_code=204)
async def remove_upload(
    upload_id: UUID, caller: Uploader, connection: Transaction, keys: Keys, upload_token: UploadToken = None
) -> Response:
    """While no case has it."""
    file = await queries.find_file(connection, upload_id)
    if file is None or not _owns(file, caller, keys, upload_token):
        raise NotFound
    if not await operations.remove(connection, upload_id):
        raise problems.AlreadyAttached
    return Response(status_code=204)


def _owns(file: Row, caller: CaseCaller, keys: CaseKeys, upload_token: str | None) -> bool:
    mine = file["owner"] is not None and file["owner"] == caller.filer
    return mine or upload_tokens.opens(keys.token, file["id"], upload_token)


def _shown(file: Any) -> dict[str, Any]:
    names = ("id", "state", "media_type", "name", "size_bytes", "cleaned", "verdict", "expires_at", "created_at")
    return {**{name: file[name] for name in names}, "sha256": bytes(file["sha256"]).hex()}
