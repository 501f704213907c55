"""The work on an import: read, check, and write all of it in one transaction, or nothing.

A dry run ends after the check, which writes nothing. The real run checks again under the directory's lock: what others
changed meanwhile counts. Begun anew after a worker's death, it goes on from the rows that were read.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import aclosing, asynccontextmanager
from types import ModuleType
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from chassis.data.jobs import Lease
from chassis.data.pool import Connection, connect
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Problem
from chassis.imports.findings import Report
from chassis.imports.reading import read_rows
from chassis.imports.sheets import Unreadable
from chassis.ops.clock import Clock
from registry.imports import queries
from registry.imports.operations import clear
from registry.imports.plans.places import Line, Request
from registry.imports.stores import appointments, institutions, people, services, standards, units
from registry.recorded import begin_change
from registry.terms import Terms

STORES: Mapping[str, ModuleType] = {
    "institutions": institutions,
    "units": units,
    "people": people,
    "appointments": appointments,
    "services": services,
    "standards": standards,
}
"""Each has `load`, `plan` and `write`."""
_LIMITS = """
SET statement_timeout = '5min'; SET transaction_timeout = '10min'; SET lock_timeout = '60s'; SET work_mem = '128MB'
"""
"""Of this work's own connection; a request's are a few seconds."""
_ROW = ("import_id", "number", "content", "flaws")
_ADVANCE = Statement("""
UPDATE imports SET state = :state, progress = CAST(:progress AS jsonb), staged = :staged WHERE id = CAST(:id AS uuid)
""")
_FINISH = Statement("""
UPDATE imports SET state = :state, progress = CAST(:progress AS jsonb), result = CAST(:result AS jsonb),
    finished_at = :now, version = version + 1
WHERE id = CAST(:id AS uuid)
""")
_OF_ITS_OWN = ("unknown_", "component_", "consideration_", "in_the_future")
"""How the codes begin of what is wrong with a column whatever the others say."""
_FORGET_ROWS = Statement("DELETE FROM import_rows WHERE import_id = CAST(:id AS uuid)")
_CLASH = Text(
    "Isi berkas bertentangan dengan data yang ada.", "The file's content is in conflict with what is registered."
)
_BROKEN = Text(
    "Pengerjaan gagal karena gangguan di pihak kami; kirim ulang berkasnya.",
    "The work failed for a fault on our side; send the file again.",
)

log = structlog.get_logger("registry.imports")


class ImportWork:
    """Imports, as jobs."""

    def __init__(self, url: str, *, terms: Terms, clock: Clock, problems: Mapping[str, Problem]) -> None:
        self._url, self._terms, self.clock, self._problems = url, terms, clock, problems

    async def carry_out(self, lease: Lease) -> None:
        """Take the import to its end."""
        async with self._connected() as connection:
            found = await queries.find_import(connection, lease.subject)
            if found is None or found["state"] in queries.FINISHED:
                return
            run = _Run(lease, connection, found, self)
            try:
                if not found["staged"]:
                    await run.stage()
            except Unreadable as error:
                run.report.add(None, None, error.code, error.detail)
                await run.finish("failed")
                return
            await run.check_and_write()

    async def give_up(self, connection: Connection, subject: UUID) -> None:
        """Every attempt failed."""
        report = Report()
        report.add(None, None, "worker_failed", _BROKEN)
        await _FINISH.execute(
            connection,
            id=subject,
            state="failed",
            progress={"rows_read": 0, "share": 1.0},
            result=report.written(rows=0, counts={}),
            now=self.clock(),
        )
        await clear(connection, subject)

    def request(self, found: Row) -> Request:
        """What plans are told of who imports."""
        mine = found["institution_ids"]
        return Request(
            now=self.clock(),
            terms=self._terms,
            institution_id=found["institution_id"],
            institution_ids=None if mine is None else frozenset(mine),
            effective_on=found["effective_on"],
            by=found["requested_by"],
            person_id=found["person_id"],
        )

    def problem(self, error: Exception) -> Problem | None:
        """What a constraint's breach means, if it is foreseen."""
        return self._problems.get(getattr(error, "constraint_name", None) or "")

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        connection = await connect(self._url, name="registry-imports")
        try:
            await connection.execute(_LIMITS)
            yield connection
        finally:
            connection.terminate()


