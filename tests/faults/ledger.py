"""What a caller remembers of its own: every request with its key, its body, and each answer to it; and the load that makes them.

The load is open: a request is sent at its time, whether those before were answered or not.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import orjson

PER_SECOND = 40
MOST_WAITING = 400
TIMEOUT_S = 15.0
PATIENCE_S = 30.0
PROBLEM = "application/problem+json"


class Answer(NamedTuple):
    """One answer. `status` None: the connection broke, and the caller knows nothing."""

    status: int | None
    seconds: float
    case_id: str | None = None
    problem: bool = False


@dataclass(frozen=True)
class Filing:
    """A request as it was sent, each time with the same key and the same bytes."""

    key: str
    title: str
    body: bytes
    answers: list[Answer] = field(default_factory=list)

    @property
    def body_hash(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @property
    def acknowledged(self) -> set[str]:
        """The ids that 2xx answers gave; one, if all is well."""
        return {answer.case_id for answer in self.answers if answer.case_id is not None}


class Ledger:
    """Files complaints at `http` and writes down what came back."""

    def __init__(self, http: httpx.AsyncClient, **content: Any) -> None:
        self.http, self._content = http, content
        self.filings: list[Filing] = []

    async def file(self) -> Filing:
        """File one more."""
        title = f"Uji gangguan {uuid4()}"
        body = {"type": "aspiration", "title": title, "body": "Mohon ditindaklanjuti.", "anonymous": True}
        filing = Filing(str(uuid4()), title, orjson.dumps(body | self._content))
        self.filings.append(filing)
        await self._send(filing)
        return filing

    @asynccontextmanager
    async def load(self, per_second: int = PER_SECOND) -> AsyncIterator[None]:
        """File so many a second while the block lasts; leaves when the last was answered or given up."""
        stop = asyncio.Event()
        sender = asyncio.create_task(self._file_on(per_second, stop))
        try:
            yield
        finally:
            stop.set()
            await sender

    async def _file_on(self, per_second: int, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            waiting: set[asyncio.Task[Filing]] = set()
            while not stop.is_set():
                if len(waiting) < MOST_WAITING:
                    task = group.create_task(self.file())
                    waiting.add(task)
                    task.add_done_callback(waiting.discard)
                try:
                    async with asyncio.timeout(1 / per_second):
                        await stop.wait()
                except TimeoutError:
                    continue

    async def further(self, count: int) -> None:
        """Wait until so many more were acknowledged."""
        wanted = self.count() + count
        end = time.monotonic() + PATIENCE_S
        while self.count() < wanted:
            assert time.monotonic() < end, f"{self.count()} of {wanted} acknowledged after {PATIENCE_S:.0f} s"
            await asyncio.sleep(0.05)

    def count(self) -> int:
        """How many were acknowledged."""
        return sum(1 for filing in self.filings if filing.acknowledged)

    async def settle(self) -> int:
        """Send again whatever wasn't acknowledged, as a patient caller would; how many that were."""
        open_ones = [filing for filing in self.filings if not filing.acknowledged]
        end = time.monotonic() + PATIENCE_S
        for filing in open_ones:
            while not filing.acknowledged:
                assert time.monotonic() < end, f"{filing.key} isn't taken: {filing.answers[-3:]}"
                await self._send(filing)
                if not filing.acknowledged:
                    await asyncio.sleep(0.1)
        return len(open_ones)

    async def repeat(self, filings: list[Filing]) -> None:
        """Send these once more: a caller that didn't believe the answer."""
        for filing in filings:
            await self._send(filing)

    async def _send(self, filing: Filing) -> None:
        begun = time.monotonic()
        headers = {"idempotency-key": filing.key, "content-type": "application/json"}
        try:
            reply = await self.http.post("/v1/complaints", content=filing.body, headers=headers)
        except httpx.TransportError:
            filing.answers.append(Answer(None, time.monotonic() - begun))
            return
        seconds = time.monotonic() - begun
        if reply.is_success:
            filing.answers.append(Answer(reply.status_code, seconds, case_id=reply.json()["id"]))
        else:
            filing.answers.append(Answer(reply.status_code, seconds, problem=_is_problem(reply)))


def _is_problem(reply: httpx.Response) -> bool:
    return reply.headers.get("content-type", "").startswith(PROBLEM) and "code" in reply.json()
