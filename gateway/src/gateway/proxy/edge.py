"""The gateway's side towards callers: uvicorn's HTTP/1.1 protocol, with the bounds on a head that uvicorn lacks."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.http.languages import DEFAULT
from chassis.http.problems import MEDIA_TYPE, BadRequest, problem_body
from chassis.ops.identifiers import new_id

HEAD_BYTES_LIMIT = 64 * 1024
"""Of one request line with its headers. Whoever sends more gets no answer: the head isn't a request yet."""
HEAD_SECONDS_LIMIT = 15.0
"""From a connection's opening, or from the first byte of a later request, until the head is there."""


class EdgeProtocol(HttpToolsProtocol):
    """Cuts a connection whose head is too long or too slow, answers nonsense with a problem. Use as `uvicorn.Config(http=EdgeProtocol)`."""

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
        if self.parser.should_upgrade():
            # The parser takes what follows for another protocol, not for this request's body: nothing after it counts.
            self.cycle.keep_alive = False

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """What isn't HTTP gets a problem document too, in the default language: its headers can't be trusted."""
        body = problem_body(
            status=BadRequest.status,
            code=BadRequest.code,
            title=BadRequest.title,
            language=DEFAULT,
            request_id=str(new_id()),
        )
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\ncontent-type: %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
            % (MEDIA_TYPE.encode(), len(body), body)
        )
        self.transport.close()

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_SECONDS_LIMIT, self.transport.abort)

    def _head_is_there(self) -> None:
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
