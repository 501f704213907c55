"""The gateway's side towards callers: uvicorn's HTTP/1.1 protocol, with bounds on a request's head that uvicorn lacks."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_LIMIT = 64 * 1024
"""Of one request line with its headers. Whoever sends more gets no answer: the head isn't a request yet."""
HEAD_SECONDS_LIMIT = 15.0
"""From a connection's opening, or from the first byte of a later request, until the head is there."""


class EdgeProtocol(HttpToolsProtocol):
    """Cuts a connection whose head is too long or too slow. Use as `uvicorn.Config(http=EdgeProtocol)`."""

    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_there()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        in_head = self._head_timer is not None
        super().data_received(data)
        if in_head and self._head_timer is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_LIMIT:
                self.transport.abort()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._head_timer is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        self._head_is_there()
        super().on_headers_complete()

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_SECONDS_LIMIT, self.transport.abort)

    def _head_is_there(self) -> None:
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
