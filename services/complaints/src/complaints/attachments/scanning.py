"""The task that looks at quarantined files, and removes uploads that no case wanted.

A file is leased, not locked, while a scanner looks at it: a verdict that comes after the lease ran out is dropped.
"""

import asyncio
from datetime import datetime, timedelta

import structlog
from fastapi import FastAPI

from chassis.data.pool import Pool
from chassis.data.statements import Row, Statement
from chassis.data.transactions import begin
from complaints.attachments.queries import is_whole, read_content
from complaints.attachments.scanners import CLEAN, REJECTED, Scanner, ScannerAway, Verdict

LOOK_EVERY_S = 2.0
LEASE = timedelta(minutes=2)
AGAIN = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5))
_MOST_PURGED = 100

_TAKE = Statement("""
UPDATE files SET attempts = attempts + 1, scan_at = CAST(:until AS timestamptz)
WHERE id = (SELECT id FROM files WHERE scan_at <= CAST(:now AS timestamptz) ORDER BY scan_at LIMIT 1
            FOR UPDATE SKIP LOCKED)
RETURNING id, media_type, sha256, attempts
""")
_DECIDE = Statement("""
UPDATE files SET state = :state, verdict = :reason, scanned_at = CAST(:now AS timestamptz), scan_at = NULL
WHERE id = CAST(:id AS uuid) AND attempts = CAST(:attempt AS integer) AND state = 'quarantined'
""")
_EMPTY = Statement("DELETE FROM file_chunks WHERE file_id = CAST(:id AS uuid)")
_PUT_OFF = Statement("""
UPDATE files SET scan_at = CAST(:at AS timestamptz) WHERE id = CAST(:id AS uuid) AND attempts = CAST(:attempt AS integer)
""")
_PURGE = Statement("""
DELETE FROM files WHERE id IN (SELECT id FROM files WHERE expires_at <= CAST(:now AS timestamptz)
                               ORDER BY expires_at LIMIT CAST(:most AS integer) FOR UPDATE SKIP LOCKED)
""")

log = structlog.get_logger("complaints.scanning")


async def run(app: FastAPI) -> None:
    """Scan and purge until cancelled."""
    state = app.state
    while True:
        if not await scan_next(state.side_pool, state.scanner, state.clock()):
            await purge(state.side_pool, state.clock())
            await asyncio.sleep(LOOK_EVERY_S)


async def scan_next(pool: Pool, scanner: Scanner, now: datetime) -> bool:
    """Look at the file that waits longest; False if none waits."""
    async with begin(pool) as connection:
        file = await _TAKE.fetchrow(connection, now=now, until=now + LEASE)
        content = b"" if file is None else await read_content(connection, file["id"])
    if file is None:
        return False
    try:
        verdict = await _verdict(scanner, file, content)
    except ScannerAway as error:
        log.warning("scanner_away", error=str(error) or type(error.__cause__).__name__)
        wait = AGAIN[min(file["attempts"], len(AGAIN)) - 1]
        async with begin(pool) as connection:
            await _PUT_OFF.execute(connection, id=file["id"], attempt=file["attempts"], at=now + wait)
        return True
    async with begin(pool) as connection:
        decided = await _DECIDE.execute(
            connection,
            id=file["id"],
            attempt=file["attempts"],
            state=verdict.state,
            reason=verdict.reason,
            now=now,
        )
        if decided and verdict.state != CLEAN:
            # Nobody will be given it; its digest stays as a record.
            await _EMPTY.execute(connection, id=file["id"])
    log.info("file_scanned", file_id=str(file["id"]), state=verdict.state, reason=verdict.reason)
    return True


async def _verdict(scanner: Scanner, file: Row, content: bytes) -> Verdict:
    if not is_whole(content, file["sha256"]):
        return Verdict(REJECTED, "altered")
    return await scanner.scan(content, file["media_type"])


async def purge(pool: Pool, now: datetime) -> int:
    """Remove uploads whose day is over and that no case has; how many."""
    async with begin(pool) as connection:
        return await _PURGE.execute(connection, now=now, most=_MOST_PURGED)
