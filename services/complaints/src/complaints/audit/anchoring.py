"""Anchors: a digest each day over all that was written since the day before, bound to the anchor before it.

anchor(n) = SHA-256(anchor(n-1) ‖ day ‖ stream's chain at the position ‖ case ‖ sequence ‖ chain of each entry, in the feed's
order). Whoever kept a published anchor can show that nothing before it was altered, left out or added.
"""

import asyncio
import hashlib
from datetime import date, datetime
from typing import Any
from uuid import UUID

import structlog
from fastapi import FastAPI
from sqlalchemy import bindparam, insert

from chassis.data.pool import Connection, connect
from chassis.data.statements import Row, Statement
from complaints.audit.tables import chain_anchors
from directory.zones import national_day

LOOK_EVERY_S = 600.0
_PREFETCH = 1_000
_START = b""

_LOCK = "SELECT pg_advisory_xact_lock(7234913)"
_LAST = "SELECT * FROM chain_anchors ORDER BY day DESC LIMIT 1"
_ALL = "SELECT * FROM chain_anchors ORDER BY day"
_HEAD = "SELECT stream, position, chain FROM feed_head"
_STREAM_CHAIN = "SELECT chain FROM events WHERE position = $1"
# The feed's order is the one order in which entries of different cases stand; each entry has its event.
_ENTRIES = """
SELECT e.subject, e.sequence, h.chain
FROM events e LEFT JOIN case_history h
     ON h.case_id = CAST(split_part(e.subject, '/', 2) AS uuid) AND h.sequence = e.sequence
WHERE e.position > $1 AND e.position <= $2 AND e.type LIKE 'case.%'
ORDER BY e.position
"""
_KEEP = Statement(
    insert(chain_anchors).values({column.name: bindparam(column.name, type_=column.type) for column in chain_anchors.c})
)

log = structlog.get_logger("complaints.anchoring")


async def anchor(connection: Connection, now: datetime) -> Row | None:
    """Make today's anchor over what the feed holds; None if the day has one. Days are Jakarta's."""
    day = national_day(now)
    async with connection.transaction(isolation="repeatable_read"):
        await connection.execute(_LOCK)
        last = await connection.fetchrow(_LAST)
        if last is not None and last["day"] >= day:
            return None
        head = await connection.fetchrow(_HEAD)
        after = last["position"] if last is not None else 0
        previous = bytes(last["digest"]) if last is not None else _START
        digest, entries = await _digest(
            connection, previous, day, after=after, position=head["position"], stream_chain=bytes(head["chain"])
        )
        row: dict[str, Any] = {
            "day": day,
            "digest": digest,
            "entries": entries,
            "stream": head["stream"],
            "after_position": after,
            "position": head["position"],
            "stream_chain": bytes(head["chain"]),
            "anchored_at": now,
        }
        await _KEEP.execute(connection, **row)
    return row


async def _digest(
    connection: Connection, previous: bytes, day: date, *, after: int, position: int, stream_chain: bytes
) -> tuple[bytes, int]:
    found = hashlib.sha256(previous + day.isoformat().encode() + stream_chain)
    entries = 0
    async for row in connection.cursor(_ENTRIES, after, position, prefetch=_PREFETCH):
        entries += 1
        case_id = UUID(row["subject"].rpartition("/")[2])
        found.update(case_id.bytes + row["sequence"].to_bytes(8) + bytes(row["chain"] or b""))
    return found.digest(), entries


async def first_bad_anchor(connection: Connection) -> date | None:
    """The day of the first anchor that the record doesn't bear out any more; None if it does bear out all."""
    previous, after = _START, 0
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        for row in await connection.fetch(_ALL):
            stream_chain, position = bytes(row["stream_chain"]), row["position"]
            digest, entries = await _digest(
                connection, previous, row["day"], after=after, position=position, stream_chain=stream_chain
            )
            held = await connection.fetchval(_STREAM_CHAIN, position) if position else _START
            fits = digest == bytes(row["digest"]) and entries == row["entries"] and bytes(held or b"") == stream_chain
            if not fits or row["after_position"] != after:
                day: date = row["day"]
                return day
            previous, after = digest, position
    return None


async def run(app: FastAPI) -> None:
    """Anchor once a day, soon after midnight in Jakarta, until cancelled; on a connection without time limits."""
    state = app.state
    while True:
        connection = await connect(state.settings.database_url.get_secret_value(), name="complaints-anchor")
        try:
            made = await anchor(connection, state.clock())
        finally:
            await connection.close()
        if made is not None:
            log.info("anchored", day=made["day"].isoformat(), entries=made["entries"])
        await asyncio.sleep(LOOK_EVERY_S)
