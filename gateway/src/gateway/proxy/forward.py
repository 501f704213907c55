"""The data path as an ASGI application: check, admit, carry to the service, answer problems in its own name."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from chassis.http.problems import BodyTooLarge, MethodNotAllowed, NotFound, Problem
from chassis.ops.identifiers import new_id
from gateway.proxy.bodies import Body
from gateway.proxy.departure import Departure
from gateway.proxy.exchange import Bounds, Exchange, Request
from gateway.proxy.headers import Headers, Incoming, read_headers, request_head
from gateway.proxy.paths import one_reading
from gateway.proxy.refusals import Overloaded, Restarting, reply
from gateway.proxy.routes import body_limit_bytes, is_feed, owner
from gateway.proxy.upstreams import Upstream

POLL_MARGIN_SECONDS = 10
POLL_LIMIT_SECONDS = 70

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_METHODS = _IDEMPOTENT | {"POST", "PATCH"}
_POLL_TIMEOUT = re.compile(rb"(?:^|&)timeout=([0-9]{1,6})(?:&|$)")
_STREAMED_TYPES = (b"text/csv", b"application/x-ndjson")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Admission:
    """That a caller may go on to a service."""

    internal_token: bytes
    """For this service, of this caller (the caller's own credentials go no further)."""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """Added to the answer: the caller's remaining quota."""


Admit = Callable[[Scope, str, str], Awaitable[Admission]]
"""(scope, service, decoded path) → Admission; raises a Problem for a bad token or a used-up quota."""


class Forward:
    """Carries every request whose path a service owns; anything else is 404."""

    def __init__(
        self,
        upstreams: Mapping[str, Upstream],
        admit: Admit,
        *,
        bounds: Bounds,
        body_limit: Callable[[str], int] = body_limit_bytes,
    ) -> None:
        """`upstreams` by the names in `routes`; `body_limit`: decoded path → bytes."""
        self._upstreams = upstreams
        self._admit = admit
        self._bounds = bounds
        self._body_limit = body_limit
        self._waiting: set[Exchange] = set()
        self._ending = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request (ASGI). Raises Cut when an answer that had begun broke off."""
        incoming = Incoming()
        added: Headers = []
        try:
            incoming = read_headers(scope["headers"])
            incoming.request_id = incoming.request_id or str(new_id()).encode()
            await self._forward(scope, receive, send, incoming=incoming, added=added)
        except Problem as problem:
            request_id = (incoming.request_id or str(new_id()).encode()).decode()
            response = reply(problem, accept_language=incoming.accept_language, request_id=request_id)
            response.raw_headers.extend(added)
            await response(scope, receive, send)

    def let_go(self) -> None:
        """The process is told to end: long polls, which would hold it up, are answered at once, and no new one begins."""
        self._ending = True
        for exchange in self._waiting:
            exchange.dismiss()

    def close(self) -> None:
        """Cut the connections that are kept open, at shutdown."""
        for upstream in self._upstreams.values():
            upstream.close()

    async def _forward(self, scope: Scope, receive: Receive, send: Send, *, incoming: Incoming, added: Headers) -> None:
        method: str = scope["method"]
        query: bytes = scope["query_string"]
        path = one_reading(scope["raw_path"], query)
        service = owner(path)
        if service is None:
            raise NotFound
        if method not in _METHODS:
            raise MethodNotAllowed
        limit = self._body_limit(path)
        if incoming.length is not None and incoming.length > limit:
            raise BodyTooLarge
        admission = await self._admit(scope, service, path)
        added.extend(admission.headers)
        upstream = self._upstreams[service]
        request_id = incoming.request_id
        assert request_id is not None
        lines = [
            b"host: " + upstream.authority,
            b"internal-token: " + admission.internal_token,
            b"x-request-id: " + request_id,
            *incoming.passed,
        ]
        target = b"%b?%b" % (scope["raw_path"], query) if query else scope["raw_path"]
        request = Request(
            method=method,
            head=request_head(method, target, lines),
            repeatable=method in _IDEMPOTENT or incoming.has_idempotency_key,
            streamed=any(media_type in incoming.accept for media_type in _STREAMED_TYPES),
            poll_seconds=_poll_seconds(query) if method in ("GET", "HEAD") and is_feed(path) else None,
        )
        exchange = Exchange(
            request,
            Body(receive, length=incoming.length, chunked=incoming.chunked, limit_bytes=limit),
            upstream=upstream,
            departure=Departure(receive),
            send=send,
            added=[(b"x-request-id", request_id), *added],
            bounds=self._bounds,
        )
        if request.poll_seconds is not None:
            if self._ending:
                raise Restarting
            self._waiting.add(exchange)
        try:
            await exchange.run()
        except Problem as problem:
            if problem.status >= 500 and not isinstance(problem, Overloaded | Restarting):
                logger.warning("%s: %s, %r, request %s", service, problem.code, problem.__cause__, request_id.decode())
            raise
        finally:
            self._waiting.discard(exchange)


def _poll_seconds(query: bytes) -> float | None:
    """How long a feed may keep the caller waiting; None if it didn't ask to wait."""
    if (match := _POLL_TIMEOUT.search(query)) is None:
        return None
    return min(int(match[1]) + POLL_MARGIN_SECONDS, POLL_LIMIT_SECONDS)
