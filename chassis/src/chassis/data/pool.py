"""The asyncpg pool: codecs, time limits and sizes. Not the transactions: see transactions.py."""

import asyncio
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from uuid import UUID, SafeUUID

import asyncpg
import orjson
from asyncpg import Connection as Connection

from chassis.data.spelling import OPTIONS, spelled

REQUEST_TIMEOUT_MS = 5_000
"""Statement and transaction limit of a request: deadlines shrink inward (gateway 10 s, service 8 s, database 5 s)."""
LOCK_TIMEOUT_MS = 2_000
IDLE_S = 300
"""A connection that nobody used for so long is closed: what stands between may have forgotten it."""
_UNKNOWN = SafeUUID.unknown


def _encode_jsonb(value: object) -> bytes:
    return b"\x01" + orjson.dumps(value, default=spelled, option=OPTIONS)


def _decode_jsonb(raw: bytes) -> object:
    return orjson.loads(bytes(raw[1:]))


def _encode_uuid(value: UUID | str) -> bytes:
    return value.bytes if isinstance(value, UUID) else UUID(value).bytes


def _decode_uuid(raw: bytes) -> UUID:
    """What UUID(bytes=raw) makes, without its checks: they took a sixth of a page of fifty rows."""
    made = object.__new__(UUID)
    object.__setattr__(made, "int", int.from_bytes(raw))
    object.__setattr__(made, "is_safe", _UNKNOWN)
    return made


async def _prepare(connection: Connection) -> None:
    # asyncpg hands jsonb over as text and uuid as a subclass that orjson refuses.
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", format="binary", encoder=_encode_jsonb, decoder=_decode_jsonb
    )
    await connection.set_type_codec(
        "uuid", schema="pg_catalog", format="binary", encoder=_encode_uuid, decoder=_decode_uuid
    )


async def _keep_session(_connection: Connection) -> None:
    """What asyncpg does at each release, left out: a round trip that undoes session settings, LISTEN and session locks.

    No code here leaves any of these on a pooled connection; an open transaction is rolled back all the same.
    """


class Pool:
    """asyncpg's pool with a queue, and with a hand that keeps what is in use.

    By itself it lets a newcomer take the connection that was just given back, past those who were woken for it; under load
    the slowest hundredth then waited ten times as long as the middle. And it takes a connection back in a task of its own,
    which costs as much as a short statement: one that comes back in order stays in the hand, ready for the next.
    """

    def __init__(self, pool: asyncpg.Pool, size: int) -> None:
        self._pool = pool
        self._turns = asyncio.Semaphore(size)
        self._hand: list[tuple[Connection, float]] = []
        """What came back in order, the latest last, and when."""

    def acquire(self, *, timeout: float | None = None) -> "_Lease":
        """`async with` a connection. Raises TimeoutError after so many seconds of waiting for one to be given back."""
        return _Lease(self, timeout)

    async def take(self, within_s: float | None) -> Connection:
        """A connection, in turn. Raises TimeoutError."""
        if self._turns.locked():
            async with asyncio.timeout(within_s):
                await self._turns.acquire()
        else:
            await self._turns.acquire()
        try:
            while self._hand:
                connection, since = self._hand.pop()
                if _usable(connection):
                    if time.monotonic() - since < IDLE_S:
                        return connection
                    connection.terminate()
                await self._pool.release(connection)
            # It is there, or is opened: nobody else waits for it, so a second clock would only cost.
            return await self._pool.acquire()
        except BaseException:
            self._turns.release()
            raise

    async def give_back(self, connection: Connection, error: BaseException | None) -> None:
        """Take it back from whoever is done with it, or failed with `error`."""
        try:
            if isinstance(error, asyncpg.DataError):
                # An argument that doesn't fit its type is refused here, after the statement was prepared and before the
                # server was told that this was all: the next BEGIN would stand in the midst of a query.
                await connection.execute("SELECT")
            if isinstance(error, asyncpg.InternalClientError):
                connection.terminate()  # its server died while nobody used it, and it doesn't know yet what that means
            if error is None and _usable(connection):
                self._hand.append((connection, time.monotonic()))
            else:
                await self._pool.release(connection)
        finally:
            self._turns.release()

    def get_size(self) -> int:
        """How many connections are open."""
        size: int = self._pool.get_size()
        return size

    def get_idle_size(self) -> int:
        """How many of them nobody uses."""
        size: int = self._pool.get_idle_size()
        return size + len(self._hand)

    async def close(self) -> None:
        """Close it when everything was given back."""
        while self._hand:
            connection, _ = self._hand.pop()
            await self._pool.release(connection)
        await self._pool.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _usable(connection: Connection) -> bool:
    """Whether it is open, with no transaction left open. One that was lost is asyncpg's again by itself."""
    try:
        return not connection.is_closed() and not connection.is_in_transaction()
    except asyncpg.InterfaceError:
        return False


class _Lease:
    """A connection for the time of an `async with`."""

    __slots__ = ("_connection", "_pool", "_timeout")

    def __init__(self, pool: Pool, timeout: float | None) -> None:
        self._pool, self._timeout = pool, timeout

    async def __aenter__(self) -> Connection:
        self._connection = await self._pool.take(self._timeout)
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.give_back(self._connection, error)
        if isinstance(error, asyncpg.InternalClientError):
            raise asyncpg.ConnectionDoesNotExistError("the connection's server died") from error


async def open_pool(
    url: str,
    *,
    name: str,
    size: int = 8,
    timeout_ms: int = REQUEST_TIMEOUT_MS,
    session: Mapping[str, str] | None = None,
) -> Pool:
    """A pool of `size` connections to `url`; statements end after `timeout_ms` (0: never), transactions a fifth later.

    `session` holds further settings of each session.

    Raises OSError or asyncpg.PostgresError if the server can't be reached.
    """
    pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        init=_prepare,
        reset=_keep_session,
        command_timeout=None if timeout_ms == 0 else timeout_ms / 1000 + 3,
        max_inactive_connection_lifetime=IDLE_S,
        server_settings={
            "application_name": name,
            "timezone": "UTC",
            "statement_timeout": str(timeout_ms),
            # Longer: where it isn't, a statement that takes too long costs its connection instead of being cancelled.
            "transaction_timeout": str(timeout_ms + timeout_ms // 5),
            "idle_in_transaction_session_timeout": str(timeout_ms),
            "lock_timeout": str(LOCK_TIMEOUT_MS),
            # Short statements by key: compiling them costs more than running them.
            "jit": "off",
            **(session or {}),
        },
    )
    return Pool(pool, size)


async def connect(url: str, *, name: str, session: Mapping[str, str] | None = None) -> Connection:
    """One connection without time limits, with the pool's codecs: for LISTEN, loads and streams."""
    connection: Connection = await asyncpg.connect(
        url, server_settings={"application_name": name, "timezone": "UTC", "jit": "off", **(session or {})}
    )
    await _prepare(connection)
    return connection
