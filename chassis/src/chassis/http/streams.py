"""Lists as `text/csv` and `application/x-ndjson`: all rows of a filter at one moment, sent as they are read, without a cap.

A stream holds a connection and a snapshot of its own, never one of the pool's; few run at once, so that they give way to other
work. One that breaks off is cut, and never ends in order: its last chunk is missing. With `count=exact` the header Row-Count says
beforehand how many rows there are, so that a file that was kept can be checked too.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import orjson
from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chassis.data.pool import Connection, connect
from chassis.data.statements import Row
from chassis.documents.replies import chosen_form
from chassis.http import cells
from chassis.http.filters import Chosen, Listed
from chassis.http.languages import Text
from chassis.http.problems import BadRequest, Flaw, Unavailable
from chassis.http.versions import JSON_OPTIONS

JSON = "application/json"
CSV: Literal["text/csv"] = "text/csv"
NDJSON: Literal["application/x-ndjson"] = "application/x-ndjson"
Form = Literal["text/csv", "application/x-ndjson"]
MOST_AT_ONCE = 4
"""Streams of one process."""
CHUNK_S = 30.0
"""How long a caller may take for one piece of a stream."""
LONGEST_S = 1_800
PAGE = 1_000
_CHARSET = {CSV: "text/csv; charset=utf-8; header=present", NDJSON: NDJSON}
_NO_PAGES = Text("Aliran tidak berhalaman: hapus parameter ini.", "A stream has no pages: leave this parameter out.")
_SESSION = f"SET statement_timeout = '{LONGEST_S}s'; SET transaction_timeout = '{LONGEST_S}s'"
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            CSV: {"schema": {"type": "string"}},
            NDJSON: {"schema": {"type": "string"}},
        },
        "headers": {
            "Row-Count": {"description": "Of a stream asked for with count=exact", "schema": {"type": "integer"}}
        },
    },
    406: {"description": "not_acceptable: Accept names none of the forms"},
}
"""`responses` of a list that is streamed too."""


@dataclass
class Pieces:
    """What a stream sends; `total`: how many rows, if that was asked; `rows`: how many there were, when all parts were taken."""

    total: int | None
    parts: AsyncGenerator[bytes, None] = field(init=False)
    rows: int = 0


Open = Callable[[Connection], Awaitable[Pieces]]
"""Begins a stream on a connection in a REPEATABLE READ transaction. What it raises is answered as a problem."""


def stream_form(request: Request) -> Form | None:
    """The form of a stream that Accept asks for, None for JSON. Raises NotAcceptable, BadRequest for a page of a stream."""
    form = chosen_form(request, (JSON, CSV, NDJSON))
    if form == JSON:
        return None
    paging = [name for name in ("cursor", "limit") if name in request.query_params]
    if paging:
        raise BadRequest(_NO_PAGES, errors=[Flaw(f"query/{name}", "stream", _NO_PAGES) for name in paging])
    return CSV if form == CSV else NDJSON


class Stream(Response):
    """A list as a stream. The rows are read when it is sent: then the request's own connection is free again."""

    def __init__(
        self, request: Request, form: Form, open_: Open, *, name: str, cache: str = "private, no-store"
    ) -> None:
        super().__init__()
        self._state, self._form, self._open = request.app.state, form, open_
        ending = "csv" if form == CSV else "ndjson"
        self._sent = {
            "content-type": _CHARSET[form],
            "content-disposition": f'attachment; filename="{name}.{ending}"',
            "cache-control": cache,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        running: int = getattr(self._state, "streams", 0)
        if running >= MOST_AT_ONCE:
            raise Unavailable(headers={"Retry-After": "5"})
        self._state.streams = running + 1
        try:
            untimed(scope)
            await self._until_gone(receive, self._run(send))
        finally:
            self._state.streams -= 1

    async def _until_gone(self, receive: Receive, running: Coroutine[Any, Any, None]) -> None:
        """Stop when the caller leaves: nothing else tells, for what is sent to nobody is dropped without a word."""
        sending = asyncio.create_task(running)
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                await sending
        finally:
            sending.cancel()
            leaving.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _run(self, send: Send) -> None:
        settings = self._state.settings
        connection = await connect(
            settings.database_url.get_secret_value(), name=f"{self._state.name}-stream", session=self._state.session
        )
        try:
            await connection.execute(_SESSION)
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                pieces = await self._open(connection)
                first = await anext(pieces.parts, b"")  # what fails at once is still answered by a problem
                headers = self._sent | ({"row-count": str(pieces.total)} if pieces.total is not None else {})
                raw = [(name.encode(), value.encode()) for name, value in headers.items()]
                await send({"type": "http.response.start", "status": 200, "headers": raw})
                async with aclosing(pieces.parts) as parts:
                    await _give(send, first)
                    async for piece in parts:
                        await _give(send, piece)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            connection.terminate()


async def _give(send: Send, piece: bytes) -> None:
    async with asyncio.timeout(CHUNK_S):
        await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def untimed(scope: Scope) -> None:
    """Take the request's deadline away: from here on each piece has its own."""
    deadline: asyncio.Timeout | None = scope.get("state", {}).get("deadline")
    if deadline is not None:
        deadline.reschedule(None)


def walking(
    form: Form,
    chosen: Chosen,
    page: Callable[[Connection, Chosen], Awaitable[Listed]],
    shown: Callable[[Row], Mapping[str, Any]],
    model: type[BaseModel],
) -> Open:
    """All pages of a list, one after the other: the same rows, in the same order, as the same items. `model` is an item's."""
    columns = cells.columns_of(model)

    def written(rows: list[Row]) -> bytes:
        items = [shown(row) for row in rows]
        if form == CSV:
            return cells.lines(items, columns)
        return b"".join(orjson.dumps(item, option=JSON_OPTIONS | orjson.OPT_APPEND_NEWLINE) for item in items)

    async def open_(connection: Connection) -> Pieces:
        first = await page(connection, replace(chosen, limit=PAGE, cursor=None))
        pieces = Pieces(first.count)
        pieces.parts = parts(connection, first, pieces)
        return pieces

    async def parts(connection: Connection, listed: Listed, pieces: Pieces) -> AsyncGenerator[bytes, None]:
        if form == CSV:
            yield cells.header(columns)
        while True:
            pieces.rows += len(listed.rows)
            if listed.rows:
                yield written(listed.rows)
            if listed.next is None:
                return
            cursor = parse_qs(urlsplit(listed.next).query)["cursor"][0]
            listed = await page(connection, replace(chosen, limit=PAGE, cursor=cursor, count=False))

    return open_
