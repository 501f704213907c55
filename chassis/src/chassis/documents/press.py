"""The press: documents to PDF in processes of their own, few at a time, a bounded queue before them, each with a time limit.

Measured on two cores: 0.1 s a document with its process; 2 s where its text is a megabyte.
"""

import asyncio
import sys
from collections.abc import Sequence

import structlog

from chassis.documents.document import Document
from chassis.documents.shelf import Shelf
from chassis.http.languages import Text
from chassis.http.problems import Unavailable

AT_ONCE = 2
QUEUE = 16
PATIENCE_S = 3.0
LIMIT_S = 4.0
"""With the patience it stays below the deadline of a request (8 s)."""
SHELF_BYTES = 32 * 1024 * 1024
COMPOSITOR = (sys.executable, "-I", "-m", "chassis.documents.compositor")

log = structlog.get_logger("chassis.press")


class PressBusy(Unavailable):
    """Too many documents are being made; ask again after Retry-After."""

    code = "press_busy"
    title = Text("Terlalu banyak dokumen sedang dibuat, coba lagi", "Too many documents are being made, try again")


class NotPrinted(Unavailable):
    """The document couldn't be made within its bounds. Its content is there in other forms."""

    code = "document_not_printed"
    title = Text("Dokumen tidak dapat dibuat", "The document couldn't be made")


class Press:
    """Makes PDFs. One for each process of a service."""

    def __init__(
        self,
        *,
        command: Sequence[str] = COMPOSITOR,
        at_once: int = AT_ONCE,
        queue: int = QUEUE,
        patience_s: float = PATIENCE_S,
        limit_s: float = LIMIT_S,
        shelf_bytes: int = SHELF_BYTES,
    ) -> None:
        self._command, self._queue = command, queue
        self._patience_s, self._limit_s = patience_s, limit_s
        self._places = asyncio.Semaphore(at_once)
        self._waiting = 0
        self._shelf = Shelf(shelf_bytes)
        self._in_work: dict[str, asyncio.Task[bytes]] = {}

    async def make(self, document: Document) -> bytes:
        """The PDF, made anew and kept nowhere: for what one person alone may read. Raises PressBusy, NotPrinted."""
        await self._enter()
        try:
            return await self._run(document.job)
        finally:
            self._places.release()

    async def find(self, document: Document) -> bytes:
        """The PDF of what was published: made once, however many ask at once. Raises PressBusy, NotPrinted."""
        found = self._shelf.find(document.digest)
        if found is not None:
            return found
        task = self._in_work.get(document.digest)
        if task is None:
            task = asyncio.create_task(self._make_for_all(document))
            self._in_work[document.digest] = task
        # Who leaves doesn't take the document from the others.
        return await asyncio.shield(task)

    async def _make_for_all(self, document: Document) -> bytes:
        try:
            made = await self.make(document)
            self._shelf.put(document.digest, made)
            return made
        finally:
            del self._in_work[document.digest]

    async def _enter(self) -> None:
        if self._places.locked() and self._waiting >= self._queue:
            raise PressBusy(headers={"Retry-After": "2"})
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience_s):
                await self._places.acquire()
        except TimeoutError:
            raise PressBusy(headers={"Retry-After": "2"}) from None
        finally:
            self._waiting -= 1

    async def _run(self, job: bytes) -> bytes:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*self._command, stdin=pipe, stdout=pipe, stderr=pipe, env={})
        try:
            async with asyncio.timeout(self._limit_s):
                made, _complaint = await process.communicate(job)
        except TimeoutError:
            log.warning("document_too_slow", job_bytes=len(job))
            raise NotPrinted(headers={"Retry-After": "60"}) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            # What the compiler says may repeat what people wrote: it isn't logged.
            log.error("document_failed", status=process.returncode, job_bytes=len(job))
            raise NotPrinted(headers={"Retry-After": "60"})
        return made