class _Run:
    """One attempt at one import."""

    def __init__(self, lease: Lease, connection: Connection, found: Row, work: ImportWork) -> None:
        self._lease, self._connection, self._work = lease, connection, work
        self._id, self._found = found["id"], found
        self._store = STORES[found["kind"]]
        self._rows = 0
        self._counts: Mapping[str, int] = {}
        self.report = Report()

    async def stage(self) -> None:
        """Read the file, batch by batch, into rows. Raises Unreadable."""
        connection = self._connection
        async with connection.transaction():
            await self._lease.hold(connection)
            await _FORGET_ROWS.execute(connection, id=self._id)
        content = await queries.find_file(connection, self._id)
        async with aclosing(
            read_rows(content, module="registry.imports.child", kind=self._found["kind"], form=self._found["form"])
        ) as batches:
            async for batch in batches:
                records = [(self._id, line["number"], line.get("content"), line.get("flaws")) for line in batch]
                async with connection.transaction():
                    await self._lease.hold(connection)
                    await connection.copy_records_to_table("import_rows", records=records, columns=_ROW)
                    self._rows += len(batch)
                    await self._advance("validating", share=0.2)
        await self._advance_alone("validating", share=0.3, staged=True)

    async def check_and_write(self) -> None:
        """Check what was read; write it unless it is a dry run."""
        rows = await queries.find_rows(self._connection, self._id)
        self._rows = len(rows)
        lines = [Line(row["number"], row["content"]) for row in rows if row["content"] is not None]
        flawed = [row for row in rows if row["flaws"] is not None]
        async with self._connection.transaction(isolation="repeatable_read", readonly=True):
            await self._plan(lines, flawed)
        if self._found["dry_run"] or not self.report.clean:
            await self.finish("done" if self.report.clean else "failed")
            return
        await self._advance_alone("ready", share=0.5, staged=True)
        await self._advance_alone("applying", share=0.5, staged=True)
        try:
            async with self._connection.transaction():
                await self._lease.hold(self._connection)
                await begin_change(self._connection)
                plan = await self._plan(lines, flawed)
                if self.report.clean:
                    await self._store.write(self._connection, plan, self._work.request(self._found))
                    await self._connection.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what breaks, breaks here
                    await self._finish("done")
        except asyncpg.IntegrityConstraintViolationError as error:
            self._blame(self._work.problem(error))
        except Problem as problem:
            self._blame(problem)
        if not self.report.clean:
            await self.finish("failed")

    async def finish(self, state: str) -> None:
        """The import's end, in a transaction of its own."""
        async with self._connection.transaction():
            await self._lease.hold(self._connection)
            await self._finish(state)

    async def _plan(self, lines: list[Line], flawed: list[Row]) -> Any:
        """Plans are pure and long: they are made in a thread, so that requests are answered meanwhile."""
        self.report = Report()
        for row in flawed:
            for flaw in row["flaws"]:
                self.report.add(row["number"], flaw["column"], flaw["code"], Text(**flaw["detail"]))
        found = Report()
        request = self._work.request(self._found)
        held = await self._store.load(self._connection, lines, request)
        plan = await asyncio.to_thread(self._store.plan, lines, held, request, found)
        self._tell(found, {row["number"]: {flaw["column"] for flaw in row["flaws"]} for row in flawed})
        self._counts = plan.counts
        return plan

    def _tell(self, found: Report, flawed: Mapping[int, Collection[str]]) -> None:
        """What the plan found. Of a row with flaws only what they can't have caused: what other columns name, or lack."""
        for each in (*found.errors, *found.warnings):
            columns = flawed.get(each.row or 0)
            if columns is None or (each.column not in columns and each.code.startswith(_OF_ITS_OWN)):
                self.report.add(*each[:4], warning=each.warning)

    def _blame(self, problem: Problem | None) -> None:
        """A rule that only the database or an operation keeps was broken: told of the whole file."""
        if problem is None:
            self.report.add(None, None, "conflict", _CLASH)
            return
        if not problem.errors:
            self.report.add(None, None, problem.code, problem.title)
        for flaw in problem.errors:
            self.report.add(None, flaw.pointer.strip("/").split("/")[0] or None, flaw.code, flaw.detail)

    async def _advance(self, state: str, *, share: float, staged: bool = False) -> None:
        progress = {"rows_read": self._rows, "share": share}
        await _ADVANCE.execute(self._connection, id=self._id, state=state, progress=progress, staged=staged)

    async def _advance_alone(self, state: str, *, share: float, staged: bool) -> None:
        async with self._connection.transaction():
            await self._lease.hold(self._connection)
            await self._advance(state, share=share, staged=staged)

    async def _finish(self, state: str) -> None:
        await _FINISH.execute(
            self._connection,
            id=self._id,
            state=state,
            progress={"rows_read": self._rows, "share": 1.0},
            result=self.report.written(rows=self._rows, counts=self._counts),
            now=self._work.clock(),
        )
        await clear(self._connection, self._id)
        log.info("import_finished", state=state, rows=self._rows, errors=len(self.report.errors))
