"""The one middleware, pure ASGI: request id, language, deadline, body limit, HEAD, log line and metrics.

Three middlewares of the usual kind cost 72 % of the throughput; this one some percent.
"""

import asyncio
import re
import time
from functools import cache

import structlog
from prometheus_client import Counter, Histogram
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.languages import Language, negotiate
from chassis.http.problems import BodyTooLarge, Problem, Unavailable, Unexpected, problem_response
from chassis.ops import logs, metrics
from chassis.ops.identifiers import new_id_text

API_VERSION = b"1.0.0"
MEBIBYTE = 1024 * 1024
DEADLINE_S = 8.0
POLL_DEADLINE_S = 70.0
FILE_DEADLINE_S = 300.0
"""Ten megabytes at the pace of a village's network; the gateway bounds each step of it."""
LONG_POLLS = ("/v1/feeds/",)
_TRACE = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
"""A `traceparent` (W3C Trace Context); its group is the trace's id."""
_REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{1,64}$")
_QUIET = ("/livez", "/readyz", "/startupz", "/metrics")

LOOKED_AT = (b"Accept-Language",)
"""What every reply depends on; who also chooses by another header says so in the state's `looked_at`."""

log = structlog.get_logger("chassis.request")


class _HeadIsAnswered(Exception):
    """The headers are sent, and a stream goes on making the body that HEAD has none of."""


def body_limit(path: str) -> int:
    """The largest body in bytes that an address takes."""
    if path.endswith("/batch"):
        return 16 * MEBIBYTE
    if path.startswith(("/v1/uploads", "/v1/imports")):
        return 32 * MEBIBYTE
    return 2 * MEBIBYTE


def deadline_s(path: str, usual_s: float = DEADLINE_S) -> float:
    """How long a request to an address may take in all: polls wait, files travel as fast as the caller's network."""
    if path.startswith(LONG_POLLS):
        return POLL_DEADLINE_S
    files = path.startswith("/v1/uploads") or "/attachments/" in path or path.endswith("/package")
    return FILE_DEADLINE_S if files else usual_s


def trace_of(traceparent: bytes | None) -> str | None:
    """The id of the trace that a caller's `traceparent` names; None if it names none."""
    found = None if traceparent is None else _TRACE.fullmatch(traceparent)
    return found[1].decode() if found and found[1].strip(b"0") else None


class Edge:
    """Wraps the application of a service."""

    def __init__(self, app: ASGIApp, *, deadline_s: float = DEADLINE_S) -> None:
        self._app, self._deadline_s = app, deadline_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given.decode() if _REQUEST_ID.match(given) else new_id_text()
        language = negotiate(headers.get(b"accept-language", b"").decode("latin-1"))
        state = scope.setdefault("state", {})
        state["request_id"], state["language"] = request_id, language
        structlog.contextvars.bind_contextvars(request_id=request_id)
        trace_id = trace_of(headers.get(b"traceparent"))
        if trace_id is not None:
            structlog.contextvars.bind_contextvars(trace_id=trace_id)
        limit = body_limit(scope["path"])
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        call = _Call(asked, receive, send, request_id=request_id, language=language, body_limit=limit)
        call.without_body = asked is not scope
        if trace_id is not None:
            call.also_send(b"traceparent", headers[b"traceparent"])
        started = time.perf_counter()
        try:
            await self._answer(call, headers.get(b"content-length"), limit)
        finally:
            _note(
                asked,
                (request_id, trace_id),
                method=scope["method"],
                status=call.status,
                seconds=time.perf_counter() - started,
            )
            structlog.contextvars.unbind_contextvars("request_id", "trace_id")

    async def _answer(self, call: "_Call", length: bytes | None, limit: int) -> None:
        if length is not None and length.isdigit() and int(length) > limit:
            await call.refuse(BodyTooLarge())
            return
        try:
            async with asyncio.timeout(deadline_s(call.scope["path"], self._deadline_s)) as deadline:
                call.scope["state"]["deadline"] = deadline
                await self._app(call.scope, call.receive, call.send)
        except TimeoutError:
            await call.refuse(Unavailable(headers={"Retry-After": "2"}))
        except Problem as problem:
            await call.refuse(problem)
        except _HeadIsAnswered:
            pass
        except Exception:
            log.exception("request_failed")
            await call.refuse(Unexpected())


class _Call:
    """One request's receive and send, watched."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, *, request_id: str, language: Language, body_limit: int
    ) -> None:
        self.scope = scope
        self._receive, self._send = receive, send
        self._request_id, self._language = request_id, language
        self._left = body_limit
        self._too_large = False
        self._finished = False
        self._headers = [
            (b"x-request-id", request_id.encode()),
            (b"api-version", API_VERSION),
            (b"x-content-type-options", b"nosniff"),
        ]
        self.status = 0
        self.without_body = False
        """It was HEAD that asked: answered as GET is, down to the end of the headers."""

    def also_send(self, name: bytes, value: bytes) -> None:
        """A further header of the reply."""
        self._headers.append((name, value))

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            # FastAPI takes an error while reading for a malformed body: remember what it was, and say so in `send`.
            self._too_large = True
            raise BodyTooLarge
        return message

    async def send(self, message: Message) -> None:
        if self._too_large:
            self._too_large = False
            await self.refuse(BodyTooLarge())
        if self._finished:
            if self.without_body and message.get("more_body", False):
                raise _HeadIsAnswered
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._complete(message.setdefault("headers", []))
            if self.without_body:
                await self._send(message)
                message = {"type": "http.response.body"}
                self._finished = True
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self._finished = True
        await self._send(message)

    def _complete(self, headers: list[tuple[bytes, bytes]]) -> None:
        present = dict(headers)
        if b"content-language" not in present:
            headers.append((b"content-language", self._language.encode()))
        if b"no-store" not in present.get(b"cache-control", b""):
            held = present.get(b"vary")
            if held is not None:
                headers.remove((b"vary", held))
            headers.append((b"vary", _varying(held, self.scope["state"].get("looked_at", LOOKED_AT))))
        headers.extend(self._headers)

    async def refuse(self, problem: Problem) -> None:
        """Send the problem, or cut the connection if a reply has begun: a short body must not look whole."""
        if self._finished:
            return
        if self.status:
            raise ConnectionAbortedError
        response = problem_response(problem, language=self._language, request_id=self._request_id)
        await response(self.scope, self._receive, self.send)


def _varying(held: bytes | None, looked_at: tuple[bytes, ...]) -> bytes:
    """The value of Vary: what the reply says itself, and what was looked at before."""
    if held is None:
        return b", ".join(looked_at)
    known = held.lower().replace(b" ", b"").split(b",")
    return b", ".join([held, *(name for name in looked_at if name.lower() not in known)])


def _note(scope: Scope, ids: tuple[str, str | None], *, method: str, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "unknown")
    if route in _QUIET:
        return
    counter, histogram = _meters(method, route, status)
    counter.inc()
    histogram.observe(seconds)
    logs.requests.write(ids[0], method, route, status, round(seconds * 1000, 1), trace_id=ids[1])


@cache
def _meters(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """The meters of these labels, which are few: finding them anew cost as much as counting."""
    return metrics.requests.labels(method, route, status), metrics.seconds.labels(method, route)


def request_id_of(request: Request) -> str:
    """The id of the request, as it is echoed and logged."""
    return str(request.state.request_id)
