"""The asyncpg pool: codecs, time limits and sizes. Not the transactions: see transactions.py."""

from collections.abc import Mapping
from uuid import UUID

import asyncpg
import orjson
from asyncpg import Connection as Connection
from asyncpg import Pool as Pool

REQUEST_TIMEOUT_MS = 5_000
"""Statement and transaction limit of a request: deadlines shrink inward (gateway 10 s, service 8 s, database 5 s)."""
LOCK_TIMEOUT_MS = 2_000


def _encode_jsonb(value: object) -> bytes:
    return b"\x01" + orjson.dumps(value)


def _decode_jsonb(raw: bytes) -> object:
    return orjson.loads(bytes(raw[1:]))


def _encode_uuid(value: UUID | str) -> bytes:
    return value.bytes if isinstance(value, UUID) else UUID(value).bytes


def _decode_uuid(raw: bytes) -> UUID:
    return UUID(bytes=bytes(raw))


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


async def open_pool(
    url: str,
    *,
    name: str,
    size: int = 8,
    timeout_ms: int = REQUEST_TIMEOUT_MS,
    session: Mapping[str, str] | None = None,
) -> Pool:
    """A pool of `size` connections to `url`; statements and transactions end after `timeout_ms` (0: never).

    `session` holds further settings of each session.

    Raises OSError or asyncpg.PostgresError if the server can't be reached.
    """
    pool: Pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        init=_prepare,
        reset=_keep_session,
        command_timeout=None if timeout_ms == 0 else timeout_ms / 1000 + 3,
        max_inactive_connection_lifetime=300,
        server_settings={
            "application_name": name,
            "timezone": "UTC",
            "statement_timeout": str(timeout_ms),
            "transaction_timeout": str(timeout_ms),
            "idle_in_transaction_session_timeout": str(timeout_ms),
            "lock_timeout": str(LOCK_TIMEOUT_MS),
            # Short statements by key: compiling them costs more than running them.
            "jit": "off",
            **(session or {}),
        },
    )
    return pool


async def connect(url: str, *, name: str) -> Connection:
    """One connection without time limits, with the pool's codecs: for LISTEN, loads and streams."""
    connection: Connection = await asyncpg.connect(
        url, server_settings={"application_name": name, "timezone": "UTC", "jit": "off"}
    )
    await _prepare(connection)
    return connection
