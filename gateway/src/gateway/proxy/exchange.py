"""One request carried to a service and its answer back: body, deadlines, the one repeat, the caller who leaves."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from chassis.http.problems import Problem
from gateway.proxy.bodies import Body, Message
from gateway.proxy.departure import CallerGone, Departure
from gateway.proxy.headers import Headers, answer_headers
from gateway.proxy.pool import Crowded, Pool, Unreachable
from gateway.proxy.refusals import BrokenAnswer, Overloaded, Restarting, ServiceDown, SlowCaller, SlowService
from gateway.proxy.upstreams import Upstream
from gateway.proxy.wire import Broken, Wire

Send = Callable[[Message], Awaitable[None]]


class Cut(Exception):
    """The answer broke off after it had begun: the caller's connection must be cut, so that it can't look whole."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Times and sizes of an exchange."""

    first_byte_seconds: float = 10.0
    """From the whole request being there until the answer begins; queueing and connecting count."""
    chunk_seconds: float = 30.0
    """Until the next piece of a body has moved from one side to the other; for the whole of a small request body."""
    upload_seconds: float = 300.0
    """For the whole of a large body."""
    kept_bytes: int = 64 * 1024
    """A body up to this size is read before the service is asked, and can be sent twice."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the service gets it."""

    method: str
    head: bytes
    """Request line and headers, without the body's framing and the empty line."""
    repeatable: bool
    """Sending it twice does no harm: an idempotent method, or an idempotency key."""
    streamed: bool
    """The answer may be long."""
    poll_seconds: float | None
    """How long until the first byte, of a request that waits for something to happen."""


