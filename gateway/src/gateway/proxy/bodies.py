"""A request's body as the caller sends it: in parts, counted, never more or less than was announced."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from chassis.http.problems import BadRequest, BodyTooLarge
from gateway.proxy.departure import CallerGone

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


class Body:
    """Reads one request's body. Raises CallerGone, BodyTooLarge, and BadRequest if it isn't as long as announced."""

    __slots__ = ("_limit_bytes", "_receive", "_size", "awaits_caller", "chunked", "length")

    def __init__(self, receive: Receive, *, length: int | None, chunked: bool, limit_bytes: int) -> None:
        self.length, self.chunked = length, chunked
        self.awaits_caller = False
        """It is the caller's turn: if time runs out now, it is the caller who was slow."""
        self._receive, self._limit_bytes = receive, limit_bytes
        self._size = 0

    @property
    def is_empty(self) -> bool:
        return not self.chunked and not self.length

    @property
    def is_announced(self) -> bool:
        """The head speaks of a body, be it an empty one."""
        return self.chunked or self.length is not None

    async def next_part(self) -> tuple[bytes, bool]:
        """The next part, and whether more follows."""
        self.awaits_caller = True
        message = await self._receive()
        self.awaits_caller = False
        if message["type"] == "http.disconnect":
            raise CallerGone
        part: bytes = message.get("body", b"")
        more: bool = message.get("more_body", False)
        self._size += len(part)
        if self._size > self._limit_bytes:
            raise BodyTooLarge
        # The service gets exactly as many bytes as the head announces, or it takes the rest for another request.
        if self.length is not None and (self._size > self.length or (not more and self._size < self.length)):
            raise BadRequest
        return part, more

    async def beginning(self, kept_bytes: int) -> tuple[bytes, bool]:
        """All of the body if it isn't larger than about `kept_bytes`, else what was read of it; and whether more follows."""
        if self.is_empty:
            return b"", False
        if self.length is not None and self.length > kept_bytes:
            return b"", True
        data, more = await self.next_part()
        if more:
            parts = [data]
            while more and len(data) <= kept_bytes:
                part, more = await self.next_part()
                parts.append(part)
                data = b"".join(parts)
        return data, more
