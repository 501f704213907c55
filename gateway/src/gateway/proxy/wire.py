"""One HTTP/1.1 connection to a service, one request at a time. Knows framing and flow control, not pools or ASGI."""

import asyncio
from typing import cast

import httptools

HIGH_WATER_BYTES = 256 * 1024
"""Above this much unread body the service is held back; below half of it it may go on."""
HEADER_BYTES_LIMIT = 64 * 1024
"""Of an answer's headers, and of whatever else comes without a byte of body (trailers, chunk extensions)."""
CHUNK_COST = 64
"""Counted for each piece beside its bytes, so that a drip of one-byte pieces is held back too."""


class Broken(Exception):
    """The service went away, or sent what isn't one well-formed answer. The text says which; it holds no data."""


class _MalformedAnswer(Exception):
    """Raised within the parser's callbacks, to stop it."""


class Wire(asyncio.Protocol):
    """The connection. `begin`, perhaps `write` and `end_of_request`, then `answer`, then `read` until `finished`.

    After that the connection may carry another request if it is `reusable`; else it must be aborted: it is out of step,
    and the next caller would read another's answer.
    """

    def __init__(self) -> None:
        self.closed = False
        self.reason = ""
        self.touched = False
        """A byte of the answer came: the service has begun to act on the request."""
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        """Names in lower case, values as they came."""
        self._transport: asyncio.Transport
        self._parser: httptools.HttpResponseParser | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._sent = False
        self._done = True
        self._keep = False

    # What the exchange calls

    def begin(self, method: str, data: bytes, *, whole: bool) -> None:
        """Send a request's head and, if `whole`, all of its body. Raises Broken if the connection is gone."""
        if self.closed:
            raise Broken(self.reason)
        self._parser = httptools.HttpResponseParser(self)
        self._head_only = method == "HEAD"
        self._sent, self._done, self._keep, self.touched = whole, False, False, False
        self.status, self.headers = 0, []
        self._pieces: list[bytes] = []
        self._held = self._body_bytes = self._other_bytes = self._header_bytes = 0
        self._paused = False
        self._transport.write(data)

    async def write(self, data: bytes) -> None:
        """Send a part of the body; returns once the service takes more."""
        if self.closed:
            raise Broken(self.reason)
        self._transport.write(data)
        if not self._writable.is_set():
            await self._writable.wait()

    def end_of_request(self) -> None:
        """The whole body was written."""
        self._sent = True

    async def answer(self) -> None:
        """Wait for the answer's `status` and `headers`; interim (1xx) answers are passed over."""
        while not self.status:
            if self.closed:
                raise Broken(self.reason)
            await self._wait()

    async def read(self) -> bytes:
        """The body that has come and wasn't read yet; empty at its end. Raises Broken if the body was cut short."""
        while not self._pieces:
            if self._done:
                return b""
            if self.closed:
                raise Broken(self.reason)
            await self._wait()
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._held = 0
        if self._paused and not self.closed:
            self._paused = False
            self._transport.resume_reading()
        return data

    @property
    def complete(self) -> bool:
        """All of the answer has come, though it may not have been read."""
        return self._done

    @property
    def finished(self) -> bool:
        """The answer has come to its end and was read."""
        return self._done and not self._pieces

    @property
    def reusable(self) -> bool:
        return self._sent and self._done and self._keep and not self._pieces and not self.closed

    def abort(self, reason: str = "aborted") -> None:
        """Cut the connection; whoever waits on it gets Broken."""
        if not self.closed:
            self.closed, self.reason = True, reason
            self._transport.abort()
            self._writable.set()
            self._wake()

    # What the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed:
            self.closed, self.reason = True, "closed" if exc is None else type(exc).__name__
        self._writable.set()
        self._wake()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        if self._done or self._parser is None:
            self.abort("bytes that nobody asked for")
            return
        self.touched = True
        body_bytes = self._body_bytes
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            cause = error.__context__
            self.abort(str(cause) if isinstance(cause, _MalformedAnswer) else "malformed answer")
            return
        # Bytes between two pieces of the body, or before the first: they aren't held anywhere else to be counted.
        self._other_bytes = self._other_bytes + len(data) if self._body_bytes == body_bytes else 0
        if self._other_bytes > HEADER_BYTES_LIMIT and not self._done:
            self.abort("headers too large")

    # What the parser calls

    def on_message_begin(self) -> None:
        if self._done:
            raise _MalformedAnswer("bytes behind the end of the answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value) + 4
        if self._header_bytes > HEADER_BYTES_LIMIT:
            raise _MalformedAnswer("headers too large")
        if not self.status:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        assert self._parser is not None
        status = self._parser.get_status_code()
        if status < 200:
            self.headers = []
            return
        if status > 599:
            raise _MalformedAnswer("unknown status")
        if not (self._head_only or status in (204, 304) or _is_framed(self.headers)):
            # A body that ends with the connection can't be told from one that was cut.
            raise _MalformedAnswer("answer without a length")
        self.status = status
        self._keep = self._parser.should_keep_alive()
        if self._head_only:
            # The parser would wait for the body that the headers speak of: this connection ends here.
            self._done, self._keep = True, False
        self._wake()

    def on_body(self, data: bytes) -> None:
        if self._done:
            raise _MalformedAnswer("body in an answer to HEAD")
        self._pieces.append(data)
        self._body_bytes += len(data)
        self._held += len(data) + CHUNK_COST
        if self._held > HIGH_WATER_BYTES and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def on_message_complete(self) -> None:
        if self.status:
            self._done = True
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None


def _is_framed(headers: list[tuple[bytes, bytes]]) -> bool:
    """Exactly one statement of the body's length, of the two kinds that services use."""
    framing = [(name, value) for name, value in headers if name in (b"content-length", b"transfer-encoding")]
    return len(framing) == 1 and (framing[0][0] == b"content-length" or framing[0][1].lower() == b"chunked")
