"""The pool serves in the order of asking, gives nothing up when a wait ends, and leaves no transaction open."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from chassis.data.pool import Pool, open_pool
from support.services import ServiceUnderTest


@pytest.fixture
async def pool(notebook: ServiceUnderTest) -> AsyncIterator[Pool]:
    """One connection for all."""
    async with await open_pool(notebook.url, name="test", size=1) as opened:
        yield opened


async def test_whoever_asked_first_is_served_first(pool: Pool) -> None:
    served: list[str] = []

    async def ask(name: str, times: int) -> None:
        for turn in range(times):
            async with pool.acquire():
                served.append(f"{name}{turn}")
                await asyncio.sleep(0)

    # Without a queue of its own, the pool serves `a` again and again, before those who wait.
    await asyncio.gather(ask("a", 3), ask("b", 1), ask("c", 1))
    assert served == ["a0", "b0", "c0", "a1", "a2"]


async def test_waiting_ends_in_time_and_costs_nobody_a_turn(pool: Pool) -> None:
    async with pool.acquire():
        with pytest.raises(TimeoutError):
            async with pool.acquire(timeout=0.01):
                raise AssertionError("nothing was free")
    async with pool.acquire(timeout=1) as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_a_cancelled_wait_costs_nobody_a_turn(pool: Pool) -> None:
    async def wait() -> None:
        async with pool.acquire():
            raise AssertionError("nothing was free")

    async with pool.acquire():
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with pool.acquire(timeout=1) as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_a_transaction_left_open_is_rolled_back_at_the_release(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute("BEGIN")
        await connection.execute("CREATE TABLE never (id integer)")
    async with pool.acquire() as connection:
        assert await connection.fetchval("SELECT to_regclass('never')") is None


async def test_an_argument_that_doesnt_fit_leaves_nothing_behind(pool: Pool) -> None:
    """Its statement was prepared, and its query not ended: a snapshot couldn't begin after it."""
    with pytest.raises(asyncpg.DataError):
        async with pool.acquire() as connection:
            await connection.fetchval("SELECT relpages + $1::integer FROM pg_class LIMIT 1", 10**30)
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        assert await connection.fetchval("SELECT 1") == 1


async def test_a_connection_that_comes_back_in_order_serves_the_next(pool: Pool) -> None:
    async with pool.acquire() as connection:
        first = await connection.fetchval("SELECT pg_backend_pid()")
    assert pool.get_idle_size() == pool.get_size() == 1
    async with pool.acquire() as connection:
        assert await connection.fetchval("SELECT pg_backend_pid()") == first
        assert pool.get_idle_size() == 0


async def test_a_connection_that_is_lost_while_nobody_uses_it_is_replaced(
    notebook: ServiceUnderTest, pool: Pool
) -> None:
    async with pool.acquire() as connection:
        first = await connection.fetchval("SELECT pg_backend_pid()")
    async with notebook.connection() as other:
        await other.execute("SELECT pg_terminate_backend($1, 5000)", first)
    await asyncio.sleep(0.1)  # the loop hears of it
    async with pool.acquire() as connection:
        assert await connection.fetchval("SELECT pg_backend_pid()") != first


async def test_a_connection_in_the_midst_of_a_transaction_is_rolled_back_before_it_serves_again(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute("BEGIN; CREATE TABLE left_open (id int)")
    async with pool.acquire() as connection:
        assert not connection.is_in_transaction()
        assert await connection.fetchval("SELECT to_regclass('left_open')") is None


async def test_a_connection_that_no_longer_knows_its_state_is_a_lost_one(pool: Pool) -> None:
    """What asyncpg says of one whose server was killed while nobody used it isn't a fault of the program."""

    async def use() -> None:
        async with pool.acquire():
            raise asyncpg.InternalClientError("cannot switch to state 11; another operation is in progress")

    with pytest.raises(asyncpg.ConnectionDoesNotExistError):
        await use()
    async with pool.acquire() as connection:
        assert await connection.fetchval("SELECT 1") == 1