class Exchange:
    """Carries one request. `run` returns when the answer was sent or the caller left.

    It raises a Problem if nothing was sent yet, and Cut after that.
    """

    __slots__ = (
        "_added",
        "_body",
        "_bounds",
        "_clock",
        "_departure",
        "_dismissed",
        "_failure",
        "_loop",
        "_pool",
        "_request",
        "_send",
        "_started",
        "_task",
        "_upstream",
        "_wire",
    )

    def __init__(
        self,
        request: Request,
        body: Body,
        *,
        upstream: Upstream,
        departure: Departure,
        send: Send,
        added: Headers,
        bounds: Bounds,
    ) -> None:
        """`added`: headers that the gateway adds to the answer."""
        self._request, self._body, self._upstream = request, body, upstream
        self._departure, self._send = departure, send
        self._added, self._bounds = added, bounds
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._dismissed = False
        self._pool: Pool | None = None
        self._wire: Wire | None = None
        self._failure: Exception | None = None
        self._started = False

    async def run(self) -> None:
        try:
            async with asyncio.timeout(None) as self._clock:
                await self._carry()
        except asyncio.CancelledError as error:
            if self._departure.happened:
                self._departure.absorb()
            elif self._dismissed:
                assert self._task is not None
                self._task.uncancel()
                raise self._ended(Restarting()) from error
            else:
                raise
        except CallerGone:
            pass
        except TimeoutError as error:
            raise self._ended(SlowCaller() if self._body.awaits_caller else SlowService()) from error
        except Broken as error:
            raise self._ended(BrokenAnswer()) from error
        except Unreachable as error:
            raise self._ended(ServiceDown()) from error
        except Crowded as error:
            raise self._ended(Overloaded()) from error
        finally:
            self._departure.end()
            self._release()

    def dismiss(self) -> None:
        """Answer a caller who still waits for news that the gateway ends; what is being answered already goes on."""
        if not (self._started or self._dismissed or self._departure.happened):
            assert self._task is not None
            self._dismissed = True
            self._task.cancel()

    async def _carry(self) -> None:
        self._allow(self._bounds.chunk_seconds)
        data, more = await self._body.beginning(self._bounds.kept_bytes)
        if not more:
            self._body_is_there()
        pool = self._choose_pool(large=more)
        await pool.enter()
        self._pool = pool
        wire = await (self._upload(pool, data) if more else self._ask(pool, data))
        await self._relay(wire)

    def _choose_pool(self, *, large: bool) -> Pool:
        if self._request.poll_seconds is not None:
            return self._upstream.polls
        return self._upstream.bulk if large or self._request.streamed else self._upstream.quick

    def _allow(self, seconds: float) -> None:
        """From now on, so long until the next step."""
        if not self._clock.expired():
            self._clock.reschedule(self._loop.time() + seconds)

    def _body_is_there(self) -> None:
        """From here on the service is waited for, and the caller may leave."""
        self._allow(self._request.poll_seconds or self._bounds.first_byte_seconds)
        self._departure.watch()

    async def _ask(self, pool: Pool, body: bytes) -> Wire:
        """Send a request whose body is there; once more if the kept connection turns out to be dead."""
        request = self._request
        if self._body.is_announced or request.method in ("POST", "PUT", "PATCH"):
            data = b"%bcontent-length: %d\r\n\r\n%b" % (request.head, len(body), body)
        else:
            data = request.head + b"\r\n"
        if (wire := pool.take()) is not None:
            self._wire = wire
            try:
                wire.begin(request.method, data, whole=True)
                await wire.answer()
            except Broken:
                if wire.touched or not request.repeatable:
                    raise
                wire.abort()
            else:
                return wire
        self._wire = wire = await pool.connect()
        wire.begin(request.method, data, whole=True)
        await wire.answer()
        return wire

    async def _upload(self, pool: Pool, first: bytes) -> Wire:
        """Stream a large body, over a fresh connection as it can't be repeated. An early answer ends the upload."""
        length = self._body.length
        framing = b"transfer-encoding: chunked" if length is None else b"content-length: %d" % length
        self._wire = wire = await pool.connect()
        wire.begin(self._request.method, self._request.head + framing + b"\r\n\r\n", whole=False)
        sending = self._loop.create_task(self._send_body(wire, first))
        try:
            await wire.answer()
        except Broken:
            if self._failure is not None:
                raise self._failure from None
            raise
        finally:
            sending.cancel()
        return wire

    async def _send_body(self, wire: Wire, part: bytes) -> None:
        """Runs beside the wait for the answer; a fault of the caller's ends that wait."""
        chunked, more = self._body.chunked, True
        ends_at = self._loop.time() + self._bounds.upload_seconds
        try:
            while True:
                if part:
                    await wire.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
                if not more:
                    break
                self._allow(min(self._bounds.chunk_seconds, ends_at - self._loop.time()))
                part, more = await self._body.next_part()
            if chunked:
                await wire.write(b"0\r\n\r\n")
        except Broken:
            return  # whoever waits for the answer is told too, and an answer may have come before
        except (CallerGone, Problem) as failure:
            self._failure = failure
            wire.abort()
            return
        wire.end_of_request()
        self._body_is_there()

    async def _relay(self, wire: Wire) -> None:
        self._departure.watch()
        self._started = True
        headers = answer_headers(wire.headers, wire.status) + self._added
        await self._send({"type": "http.response.start", "status": wire.status, "headers": headers})
        more = True
        while more:
            if not wire.complete:
                self._allow(self._bounds.chunk_seconds)
            data = await wire.read()
            more = not wire.finished
            if not more:
                # The place is free before the last piece is sent, however slowly the caller reads it. Its departure
                # isn't watched any more: the end of the answer would look like one.
                self._release()
                self._departure.end()
            await self._send({"type": "http.response.body", "body": data, "more_body": more})

    def _release(self) -> None:
        if self._pool is not None:
            if self._wire is not None:
                self._pool.give_back(self._wire)
            self._pool.leave()
            self._pool = None

    def _ended(self, problem: Problem) -> Exception:
        return Cut(problem.code) if self._started else problem
