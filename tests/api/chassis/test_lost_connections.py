"""What holds a connection of its own finds another when it is lost, and can be stopped at any time; limits of statements hold."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from chassis.data.events import Event
from chassis.data.followers import Follower
from chassis.data.pool import Pool, open_pool
from support.services import ServiceUnderTest

_HOLDER = """
SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND classid = 7234912 AND objid = CAST(hashtext($1) AS bigint) & 4294967295 AND granted
  AND datname = current_database()
"""
_LISTENER = "SELECT pid FROM pg_stat_activity WHERE application_name = 'registry-bell' AND datname = current_database()"


class Nothing:
    """A copy of nothing."""

    async def apply(self, connection: asyncpg.Connection, event: Event) -> None: ...
    async def reset(self, connection: asyncpg.Connection) -> None: ...
    async def sweep(self, connection: asyncpg.Connection) -> None: ...


async def quiet(_after: str | None, _wait_s: int) -> httpx.Response:
    """A feed in which nothing happens."""
    await asyncio.sleep(0.05)
    return httpx.Response(200, json=[])


@pytest.fixture
async def pool(notebook: ServiceUnderTest) -> AsyncIterator[Pool]:
    async with await open_pool(notebook.url, name="test", size=4) as opened:
        yield opened


async def soon(ask: Callable[[], Awaitable[Any]]) -> Any:
    """What it answers as soon as that is true."""
    async with asyncio.timeout(20):
        while not (found := await ask()):  # noqa: ASYNC110 - the database sets no event
            await asyncio.sleep(0.02)
        return found


async def test_a_follower_that_loses_its_lock_takes_it_again_and_can_be_stopped(
    notebook: ServiceUnderTest, pool: Pool
) -> None:
    feed = f"feed-{uuid4()}"
    async with notebook.connection() as connection:
        holder = partial(connection.fetchval, _HOLDER, feed)
        task = asyncio.create_task(Follower(feed, Nothing(), pool=pool, fetch=quiet).run())
        first = await soon(holder)
        await connection.execute("SELECT pg_terminate_backend($1, 5000)", first)
        second = await soon(holder)
        assert second != first
        await connection.execute("SELECT pg_terminate_backend($1, 5000)", second)
        task.cancel()
        async with asyncio.timeout(5):
            await asyncio.wait([task])
        assert task.cancelled()


async def test_a_follower_that_is_stopped_gives_its_lock_back(notebook: ServiceUnderTest, pool: Pool) -> None:
    feed = f"feed-{uuid4()}"
    async with notebook.connection() as connection:
        task = asyncio.create_task(Follower(feed, Nothing(), pool=pool, fetch=quiet).run())
        await soon(partial(connection.fetchval, _HOLDER, feed))
        task.cancel()
        await asyncio.wait([task])
        assert await connection.fetchval(_HOLDER, feed) is None


async def test_the_bell_listens_again_and_readiness_tells(notebook: ServiceUnderTest) -> None:
    async with notebook.connection() as connection:
        listener = partial(connection.fetchval, _LISTENER)
        first = await soon(listener)
        woken = asyncio.create_task(notebook.app.state.bell.wait("prima_feed", 20))
        await connection.execute("SELECT pg_terminate_backend($1, 5000)", first)
        assert await woken, "whoever waits looks for what was missed"

        async def ready() -> bool:
            reply = await notebook.call("GET", "/readyz")
            return bool(reply.json()["checks"]["notices"] == "ok")

        await soon(ready)
        assert await listener() != first


async def test_a_service_tells_that_it_lives_has_started_and_can_work(notebook: ServiceUnderTest) -> None:
    assert (await notebook.call("GET", "/livez")).json() == {"status": "alive"}
    assert (await notebook.call("GET", "/startupz")).json() == {"status": "started", "service": "registry"}

    async def ready() -> bool:
        return (await notebook.call("GET", "/readyz")).status_code == 200

    await soon(ready)
    told = (await notebook.call("GET", "/readyz")).json()
    assert told["status"] == "ready"
    assert told["checks"] == {"database": "ok", "sequencer": "ok", "notices": "ok", "feeds": {}, "keys": "ok"}


async def test_a_statement_that_takes_too_long_is_cancelled_and_costs_no_connection(notebook: ServiceUnderTest) -> None:
    async with (
        await open_pool(notebook.url, name="test", size=1, timeout_ms=100) as limited,
        limited.acquire() as connection,
    ):
        before = await connection.fetchval("SELECT pg_backend_pid()")
        with pytest.raises(asyncpg.QueryCanceledError):
            await connection.execute("SELECT pg_sleep(10)")
        assert await connection.fetchval("SELECT pg_backend_pid()") == before


async def test_a_transaction_of_short_statements_ends_in_time(notebook: ServiceUnderTest) -> None:
    async def go_on_and_on(limited: Pool) -> None:
        async with limited.acquire() as connection, connection.transaction():
            for _ in range(1_000):
                await connection.execute("SELECT pg_sleep(0.02)")

    async with await open_pool(notebook.url, name="test", size=1, timeout_ms=100) as limited:
        with pytest.raises((asyncpg.TransactionTimeoutError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
            await go_on_and_on(limited)
        async with limited.acquire() as connection:
            assert await connection.fetchval("SELECT 1") == 1
