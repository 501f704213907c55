"""Sessions of accounts: a chain of refresh tokens, each good for one use. A token that comes again was stolen: the chain ends.

(RFC 9700 §4.14: rotation with detection of reuse.)
"""

import hashlib
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import NamedTuple
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.ops.identifiers import new_id
from gateway.credentials.revocations import revoke

LIFE = timedelta(days=30)
"""From the last use."""

_OPEN = Statement("""
    INSERT INTO sessions (id, account_id, created_at, used_at, expires_at)
    VALUES (:id, :account_id, :now, :now, :expires_at)
""")
_ADD = Statement("INSERT INTO refresh_tokens (hash, session_id, created_at) VALUES (:hash, :session_id, :now)")
_LOCKED = Statement("""
    SELECT t.session_id, t.used_at, s.account_id, s.expires_at
    FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.hash = :hash FOR UPDATE OF t, s
""")
_USE = Statement("UPDATE refresh_tokens SET used_at = :now WHERE hash = :hash")
_PROLONG = Statement("UPDATE sessions SET used_at = :now, expires_at = :expires_at WHERE id = :id")
_LIST = Statement("""
    SELECT id, created_at, used_at, expires_at FROM sessions
    WHERE account_id = :account_id AND expires_at > :now ORDER BY created_at DESC, id LIMIT 200
""")
_END = Statement("DELETE FROM sessions WHERE id = :id AND account_id = :account_id")
_END_ALL = Statement("DELETE FROM sessions WHERE account_id = :account_id")
_PURGE = Statement("DELETE FROM sessions WHERE expires_at < :now")


class Continued(NamedTuple):
    """A session that goes on, and its next refresh token."""

    session_id: UUID
    account_id: UUID
    refresh_token: str


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


async def open_session(connection: Connection, account_id: UUID, now: datetime) -> Continued:
    """A new session of an account."""
    session_id = new_id()
    await _OPEN.execute(connection, id=session_id, account_id=account_id, now=now, expires_at=now + LIFE)
    return Continued(session_id, account_id, await _next(connection, session_id, now))


async def continue_session(connection: Connection, token: str, now: datetime) -> Continued | None:
    """Use a refresh token up; None if it isn't good. One that was used before ends its session.

    The caller must commit also when this returns None.
    """
    row = await _LOCKED.fetchrow(connection, hash=_hash(token))
    if row is None or row["expires_at"] <= now:
        return None
    session_id, account_id = row["session_id"], row["account_id"]
    if row["used_at"] is not None:
        await end_session(connection, account_id, session_id, now=now)
        return None
    await _USE.execute(connection, hash=_hash(token), now=now)
    await _PROLONG.execute(connection, id=session_id, now=now, expires_at=now + LIFE)
    return Continued(session_id, account_id, await _next(connection, session_id, now))


async def list_sessions(connection: Connection, account_id: UUID, now: datetime) -> list[Row]:
    """The account's open sessions, the newest first, at most 200."""
    return await _LIST.fetch(connection, account_id=account_id, now=now)


async def end_session(connection: Connection, account_id: UUID, session_id: UUID, *, now: datetime) -> bool:
    """End one session of the account: its tokens don't count any more. False if there is none such."""
    ended = await _END.execute(connection, id=session_id, account_id=account_id)
    if ended:
        await revoke(connection, f"session:{session_id}", now)
    return bool(ended)


async def end_all(connection: Connection, account_id: UUID, now: datetime) -> None:
    """End every session of the account: none of its tokens counts any more."""
    await _END_ALL.execute(connection, account_id=account_id)
    await revoke(connection, f"account:{account_id}", now)


async def purge(connection: Connection, now: datetime) -> None:
    """Forget sessions that ended by themselves."""
    await _PURGE.execute(connection, now=now)


async def _next(connection: Connection, session_id: UUID, now: datetime) -> str:
    token = token_urlsafe(32)
    await _ADD.execute(connection, hash=_hash(token), session_id=session_id, now=now)
    return token
