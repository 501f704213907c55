"""One transaction a request, committed before the reply; and the two ways to read.

`scope="function"` is what makes FastAPI leave the dependency before the reply is sent; tests guard it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request

from chassis.data.pool import Connection, Pool

ACQUIRE_TIMEOUT_S = 2.0


@asynccontextmanager
async def begin(pool: Pool) -> AsyncIterator[Connection]:
    """A connection in a READ COMMITTED transaction that commits at the end, or rolls back if an error leaves it."""
    async with pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
        yield connection


async def _transaction(request: Request) -> AsyncIterator[Connection]:
    async with begin(request.app.state.pool) as connection:
        request.state.connection = connection
        yield connection


async def _reading(request: Request) -> AsyncIterator[Connection]:
    async with request.app.state.pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
        yield connection


async def _snapshot(request: Request) -> AsyncIterator[Connection]:
    async with (
        request.app.state.pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield connection


Transaction = Annotated[Connection, Depends(_transaction, scope="function")]
"""For a write: one transaction, committed before the reply."""
Reading = Annotated[Connection, Depends(_reading, scope="function")]
"""For a read of one statement: no explicit transaction."""
Snapshot = Annotated[Connection, Depends(_snapshot, scope="function")]
"""For a read of several statements that must agree: REPEATABLE READ, read only."""
