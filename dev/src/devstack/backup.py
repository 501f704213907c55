"""Backup and restore of the embedded databases, with the wheel's own pg_dump and pg_restore.

Each database is dumped at one snapshot, and its rows are counted at the same. The keys in var/secrets.json aren't part
of a backup: without them its sealed parts stay sealed. Databases on other servers are backed up there.
"""

import asyncio
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from importlib.metadata import version
from pathlib import Path

import asyncpg

from devstack.databases import create_database, run_quoted
from devstack.layout import Layout
from devstack.platform import only_platform
from devstack.postgres import Cluster, cluster, ensure_databases
from devstack.roster import PROGRAMS, Program
from devstack.secrets import Secrets, load_or_create
from devstack.settings import Refused, Settings
from devstack.supervisor import Say

FORMAT = 1

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


def refuse_other_servers(settings: Settings) -> None:
    """Raises: Refused, if a database lies on a server of the caller's own."""
    if settings.database_urls:
        named = ", ".join(sorted(settings.database_urls))
        raise Refused(f"The databases of {named} are on a server of your own: back them up and restore them there.")


async def back_up(layout: Layout, *, say: Say) -> Path:
    """Dump the four databases into a new directory var/backups/<UTC time>; may run beside the platform.

    Raises: BackupFailed, ServerFailed.
    """
    secrets = load_or_create(layout.secrets)
    now = datetime.now(UTC)
    target = layout.backups / now.strftime("%Y-%m-%dT%H%M%SZ")
    draft = target.with_suffix(".new")
    draft.mkdir(parents=True, mode=0o700)
    with cluster(layout.postgres) as server:
        await ensure_databases(server, secrets)
        dumps = {}
        for program in PROGRAMS:
            dumps[program.name] = await _dump(server, program, draft)
            say(f"{program.name}: {sum(dumps[program.name].rows.values()):,} rows")
        server_version = await _server_version(server)
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(timespec="seconds"),
        "versions": {"prima": version("prima-devstack"), "postgresql": server_version},
        "keys": key_mark(secrets),
        "databases": {name: asdict(dump) for name, dump in dumps.items()},
    }
    (draft / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    draft.rename(target)
    return target


async def restore(layout: Layout, backup: Path, *, say: Say) -> None:
    """Put the four databases back as they were in `backup`, under new stream ids.

    They are restored beside the present ones, compared with the manifest, and swapped for them at the end.

    Raises: Refused, if the platform runs or the backup isn't whole; BackupFailed, ServerFailed.
    """
    with only_platform(layout):
        secrets = load_or_create(layout.secrets)
        dumps = read_manifest(backup, secrets)
        with cluster(layout.postgres) as server:
            await ensure_databases(server, secrets)
            for program in PROGRAMS:
                await _restore(server, program, file=backup / dumps[program.name].file)
                await _verify_and_renew(server, program, dumps[program.name])
                say(f"{program.name}: {sum(dumps[program.name].rows.values()):,} rows")
            await _swap(server)


def key_mark(secrets: Secrets) -> str:
    """A mark of the keys that the data are sealed under; it tells nothing about them."""
    return sha256(f"backup mark {secrets.gateway_secret} {secrets.identity_key}".encode()).hexdigest()[:16]


def read_manifest(backup: Path, secrets: Secrets) -> dict[str, Dump]:
    """The dumps of a backup by program name, their files checked against their digests.

    Raises: Refused.
    """
    try:
        manifest = json.loads((backup / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"{backup} isn't a backup: it holds no readable manifest.json.") from error
    if manifest["format"] != FORMAT:
        raise Refused(f"{backup} was made by another release of this program: restore it with that one.")
    if manifest["keys"] != key_mark(secrets):
        raise Refused(f"{backup} is sealed under other keys: first put back the var/secrets.json of its platform.")
    dumps = {name: Dump(**dump) for name, dump in manifest["databases"].items()}
    for dump in dumps.values():
        if not (backup / dump.file).is_file() or _digest(backup / dump.file) != dump.sha256:
            raise Refused(f"{backup / dump.file} is damaged or missing: nothing was restored.")
    return dumps


async def _dump(server: Cluster, program: Program, directory: Path) -> Dump:
    file = directory / f"{program.name}.dump"
    connection = await asyncpg.connect(server.superuser_url(program.database))
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
            rows = await _count_rows(connection)
            await _run(
                server,
                "pg_dump",
                "--format=custom",
                f"--snapshot={snapshot}",
                f"--dbname={program.database}",
                f"--file={file}",
            )
    finally:
        await connection.close()
    return Dump(file.name, _digest(file), file.stat().st_size, rows)


async def _restore(server: Cluster, program: Program, *, file: Path) -> None:
    """Restore into a database beside the present one."""
    connection = await asyncpg.connect(server.superuser_url())
    try:
        await run_quoted(connection, "DROP DATABASE IF EXISTS %I WITH (FORCE)", _beside(program))
        await create_database(connection, _beside(program), program.role)
    finally:
        await connection.close()
    # By the superuser, who hands each object to its owner: an extension's objects belong to whom they did.
    await _run(server, "pg_restore", "--exit-on-error", f"--dbname={_beside(program)}", str(file))


async def _verify_and_renew(server: Cluster, program: Program, dump: Dump) -> None:
    connection = await asyncpg.connect(server.superuser_url(_beside(program)))
    try:
        rows = await _count_rows(connection)
        if rows != dump.rows:
            raise BackupFailed(f"{program.name}: other rows came back than were backed up; nothing was changed.")
        if await connection.fetchval(FEED):
            await connection.execute(RENEW_STREAM)
    finally:
        await connection.close()


async def _swap(server: Cluster) -> None:
    connection = await asyncpg.connect(server.superuser_url())
    try:
        for program in PROGRAMS:
            await run_quoted(connection, "DROP DATABASE %I WITH (FORCE)", program.database)
            await run_quoted(connection, "ALTER DATABASE %I RENAME TO %I", _beside(program), program.database)
    finally:
        await connection.close()


async def _count_rows(connection: asyncpg.Connection) -> dict[str, int]:
    names = [row["name"] for row in await connection.fetch(TABLES)]
    return {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in names}  # noqa: S608 - quoted by format('%I')


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


async def _server_version(server: Cluster) -> str:
    connection = await asyncpg.connect(server.superuser_url())
    try:
        return str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close()


def _beside(program: Program) -> str:
    return f"{program.database}_restored"


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()
