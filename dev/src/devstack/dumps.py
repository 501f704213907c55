"""One database dumped into a file and restored beside the present one, with the wheel's own pg_dump and pg_restore."""

import asyncio
import os
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

import asyncpg

from devstack.databases import create_database, run_quoted
from devstack.postgres import Cluster
from devstack.roster import Program

TABLES = """
SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
FEED = """
SELECT EXISTS (SELECT FROM information_schema.columns
               WHERE table_schema = 'public' AND table_name = 'feed_head' AND column_name = 'stream')
"""
# Positions may be given a second time after a restore: followers notice the new stream and rebuild their copies.
RENEW_STREAM = "UPDATE feed_head SET stream = gen_random_uuid()"


class BackupFailed(Exception):
    """A database couldn't be dumped or restored; what was there before is untouched."""


@dataclass(frozen=True)
class Dump:
    """One database in a backup; `rows` by table."""

    file: str
    sha256: str
    bytes: int
    rows: dict[str, int]


async def dump(server: Cluster, program: Program, directory: Path) -> Dump:
    """Dump a program's database into `directory` as of one snapshot, in which its rows are counted too.

    Raises: BackupFailed.
    """
    file = directory / f"{program.name}.dump"
    connection = await asyncpg.connect(server.superuser_url(program.database))
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
            rows = await _count_rows(connection)
            what = (f"--snapshot={snapshot}", f"--dbname={program.database}", f"--file={file}")
            await _run(server, "pg_dump", "--format=custom", *what)
    finally:
        await connection.close()
    return Dump(file.name, digest(file), file.stat().st_size, rows)


async def restore_beside(server: Cluster, program: Program, dumped: Dump, *, file: Path) -> None:
    """Restore into a database beside the present one, compare its rows, and renew its feed's stream id.

    Raises: BackupFailed.
    """
    connection = await asyncpg.connect(server.superuser_url())
    try:
        await run_quoted(connection, "DROP DATABASE IF EXISTS %I WITH (FORCE)", _beside(program))
        await create_database(connection, _beside(program), program.role)
    finally:
        await connection.close()
    # By the superuser, who hands each object to its owner.
    await _run(server, "pg_restore", "--exit-on-error", f"--dbname={_beside(program)}", str(file))
    connection = await asyncpg.connect(server.superuser_url(_beside(program)))
    try:
        if await _count_rows(connection) != dumped.rows:
            raise BackupFailed(f"{program.name}: other rows came back than were backed up; nothing was changed.")
        if await connection.fetchval(FEED):
            await connection.execute(RENEW_STREAM)
    finally:
        await connection.close()


async def put_in_place(connection: asyncpg.Connection, program: Program) -> None:
    """Put the restored database in the place of the present one, which is lost; whoever is connected is sent away."""
    await run_quoted(connection, "DROP DATABASE %I WITH (FORCE)", program.database)
    await run_quoted(connection, "ALTER DATABASE %I RENAME TO %I", _beside(program), program.database)


def digest(file: Path) -> str:
    """The file's SHA-256, in hexadecimal."""
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def _beside(program: Program) -> str:
    return f"{program.database}_restored"


async def _count_rows(connection: asyncpg.Connection) -> dict[str, int]:
    names = [row["name"] for row in await connection.fetch(TABLES)]
    # The names are quoted already, by format('%I').
    return {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in names}  # noqa: S608


async def _run(server: Cluster, program: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        server.installation.program(program),
        *arguments,
        env={**server.client_environment(), "PATH": os.defpath},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, complaint = await process.communicate()
    if process.returncode != 0:
        raise BackupFailed(f"{program} failed: {complaint.decode('utf-8', 'replace').strip()}")
