"""Jobs: one worker at a time, taken up again after a death, given up in the end, and no late writing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis.data import jobs
from chassis.data.jobs import Jobs, Lease, LeaseLost
from chassis.data.pool import Pool, open_pool
from support.services import ServiceUnderTest


class Recorder:
    """Work that notes its attempts and then does what the test says."""

    def __init__(self, then: Callable[[Lease], Awaitable[None]]) -> None:
        self.then = then
        self.begun: list[Lease] = []
        self.given_up: list[UUID] = []
        self.started = asyncio.Event()

    async def carry_out(self, lease: Lease) -> None:
        self.begun.append(lease)
        self.started.set()
        await self.then(lease)

    async def give_up(self, connection: asyncpg.Connection, subject: UUID) -> None:  # noqa: ARG002 - the protocol's
        self.given_up.append(subject)


async def nothing(_lease: Lease) -> None:
    return None


async def failing(_lease: Lease) -> None:
    raise ValueError("it can't be done")


@pytest.fixture
async def pool(registry: ServiceUnderTest) -> AsyncIterator[Pool]:
    async with await open_pool(registry.url, name="jobs", size=4) as opened:
        yield opened


@pytest.fixture
def kind() -> str:
    return f"test-{uuid4()}"


async def queued(pool: Pool, kind: str) -> UUID:
    subject = uuid4()
    async with pool.acquire() as connection:
        await jobs.enqueue(connection, kind, subject)
    return subject


async def waiting(pool: Pool, kind: str) -> list[Any]:
    async with pool.acquire() as connection:
        rows: list[Any] = await connection.fetch("SELECT * FROM jobs WHERE kind = $1", kind)
        return rows


async def expire(pool: Pool, kind: str) -> None:
    async with pool.acquire() as connection:
        await connection.execute("UPDATE jobs SET leased_until = now() - interval '1 second' WHERE kind = $1", kind)


async def test_each_job_is_done_once_and_in_order(pool: Pool, kind: str) -> None:
    subjects = [await queued(pool, kind) for _ in range(3)]
    work = Recorder(nothing)
    worker = Jobs(pool, {kind: work})
    assert [await worker.run_one() for _ in range(4)] == [True, True, True, False]
    assert [lease.subject for lease in work.begun] == subjects
    assert await waiting(pool, kind) == []


async def test_a_job_comes_with_its_transaction(pool: Pool, kind: str) -> None:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await jobs.enqueue(connection, kind, uuid4())
        await transaction.rollback()
    assert not await Jobs(pool, {kind: Recorder(nothing)}).run_one()


async def test_two_workers_share(pool: Pool, kind: str) -> None:
    for _ in range(10):
        await queued(pool, kind)
    one, two = Recorder(nothing), Recorder(nothing)
    first, second = Jobs(pool, {kind: one}), Jobs(pool, {kind: two})

    async def empty(worker: Jobs) -> None:
        while await worker.run_one():
            pass

    await asyncio.gather(empty(first), empty(second))
    done = [lease.subject for lease in one.begun + two.begun]
    assert len(done) == len(set(done)) == 10


async def test_a_failure_is_tried_again_and_given_up(pool: Pool, kind: str) -> None:
    subject = await queued(pool, kind)
    work = Recorder(failing)
    worker = Jobs(pool, {kind: work})
    for _ in range(jobs.ATTEMPTS):
        assert await worker.run_one()
        assert not await worker.run_one(), "not at once"
        await expire(pool, kind)
    assert ([lease.attempt for lease in work.begun], work.given_up) == ([1, 2, 3], [subject])
    assert await waiting(pool, kind) == []


async def test_what_a_dead_worker_held_is_taken_after_its_lease(pool: Pool, kind: str) -> None:
    subject = await queued(pool, kind)
    hanging = Recorder(lambda _lease: asyncio.sleep(60))
    dead = asyncio.create_task(Jobs(pool, {kind: hanging}, lease_s=600).run_one())
    await hanging.started.wait()
    work = Recorder(nothing)
    assert not await Jobs(pool, {kind: work}).run_one(), "its lease holds"
    await expire(pool, kind)
    assert await Jobs(pool, {kind: work}).run_one()
    assert ([lease.subject for lease in work.begun], work.begun[0].attempt) == ([subject], 2)
    async with pool.acquire() as connection, connection.transaction():
        with pytest.raises(LeaseLost):
            await hanging.begun[0].hold(connection)
    dead.cancel()
    await asyncio.gather(dead, return_exceptions=True)


async def test_nobody_takes_a_job_in_its_last_transaction(pool: Pool, kind: str) -> None:
    """Its worker's lease is over by the clock, but what it writes is about to be true."""
    await queued(pool, kind)
    other = Jobs(pool, {kind: Recorder(nothing)})

    async def finishing(lease: Lease) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await lease.hold(connection)
            await expire(pool, kind)
            assert not await other.run_one()

    work = Recorder(finishing)
    assert await Jobs(pool, {kind: work}).run_one()
    assert await waiting(pool, kind) == []


async def test_withdrawing_stops_the_worker(pool: Pool, kind: str) -> None:
    subject = await queued(pool, kind)
    stopped = asyncio.Event()

    async def long(_lease: Lease) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()

    work = Recorder(long)
    running = asyncio.create_task(Jobs(pool, {kind: work}, lease_s=0.03).run_one())
    await work.started.wait()
    async with pool.acquire() as connection:
        await jobs.withdraw(connection, kind, subject)
    async with asyncio.timeout(5):
        assert await running
    assert stopped.is_set()


async def test_a_service_that_stops_gives_its_job_back_at_once(pool: Pool, kind: str) -> None:
    await queued(pool, kind)
    work = Recorder(lambda _lease: asyncio.sleep(60))
    running = asyncio.create_task(Jobs(pool, {kind: work}).run())
    await work.started.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    (row,) = await waiting(pool, kind)
    assert (row["worker"], row["attempts"]) == (None, 0)
    again = Recorder(nothing)
    assert await Jobs(pool, {kind: again}).run_one()
    assert again.begun[0].attempt == 1
