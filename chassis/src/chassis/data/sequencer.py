"""Gives committed facts their positions: gapless, in one total order, with the stream's hash chain.

One batch at a time under an advisory lock, so any number of replicas may run it. It alone sends NOTIFY, once a batch:
in a writer's transaction a NOTIFY costs three quarters of the throughput.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Mapping
from typing import Any

import asyncpg
import orjson
import structlog

from chassis.data.pool import Connection, Pool

CHANNEL = "prima_feed"
BATCH = 1_000
GATHERING_S = 0.02
"""The pause after a batch, in which the next one gathers: under load fifty batches a second and not one for each write."""
SHORTEST_IDLE_S, LONGEST_IDLE_S = 0.02, 0.25
"""The pauses between looks at an empty outbox: longer from look to look. Requests wake the task; followers and other tasks
that write in between wait for the next look."""

_LOCK = "SELECT pg_try_advisory_xact_lock(7234911)"
_HEAD = "SELECT position, chain FROM feed_head FOR UPDATE"
_TAKE = """
DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT $1)
RETURNING id, type, subject, sequence, visibility, institution_id, data, occurred_at
"""
_ANY = "SELECT EXISTS (SELECT FROM outbox)"
_ADVANCE = "UPDATE feed_head SET position = $1, chain = $2"
_NOTIFY = f"SELECT pg_notify('{CHANNEL}', $1)"
_FIELDS = ("type", "subject", "sequence", "visibility", "institution_id", "data", "occurred_at")

log = structlog.get_logger("chassis.sequencer")


def canonical(position: int, fact: Mapping[str, Any]) -> bytes:
    """The bytes of one fact that the chain is computed over: the same for the same stored row."""
    return orjson.dumps([position, *(fact[name] for name in _FIELDS)], option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)


def link(chain: bytes, position: int, fact: Mapping[str, Any]) -> bytes:
    """h(n) = SHA-256(h(n-1) ‖ canonical fact), 32 bytes."""
    return hashlib.sha256(chain + canonical(position, fact)).digest()


async def sequence_batch(connection: Connection) -> int:
    """Move up to 1,000 committed facts from the outbox to the feed; how many it moved (0 too if another replica has the lock)."""
    async with connection.transaction():
        if not await connection.fetchval(_LOCK):
            return 0
        taken = sorted(await connection.fetch(_TAKE, BATCH), key=lambda fact: fact["id"])
        if not taken:
            return 0
        head = await connection.fetchrow(_HEAD)
        position, chain = head["position"], bytes(head["chain"])
        rows = []
        for fact in taken:
            position += 1
            chain = link(chain, position, fact)
            rows.append((position, *(fact[name] for name in _FIELDS), chain))
        await connection.copy_records_to_table("events", records=rows, columns=["position", *_FIELDS, "chain"])
        await connection.execute(_ADVANCE, position, chain)
        await connection.fetchval(_NOTIFY, str(position))
        return len(taken)


async def verify_chain(connection: Connection) -> int | None:
    """Recompute the stream's chain; the first position that doesn't fit, or None if all do."""
    chain = b""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        async for row in connection.cursor("SELECT * FROM events ORDER BY position"):
            chain = link(chain, row["position"], row)
            if chain != bytes(row["chain"]):
                return int(row["position"])
        head = await connection.fetchrow("SELECT position, chain FROM feed_head")
        return None if bytes(head["chain"]) == chain else int(head["position"])


class Sequencer:
    """The task of a service that numbers its facts; `wake` shortens the wait after a write in this process."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._wake = asyncio.Event()
        self.healthy = True

    def wake(self) -> None:
        """There is something to do now."""
        self._wake.set()

    async def run(self) -> None:
        """Number facts until cancelled; a lost connection is met by trying again."""
        while True:
            try:
                async with self._pool.acquire() as connection:
                    await self._drain(connection)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
                self.healthy = False
                log.warning("sequencer_waits", error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _drain(self, connection: Connection) -> None:
        idle_s = SHORTEST_IDLE_S
        while True:
            self._wake.clear()  # before the look: who wakes it meanwhile is looked for again at once
            moved = await sequence_batch(connection) if await connection.fetchval(_ANY) else 0
            self.healthy = True
            if moved == BATCH:
                continue
            if moved:
                idle_s = SHORTEST_IDLE_S
                await asyncio.sleep(GATHERING_S)
                continue
            idle_s = min(2 * idle_s, LONGEST_IDLE_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(idle_s):
                    await self._wake.wait()
