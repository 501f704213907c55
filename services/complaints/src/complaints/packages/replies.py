"""Sending a package: the documents are printed first, then the ZIP is written while it is sent, chunk by chunk of each file.

No connection is held while a slow caller reads: each chunk is a statement of its own, and attached files never change.
"""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import structlog
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from chassis.data.pool import Pool
from chassis.data.statements import Row, Statement
from chassis.data.transactions import ACQUIRE_TIMEOUT_S
from chassis.documents.document import Document
from chassis.documents.press import Press
from chassis.http.versions import encode
from complaints.attachments.formats import EXTENSIONS
from complaints.packages.contents import Package
from complaints.packages.zipping import ZipStream

ZIP = "application/zip"
_CHUNK = Statement("""
SELECT content FROM file_chunks WHERE file_id = CAST(:file_id AS uuid) AND number = CAST(:number AS integer)
""")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")

log = structlog.get_logger("complaints.packages")


class PackageReply(Response):
    """`documents`: by file name, printed before the first byte goes out, so that a busy press still is a refusal."""

    def __init__(
        self,
        package: Package,
        documents: Mapping[str, Document],
        *,
        press: Press,
        pool: Pool,
        headers: dict[str, str],
    ) -> None:
        super().__init__()
        self._package, self._documents, self._press, self._pool, self._sent = package, documents, press, pool, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        printed = {name: await self._press.make(document) for name, document in self._documents.items()}
        body = StreamingResponse(self._parts(printed), media_type=ZIP, headers=self._sent)
        await body(scope, receive, send)

    async def _parts(self, printed: Mapping[str, bytes]) -> AsyncIterator[bytes]:
        about = self._package.content["about"]
        stream = ZipStream(about["made_at"], self._package.receipt["time_zone"])
        for name, made in {**printed, "package.json": encode(self._package.content)}.items():
            for part in stream.add(name, [made]):
                yield part
        altered = []
        for number, file in enumerate(self._package.files, 1):
            name = f"attachments/{number:03d}-{file_name(file)}"
            async for part in stream.stream(name, self._chunks(file["file_id"])):
                yield part
            if stream.written[-1].sha256 != bytes(file["sha256"]).hex():
                log.error("attachment_altered", file_id=str(file["file_id"]))
                altered.append(name)
        yield stream.finish({"made_at": about["made_at"], "record": about["record"], "altered": altered})

    async def _chunks(self, file_id: UUID) -> AsyncIterator[bytes]:
        number = 0
        while True:
            async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
                content = await _CHUNK.fetchval(connection, file_id=file_id, number=number)
            if content is None:
                return
            yield bytes(content)
            number += 1


def file_name(file: Row | Mapping[str, Any]) -> str:
    """A harmless name in the ZIP, with the extension of what the file really is. Pure."""
    extension = EXTENSIONS[file["media_type"]]
    stem = _UNSAFE.sub("_", (file["name"] or "file").removesuffix(f".{extension}")).strip("._") or "file"
    return f"{stem[:80]}.{extension}"
