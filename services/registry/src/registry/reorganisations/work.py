"""The work on a reorganisation that is too large for a request: carried out in one transaction, or refused with its reasons.

Begun anew after a worker's death it begins at the beginning: nothing was written.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from chassis.data.jobs import Lease
from chassis.data.pool import Connection, connect
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Problem, Unavailable
from chassis.ops.clock import Clock
from registry.reorganisations import operations, queries
from registry.reorganisations.callers import actor_of
from registry.reorganisations.schemas import NewReorganisation
from registry.reorganisations.writing import Acting
from registry.terms import Terms

_LIMITS = """
SET statement_timeout = '5min'; SET transaction_timeout = '10min'; SET lock_timeout = '60s'; SET work_mem = '128MB'
"""
"""Of this work's own connection; a request's are a few seconds."""
_FAIL = Statement("""
UPDATE reorganisations SET work = 'failed', refusal = CAST(:refusal AS jsonb), caller = NULL, version = version + 1
WHERE id = CAST(:id AS uuid) AND work = 'queued'""")

log = structlog.get_logger("registry.reorganisations")


class WorkFailed(Unavailable):
    """The work was begun several times and never came to its end."""

    code = "worker_failed"
    title = Text(
        "Pengerjaan gagal karena gangguan di pihak kami; kirim ulang.",
        "The work failed for a fault on our side; send it again.",
    )


class InConflict(Conflict):
    """A key of the directory would be broken."""

    code = "conflict"
    title = Text(
        "Penataan ini bertentangan dengan data yang ada.", "The reorganisation is in conflict with what is registered."
    )


class ReorganisationWork:
    """Reorganisations, as jobs."""

    def __init__(self, url: str, *, terms: Terms, clock: Clock, problems: Mapping[str, Problem]) -> None:
        self._url, self._terms, self._clock, self._problems = url, terms, clock, problems

    async def carry_out(self, lease: Lease) -> None:
        """Take it to its end."""
        async with self._connected() as connection:
            found = await queries.find_reorganisation(connection, lease.subject)
            if found is None or found["work"] != "queued":
                return
            try:
                async with connection.transaction():
                    await lease.hold(connection)
                    await self._do(connection, found)
            except asyncpg.IntegrityConstraintViolationError as error:
                await self._refuse(connection, lease, self._problems.get(error.constraint_name or "", InConflict()))
            except Problem as problem:
                await self._refuse(connection, lease, problem)
            log.info("reorganisation_finished", dry_run=found["dry_run"])

    async def give_up(self, connection: Connection, subject: UUID) -> None:
        """Every attempt failed."""
        await _FAIL.execute(connection, id=subject, refusal=_told(WorkFailed()))

    async def _do(self, connection: Connection, found: Row) -> None:
        now = self._clock()
        actor = await actor_of(connection, found["caller"], now)
        body = NewReorganisation.model_validate(
            {name: found[name] for name in ("title", "effective_on", "decree_number", "decree_date", "steps")}
        )
        by = Acting(actor=actor, terms=self._terms, now=now)
        await operations.carry_out_queued(connection, found["id"], body, dry_run=found["dry_run"], by=by)

    async def _refuse(self, connection: Connection, lease: Lease, problem: Problem) -> None:
        async with connection.transaction():
            await lease.hold(connection)
            await _FAIL.execute(connection, id=lease.subject, refusal=_told(problem))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        connection = await connect(self._url, name="registry-reorganisations")
        try:
            await connection.execute(_LIMITS)
            yield connection
        finally:
            connection.terminate()


def _told(problem: Problem) -> dict[str, Any]:
    """A refusal as it is kept: in both languages."""
    return {
        "code": problem.code,
        "title": problem.title._asdict(),
        "errors": [
            {"pointer": flaw.pointer, "code": flaw.code, "detail": flaw.detail._asdict()} for flaw in problem.errors
        ],
    }
