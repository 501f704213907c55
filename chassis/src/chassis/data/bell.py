"""One LISTEN connection a process, and the events of asyncio that it rings."""

import asyncio
from collections.abc import Callable

import asyncpg
import structlog

from chassis.data.pool import Connection, connect

PAUSE_AT_END_S = 0.1
"""How long a task waits that comes back while the process ends: it shouldn't spin."""

log = structlog.get_logger("chassis.bell")


class Bell:
    """Wakes whoever waits for a channel; after a lost connection everybody is woken, to look for what was missed."""

    def __init__(self, url: str, *, name: str, channels: tuple[str, ...]) -> None:
        self._url, self._name, self._channels = url, name, channels
        self._waiting: dict[str, asyncio.Event] = {channel: asyncio.Event() for channel in channels}
        self._callbacks: list[tuple[str, Callable[[], None]]] = []
        self._ending = False
        self.listening = False

    def on(self, channel: str, call: Callable[[], None]) -> None:
        """Call `call` at each notice on `channel`."""
        self._callbacks.append((channel, call))

    async def wait(self, channel: str, seconds: float) -> bool:
        """Wait for the next notice on `channel`; False if none came in time, or the process is told to end."""
        if self._ending:
            await asyncio.sleep(PAUSE_AT_END_S)
            return False
        try:
            async with asyncio.timeout(seconds):
                await self._waiting[channel].wait()
        except TimeoutError:
            return False
        return not self._ending

    def let_go(self) -> None:
        """Let whoever waits go, and nobody wait again: the process is told to end, and long polls would hold it up."""
        self._ending = True
        for waiting in self._waiting.values():
            waiting.set()

    def _ring(self, channel: str) -> None:
        self._waiting[channel].set()
        self._waiting[channel] = asyncio.Event()
        for name, call in self._callbacks:
            if name == channel:
                call()

    def _heard(self, _connection: object, _pid: int, channel: str, _payload: object) -> None:
        self._ring(channel)

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                connection = await connect(self._url, name=self._name)
                try:
                    await self._listen(connection)
                finally:
                    self.listening = False
                    connection.terminate()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("bell_waits", error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _listen(self, connection: Connection) -> None:
        closed = asyncio.Event()
        connection.add_termination_listener(lambda _connection: closed.set())
        for channel in self._channels:
            await connection.add_listener(channel, self._heard)
        self.listening = True
        for channel in self._channels:
            self._ring(channel)
        await closed.wait()
