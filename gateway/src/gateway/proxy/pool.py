"""The connections to one service for one kind of work: how many may be in flight, who waits, which are kept.

The bound on connections is the bound on concurrency: a request holds a place from before it connects until its answer
has ended.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from gateway.proxy.wire import Wire


class Crowded(Exception):
    """All places are taken and the queue is full, or no place came free in time."""


class Unreachable(Exception):
    """No connection could be made."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much of one kind of work a service is given at once."""

    places: int
    queue: int
    """How many may wait for a place; whoever comes after them is turned away at once."""
    patience_seconds: float
    """How long one waits at most."""


class Pool:
    """`enter` and `leave` bracket a request; in between `take` gives a kept connection, `connect` a new one."""

    def __init__(
        self, host: str, port: int, *, room: Room, idle_seconds: float = 4.0, connect_seconds: float = 2.0
    ) -> None:
        """`idle_seconds` must stay below the service's own keep-alive time (30 s), or reuse races with its close."""
        self._host, self._port = host, port
        self._room = room
        self._idle_seconds, self._connect_seconds = idle_seconds, connect_seconds
        self._idle: deque[tuple[Wire, float]] = deque()
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.in_flight = 0

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def idle(self) -> int:
        return len(self._idle)

    async def enter(self) -> None:
        """Take a place. Raises Crowded."""
        if self.in_flight < self._room.places:
            self.in_flight += 1
            return
        if len(self._waiting) >= self._room.queue:
            raise Crowded
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append(turn)
        timer = loop.call_later(self._room.patience_seconds, self._turn_away, turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled() or not turn.done():
                self._forget(turn)
            elif turn.exception() is None:
                self.leave()  # the place was given in the very moment in which the request was cancelled
            raise
        finally:
            timer.cancel()

    def leave(self) -> None:
        """Give the place to whoever waits longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.in_flight -= 1

    def take(self) -> Wire | None:
        """The connection used last, if one is alive: the others may grow old and be dropped."""
        self._drop_old()
        while self._idle:
            wire, _ = self._idle.pop()
            if not wire.closed:
                return wire
        return None

    async def connect(self) -> Wire:
        """A new connection. Raises Unreachable."""
        try:
            async with asyncio.timeout(self._connect_seconds):
                _, wire = await asyncio.get_running_loop().create_connection(Wire, self._host, self._port)
        except OSError as error:  # TimeoutError is one
            raise Unreachable from error
        return wire

    def give_back(self, wire: Wire) -> None:
        """Keep the connection if its exchange ended cleanly, else cut it."""
        if wire.reusable:
            self._idle.append((wire, asyncio.get_running_loop().time()))
            self._drop_old()
            if len(self._idle) > self._room.places:
                self._idle.popleft()[0].abort()
        else:
            wire.abort()

    def close(self) -> None:
        """Cut the kept connections. Those in use end with their requests."""
        while self._idle:
            self._idle.popleft()[0].abort()

    def _drop_old(self) -> None:
        oldest = asyncio.get_running_loop().time() - self._idle_seconds
        while self._idle and (self._idle[0][1] < oldest or self._idle[0][0].closed):
            self._idle.popleft()[0].abort()

    def _turn_away(self, turn: asyncio.Future[None]) -> None:
        if not turn.done():
            self._forget(turn)
            turn.set_exception(Crowded())

    def _forget(self, turn: asyncio.Future[None]) -> None:
        if turn in self._waiting:
            self._waiting.remove(turn)
