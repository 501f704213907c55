"""The task that keeps the roll-ups, and the commands that let them be counted anew and compared with the rows."""

import asyncio
import sys
import time

import structlog
from fastapi import FastAPI

from chassis.data.pool import Connection, Pool
from chassis.data.statements import Statement
from complaints.statistics import counting
from complaints.statistics.comparing import find_differences

LOOK_EVERY_S = 1.0
BUSY_PER_S = 200.0
"""Facts a second above which intake is busy: then counting takes a tenth of a processor at most."""
_POSITION = Statement("SELECT position FROM feed_head")

log = structlog.get_logger("complaints.counting")


async def run(app: FastAPI) -> None:
    """Count what changes, until cancelled. What isn't counted yet costs reads a little, never their truth."""
    pool: Pool = app.state.side_pool
    before, looked = await _position(pool), time.monotonic()
    while True:
        started = time.monotonic()
        async with pool.acquire() as connection:
            counted = await counting.count_batch(connection)
        took = time.monotonic() - started
        position = await _position(pool)
        busy = (position - before) / max(time.monotonic() - looked, 0.001) > BUSY_PER_S
        before, looked = position, time.monotonic()
        if not counted or busy:
            await asyncio.sleep(max(LOOK_EVERY_S, 9 * took))


async def _position(pool: Pool) -> int:
    async with pool.acquire() as connection:
        position: int = await _POSITION.fetchval(connection)
    return position


async def count_anew(connection: Connection) -> int:
    """`python -m complaints count-anew`: forget the roll-ups and count every case from its row."""
    async with connection.transaction():
        await counting.forget(connection)
    done = 0
    while looked := await counting.count_batch(connection, most=10_000):
        done += looked
    sys.stdout.write(f"{done} cases and changes counted\n")
    return 0


async def compare_counts(connection: Connection) -> int:
    """`python -m complaints compare-counts`: recompute every cell from the rows. 1 if one differs."""
    async with connection.transaction():
        await counting.LOCK.execute(connection)
        found = await find_differences(connection)
    sys.stdout.write("".join(f"DIFFERS {name}: {n}\n" for name, n in found.items() if n) or "every cell holds\n")
    return 1 if any(found.values()) else 0
