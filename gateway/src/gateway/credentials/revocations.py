"""Access tokens that no longer count though they haven't expired: everything issued to a subject before an instant.

A subject is `client:<id>`, `account:<id>` or `session:<id>`. Each process holds all revocations, and hears of new ones by
NOTIFY; it also looks every few seconds, in case a notice got lost.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from chassis.data.pool import Connection
from chassis.data.statements import Statement

CHANNEL = "revocations"
KEPT = timedelta(hours=2)
"""Longer than any access token lives."""

_REVOKE = Statement("""
    INSERT INTO revocations (subject, before) VALUES (:subject, :now)
    ON CONFLICT (subject) DO UPDATE SET before = greatest(revocations.before, excluded.before)
""")
_HELD = Statement("SELECT subject, before FROM revocations WHERE before > :since")
_PURGE = Statement("DELETE FROM revocations WHERE before < :since")


async def revoke(connection: Connection, subject: str, now: datetime) -> None:
    """Nothing that was issued to `subject` until `now` counts any more, once the transaction commits."""
    await _REVOKE.execute(connection, subject=subject, now=now)
    await connection.execute(f"NOTIFY {CHANNEL}")


async def purge(connection: Connection, now: datetime) -> None:
    """Forget revocations of what has expired anyway."""
    await _PURGE.execute(connection, since=now - KEPT)


class Revocations:
    """The revocations as this process holds them."""

    def __init__(self) -> None:
        self._before: Mapping[str, float] = {}
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, call: Callable[[], None]) -> None:
        """Call `call` whenever there is a new revocation."""
        self._listeners.append(call)

    async def load(self, connection: Connection, now: datetime) -> None:
        """Read the revocations anew."""
        rows = await _HELD.fetch(connection, since=now - KEPT)
        found = {row["subject"]: row["before"].timestamp() for row in rows}
        changed = any(self._before.get(subject) != before for subject, before in found.items())
        self._before = found
        if changed:
            for call in self._listeners:
                call()

    def hold_against(self, subject: str, issued: float) -> bool:
        """Whether what was issued to `subject` at `issued` (Unix seconds) is revoked."""
        before = self._before.get(subject)
        return before is not None and issued <= before
