"""The work on a recap: read it, say what is wrong by row and column, and write and count all of it in one transaction, or nothing."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from fastapi import FastAPI

from chassis.data.jobs import Lease
from chassis.data.pool import Connection, connect
from chassis.data.statements import Row
from chassis.http.languages import Text
from chassis.imports.findings import Report
from chassis.imports.reading import read_rows
from chassis.imports.sheets import Unreadable
from chassis.ops.clock import Clock
from complaints.recaps import queries
from complaints.recaps.translating import Translator
from complaints.statistics import counting

_LIMITS = "SET statement_timeout = '5min'; SET transaction_timeout = '10min'; SET lock_timeout = '60s'"
"""Of this work's own connection; a request's are a few seconds."""
_TWICE = Text("Nomor laporan ini sudah ada di baris sebelumnya.", "This report's number stands in a row before.")
_ALSO_HERE = Text(
    "Instansi ini juga menerima laporan dari kanal lapor di sini pada masa itu: laporan yang sama terhitung dua kali.",
    "The institution also received cases by the channel lapor here in that time: the same report is counted twice.",
)
_BROKEN = Text(
    "Pengerjaan gagal karena gangguan di pihak kami; kirim ulang berkasnya.",
    "The work failed for a fault on our side; send the file again.",
)

log = structlog.get_logger("complaints.recaps")


class RecapWork:
    """Imports of recaps, as jobs. `categories`: our codes by LAPOR!'s labels."""

    def __init__(self, url: str, *, categories: Mapping[str, str], clock: Clock) -> None:
        self._url, self._categories, self.clock = url, categories, clock

    async def carry_out(self, lease: Lease) -> None:
        """Take the import to its end."""
        async with self._connected() as connection:
            found = await queries.find_import(connection, lease.subject)
            if found is None or found["state"] in queries.FINISHED:
                return
            units = await queries.UNITS.fetch(connection, institution_id=found["institution_id"])
            run = _Run(lease, connection, found, Translator(found, self._categories, units, self.clock()), self.clock)
            try:
                await run.stage()
            except Unreadable as error:
                run.report.add(None, None, error.code, error.detail)
            await run.write()

    async def give_up(self, connection: Connection, subject: UUID) -> None:
        """Every attempt failed."""
        report = Report()
        report.add(None, None, "worker_failed", _BROKEN)
        await queries.FINISH.execute(
            connection,
            id=subject,
            state="failed",
            progress={"rows_read": 0, "share": 1.0},
            result=report.written(rows=0, counts={}),
            now=self.clock(),
        )
        await queries.clear(connection, subject)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        connection = await connect(self._url, name="complaints-recaps")
        try:
            await connection.execute(_LIMITS)
            yield connection
        finally:
            connection.terminate()


class _Undone(Exception):
    """A dry run ends: nothing of it stays."""


class _Run:
    """One attempt at one import."""

    def __init__(self, lease: Lease, connection: Connection, found: Row, translator: Translator, clock: Clock) -> None:
        self._lease, self._connection, self._clock = lease, connection, clock
        self._id, self._found, self._translator = found["id"], found, translator
        self._rows = 0
        self.report = Report()

    async def stage(self) -> None:
        """Read the file, batch by batch, into rows. Raises Unreadable."""
        connection, found = self._connection, self._found
        async with connection.transaction():
            await self._lease.hold(connection)
            await queries.FORGET_ROWS.execute(connection, id=self._id)
        content = await queries.find_file(connection, self._id)
        lines = read_rows(content, module="complaints.recaps.child", kind=found["kind"], form=found["form"])
        async with aclosing(lines) as batches:
            async for batch in batches:
                records = [(self._id, number, row) for number, row in self._translator.rows(batch, self.report)]
                async with connection.transaction():
                    await self._lease.hold(connection)
                    await connection.copy_records_to_table("import_rows", records=records, columns=queries.ROW)
                    self._rows += len(batch)
                    await self._advance("validating", share=0.2)
        await self._compare()

    async def _compare(self) -> None:
        """What only all rows together tell."""
        connection = self._connection
        for row in await queries.TWICE.fetch(connection, id=self._id):
            self.report.add(row["number"], "lapor_id", "number_twice", _TWICE)
        place = self._found["institution_id"]
        if await queries.ALSO_HERE.fetchval(connection, id=self._id, institution_id=place):
            self.report.add(None, None, "also_on_platform", _ALSO_HERE, warning=True)

    async def write(self) -> None:
        """Write what was read if nothing is wrong with it; of a dry run only see what would become of it."""
        counts: dict[str, int] = {}
        if self.report.clean:
            try:
                async with self._connection.transaction():
                    await self._lease.hold(self._connection)
                    await self._apply(counts)
            except _Undone:
                pass
            else:
                return
        async with self._connection.transaction():
            await self._lease.hold(self._connection)
            await self._finish("done" if self.report.clean else "failed", counts)

    async def _apply(self, counts: dict[str, int]) -> None:
        connection = self._connection
        staged = await connection.fetchval("SELECT count(*) FROM import_rows WHERE import_id = $1", self._id)
        # Who counts comes first, whoever it is: the lock stands before the rows.
        await counting.LOCK.execute(connection)
        written = await queries.WRITE.fetch(connection, id=self._id)
        created = sum(row["created"] for row in written)
        counts |= {"created": created, "changed": len(written) - created, "unchanged": staged - len(written)}
        if self._found["dry_run"]:
            raise _Undone
        await counting.count_recaps(connection, [row["id"] for row in written])
        await self._finish("done", counts)

    async def _advance(self, state: str, *, share: float) -> None:
        progress = {"rows_read": self._rows, "share": share}
        await queries.ADVANCE.execute(self._connection, id=self._id, state=state, progress=progress)

    async def _finish(self, state: str, counts: Mapping[str, int]) -> None:
        now: datetime = self._clock()
        await queries.FINISH.execute(
            self._connection,
            id=self._id,
            state=state,
            progress={"rows_read": self._rows, "share": 1.0},
            result=self.report.written(rows=self._rows, counts=counts),
            now=now,
        )
        await queries.clear(self._connection, self._id)
        log.info("recap_finished", state=state, rows=self._rows, errors=len(self.report.errors))


async def work(app: FastAPI) -> None:
    """The service's own worker at recaps; `app.state.recap_jobs`."""
    await app.state.recap_jobs.run()


def labels(vocabulary: Any) -> dict[str, str]:
    """Our category codes by LAPOR!'s labels, in both languages, and by themselves."""
    found: dict[str, str] = {}
    for item in vocabulary["items"]:
        for name in (item["label"]["id"], item["label"]["en"], item["code"]):
            found[name.lower()] = item["code"]
    return found
