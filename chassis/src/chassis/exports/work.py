"""The work on an export: read at one snapshot, keep what is read piece by piece, and say in the end what it is."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from fastapi import FastAPI
from starlette.datastructures import State

from chassis.data.jobs import Jobs, Lease
from chassis.data.pool import Connection, connect
from chassis.data.statements import Row
from chassis.data.transactions import begin
from chassis.exports import queries
from chassis.exports.resources import Asked, Resource
from chassis.http.identity import Caller
from chassis.http.streams import CSV, NDJSON, Form, Pieces

JOB = "export"
FORMS: Mapping[str, Form] = {"csv": CSV, "ndjson": NDJSON}
LOOK_EVERY_S = 600.0
_SESSION = "SET statement_timeout = '2h'; SET transaction_timeout = '2h'"

log = structlog.get_logger("chassis.exports")


class RowsMissing(RuntimeError):
    """The file doesn't hold as many rows as there are: it isn't given out."""


class ExportWork:
    """Exports, as jobs."""

    def __init__(self, state: State, resources: Sequence[Resource]) -> None:
        self._state, self._resources = state, {resource.name: resource for resource in resources}

    async def carry_out(self, lease: Lease) -> None:
        """Make the file anew from its beginning."""
        async with self._state.side_pool.acquire() as connection:
            found = await queries.find(connection, lease.subject)
        if found is None or found["state"] in queries.FINISHED:
            return
        asked = self._asked(found)
        open_ = await self._resources[found["resource"]].open(asked)
        url = self._state.settings.database_url.get_secret_value()
        reading = await connect(url, name=f"{self._state.name}-export", session=self._state.session)
        try:
            await reading.execute(_SESSION)
            async with reading.transaction(isolation="repeatable_read", readonly=True):
                snapshot_at: datetime = await reading.fetchval("SELECT now()")
                await self._make(lease, await open_(reading), asked, snapshot_at)
        finally:
            reading.terminate()

    async def give_up(self, connection: Connection, subject: UUID) -> None:
        """Every attempt failed."""
        progress = {"rows": None, "bytes": 0}
        await queries.finish(
            connection, subject, state="failed", progress=progress, manifest=None, now=self._state.clock()
        )

    def _asked(self, found: Row) -> Asked:
        resource = self._resources[found["resource"]]
        return Asked(
            state=self._state,
            caller=read_caller(found["caller"]),
            form=FORMS[found["format"]],
            chosen=resource.choose(found["filter"]),
            since=found["since"],
            now=self._state.clock(),
        )

    async def _make(self, lease: Lease, pieces: Pieces, asked: Asked, snapshot_at: datetime) -> None:
        file = _File(self._state, lease, total=pieces.total)
        await file.begin()
        async with aclosing(pieces.parts) as parts:
            async for part in parts:
                await file.add(part)
        if pieces.total is not None and pieces.rows != pieces.total:
            raise RowsMissing
        await file.end(rows=pieces.rows, media_type=asked.form, snapshot_at=snapshot_at, now=self._state.clock())
        log.info("export_finished", rows=pieces.rows, bytes=file.size)


class _File:
    """What is written of an export, each piece in a short transaction that holds the lease."""

    def __init__(self, state: State, lease: Lease, *, total: int | None) -> None:
        self._pool, self._lease, self._total = state.side_pool, lease, total
        self._buffer, self._digest = bytearray(), hashlib.sha256()
        self._number = self.size = 0

    @property
    def _progress(self) -> dict[str, Any]:
        return {"rows": self._total, "bytes": self.size}

    async def begin(self) -> None:
        async with begin(self._pool) as connection:
            await self._lease.hold(connection)
            await queries.begin(connection, self._lease.subject, self._progress)

    async def add(self, part: bytes) -> None:
        self._buffer += part
        while len(self._buffer) >= queries.PIECE_BYTES:
            await self._keep(bytes(self._buffer[: queries.PIECE_BYTES]))
            del self._buffer[: queries.PIECE_BYTES]

    async def _keep(self, content: bytes) -> None:
        self._digest.update(content)
        self.size += len(content)
        async with begin(self._pool) as connection:
            await self._lease.hold(connection)
            await queries.keep_piece(connection, self._lease.subject, self._number, content)
            await queries.advance(connection, self._lease.subject, self._progress)
        self._number += 1

    async def end(self, *, rows: int, media_type: str, snapshot_at: datetime, now: datetime) -> None:
        if self._buffer:
            await self._keep(bytes(self._buffer))
        manifest = {
            "rows": rows,
            "bytes": self.size,
            "sha256": self._digest.hexdigest(),
            "media_type": media_type,
            "snapshot_at": snapshot_at,
        }
        async with begin(self._pool) as connection:
            await self._lease.hold(connection)
            await queries.finish(
                connection, self._lease.subject, state="done", progress=self._progress, manifest=manifest, now=now
            )


def written_caller(caller: Caller) -> dict[str, Any]:
    """A caller as it is kept with an export. What he or she may see is looked up when the work begins."""
    return {
        "kind": caller.kind,
        "id": caller.id,
        "scopes": sorted(caller.scopes),
        "institution_id": caller.institution_id,
        "unbound": caller.unbound,
    }


def read_caller(kept: Mapping[str, Any]) -> Caller:
    """The caller of `written_caller`."""
    institution = kept["institution_id"]
    return Caller(
        kept["kind"],
        kept["id"],
        frozenset(kept["scopes"]),
        UUID(institution) if institution else None,
        unbound=kept["unbound"],
    )


def export_jobs(state: State, resources: Sequence[Resource]) -> Jobs:
    """A worker at exports alone: they may take long, and other jobs don't wait for them."""
    return Jobs(state.side_pool, {JOB: ExportWork(state, resources)})


async def work(app: FastAPI) -> None:
    """The service's own worker at exports; `app.state.export_jobs`."""
    await app.state.export_jobs.run()


async def purge(app: FastAPI) -> None:
    """Forget exports whose time is over, until cancelled."""
    while True:
        async with begin(app.state.side_pool) as connection:
            await queries.PURGE.execute(connection, now=app.state.clock())
        await asyncio.sleep(LOOK_EVERY_S)
