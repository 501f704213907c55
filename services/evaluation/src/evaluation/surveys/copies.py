"""Copying answers in, a portion at a time, while the caller goes on with the next.

Of binary rows PostgreSQL inserts a thousand at a time, or what it has at the end of a COPY: in a single COPY all its work came
after the last row, and nothing was done side by side. So each portion is a COPY of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import Any, Self

from chassis.data.pool import Connection
from evaluation.surveys.copy_format import HEADER, TRAILER
from evaluation.surveys.copying import COLUMNS, Rows
from evaluation.surveys.entries import Entry


class Copies:
    """`async with` them: at its end everything is copied, or what PostgreSQL had against it is raised."""

    def __init__(self, connection: Connection, rows: Rows) -> None:
        self._connection, self._rows = connection, rows
        self._running: asyncio.Task[Any] | None = None

    async def begin(self, entries: Iterable[Entry]) -> None:
        """Hand these over, when those before are in; returns while PostgreSQL is at work."""
        encoded = HEADER + self._rows.encode(entries) + TRAILER
        await self._end()
        handed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def tell(_done: object = None) -> None:
            if not handed.done():
                handed.set_result(None)

        async def source() -> AsyncIterator[bytes]:
            yield encoded
            tell()

        self._running = asyncio.create_task(
            self._connection.copy_to_table("survey_responses", source=source(), columns=COLUMNS, format="binary")
        )
        self._running.add_done_callback(tell)  # where it is refused before it asks for rows
        await handed
        await asyncio.sleep(0)  # now they are on their way

    async def _end(self) -> None:
        if self._running is not None:
            running, self._running = self._running, None
            await running

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            await self._end()
        elif self._running is not None:
            await asyncio.wait({self._running})  # the connection is free before the transaction is rolled back
