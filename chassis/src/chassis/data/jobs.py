"""Jobs: long work, one worker at a time by a lease in PostgreSQL; what a dead worker left is taken up again.

Work must bear being begun twice. Whatever it makes true it makes true in one transaction that begins with `Lease.hold`:
a worker that lost its lease can't commit, and while that transaction is open nobody else takes the job.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID, uuid4

import asyncpg
import structlog
from sqlalchemy import Column, DateTime, Index, Integer, MetaData, Table, Text, Uuid, text

from chassis.data.pool import Connection, Pool
from chassis.ops.identifiers import new_id

ATTEMPTS = 3
LEASE_S = 15.0
POLL_S = 0.5
RETRY_S = 5.0

log = structlog.get_logger("chassis.jobs")

_ENQUEUE = "INSERT INTO jobs (id, kind, subject) VALUES ($1, $2, $3)"
_REMOVE = "DELETE FROM jobs WHERE kind = $1 AND subject = $2"
# FOR UPDATE is what a holder's FOR KEY SHARE refuses: a job in its last transaction is skipped, however late its beat.
_CLAIM = """
UPDATE jobs SET worker = $2, leased_until = clock_timestamp() + make_interval(secs => $3), attempts = attempts + 1
WHERE id = (
    SELECT id FROM jobs WHERE kind = ANY($1::text[]) AND (leased_until IS NULL OR leased_until < clock_timestamp())
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, subject, attempts
"""
_BEAT = """
UPDATE jobs SET leased_until = clock_timestamp() + make_interval(secs => $3) WHERE id = $1 AND worker = $2 RETURNING 1
"""
_HOLD = "SELECT 1 FROM jobs WHERE id = $1 AND worker = $2 FOR KEY SHARE"
_FINISH = "DELETE FROM jobs WHERE id = $1 AND worker = $2"
_LATER = """
UPDATE jobs SET worker = NULL, leased_until = clock_timestamp() + make_interval(secs => $3), attempts = attempts - $4
WHERE id = $1 AND worker = $2
"""


def add_job_table(metadata: MetaData) -> Table:
    """Put `jobs` into a service's metadata: what waits or is being worked at. What is done leaves it."""
    return Table(
        "jobs",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("subject", Uuid, nullable=False),
        Column("worker", Uuid),
        Column("leased_until", DateTime(timezone=True)),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Index("jobs_subject_idx", "kind", "subject"),
    )


class LeaseLost(Exception):
    """Another worker has the job, or it was cancelled: nothing may be written any more."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A job in the hands of one worker; `attempt` counts from 1."""

    job_id: UUID
    worker: UUID
    subject: UUID
    attempt: int

    async def hold(self, connection: Connection) -> None:
        """Within a transaction: until its end the job stays this worker's. Raises LeaseLost."""
        if await connection.fetchval(_HOLD, self.job_id, self.worker) is None:
            raise LeaseLost


class Work(Protocol):
    """What is done for jobs of one kind."""

    async def carry_out(self, lease: Lease) -> None:
        """Do it; begun anew after a failure or the worker's death, `ATTEMPTS` times in all."""

    async def give_up(self, connection: Connection, subject: UUID) -> None:
        """Every attempt failed: say so where it is seen. In the transaction that removes the job."""


async def enqueue(connection: Connection, kind: str, subject: UUID) -> None:
    """A job for `subject`, in the caller's transaction."""
    await connection.execute(_ENQUEUE, new_id(), kind, subject)


async def withdraw(connection: Connection, kind: str, subject: UUID) -> None:
    """Take the job away, in the caller's transaction; its worker stops. Waits for a worker's last transaction."""
    await connection.execute(_REMOVE, kind, subject)


class Jobs:
    """A worker for these kinds. Its pool serves claims and beats; the work has connections of its own."""

    def __init__(self, pool: Pool, kinds: Mapping[str, Work], *, lease_s: float = LEASE_S) -> None:
        self._pool, self._kinds, self._lease_s = pool, kinds, lease_s
        self._worker = uuid4()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                found = await self.run_one()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("jobs_wait", error=type(error).__name__)
                found = False
            if not found:
                await asyncio.sleep(POLL_S)

    async def run_one(self) -> bool:
        """Take one job and carry it out; False if there is none to take."""
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow(_CLAIM, sorted(self._kinds), self._worker, self._lease_s)
        if row is None:
            return False
        lease = Lease(row["id"], self._worker, row["subject"], row["attempts"])
        work = self._kinds[row["kind"]]
        if lease.attempt > ATTEMPTS:  # its workers died without a word
            await self._give_up(work, lease)
            return True
        await self._work(work, lease, row["kind"])
        return True

    async def _work(self, work: Work, lease: Lease, kind: str) -> None:
        doing = asyncio.ensure_future(work.carry_out(lease))
        beating = asyncio.create_task(self._beat(lease))
        try:
            await asyncio.wait({doing, beating}, return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                log.warning("job_lost", kind=kind)
                return
            await self._settle(work, lease, kind, doing)
        except asyncio.CancelledError:
            # The service stops: the next worker needn't wait for the lease, and the attempt doesn't count.
            await _stop(doing, beating)
            await self._later(lease, seconds=0, forgiven=1)
            raise
        finally:
            await _stop(doing, beating)

    async def _settle(self, work: Work, lease: Lease, kind: str, doing: "asyncio.Future[None]") -> None:
        error = doing.exception()
        if isinstance(error, LeaseLost):
            log.warning("job_lost", kind=kind)
        elif error is None:
            async with self._pool.acquire() as connection:
                await connection.execute(_FINISH, lease.job_id, lease.worker)
        else:
            log.error("job_failed", kind=kind, attempt=lease.attempt, exc_info=error)
            if lease.attempt >= ATTEMPTS:
                await self._give_up(work, lease)
            else:
                await self._later(lease, seconds=RETRY_S, forgiven=0)

    async def _beat(self, lease: Lease) -> None:
        """Ends when the lease is lost."""
        while True:
            await asyncio.sleep(self._lease_s / 3)
            try:
                async with self._pool.acquire() as connection:
                    if await connection.fetchval(_BEAT, lease.job_id, lease.worker, self._lease_s) is None:
                        return
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("beat_missed", error=type(error).__name__)

    async def _give_up(self, work: Work, lease: Lease) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            await lease.hold(connection)
            await work.give_up(connection, lease.subject)
            await connection.execute(_FINISH, lease.job_id, lease.worker)

    async def _later(self, lease: Lease, *, seconds: float, forgiven: int) -> None:
        async with self._pool.acquire() as connection:
            await connection.execute(_LATER, lease.job_id, lease.worker, seconds, forgiven)


async def _stop(*tasks: "asyncio.Future[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
