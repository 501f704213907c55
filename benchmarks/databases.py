"""The databases of a run: built once by COPY, kept in the benchmark's own cluster, and copied for each run."""

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import DEVNULL, PIPE

from benchmarks import country, seeds
from chassis.data.events import Event
from chassis.data.pool import Connection, connect
from devstack.databases import CREATE, run_quoted
from devstack.layout import DATA, ROOT
from devstack.postgres import Cluster
from directory import follower

SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
}
"""As in production: a commit is on the disk before it is told."""
IDENTITY_KEY = "A" * 43 + "="
"""Nothing personal is in these databases."""

Say = Callable[[str], None]


class BuildFailed(Exception):
    """A database couldn't be made; the message ends with what the program said."""


@asynccontextmanager
async def superuser(cluster: Cluster, database: str = "postgres") -> AsyncIterator[Connection]:
    """A connection that may make and drop databases."""
    opened = await connect(cluster.superuser_url(database), name="benchmarks")
    try:
        yield opened
    finally:
        await opened.close()


async def run_command(service: str, *verb: str, environment: Mapping[str, str]) -> None:
    """Run `python -m <service> <verb>` to its end. Raises BuildFailed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", service, *verb, env={**os.environ, **environment}, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )
    told, wrong = await process.communicate()
    if process.returncode != 0:
        raise BuildFailed(f"`{service} {' '.join(verb)}` failed: {(told + wrong).decode('utf-8', 'replace').strip()}")


async def template(cluster: Cluster, cases: int, say: Say) -> str:
    """The name of a database of complaints with so many cases, built if there is none of today's schema and seeds."""
    name = f"built_{cases}_{_digest()}"
    async with superuser(cluster) as connection:
        known = [row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")]
        if name in known:
            return name
        for stale in known:
            if stale.startswith(f"built_{cases}_") or stale == "building":
                await run_quoted(connection, "DROP DATABASE %I", stale)
        say(f"Building a database of {cases:,} cases, once")
        await run_quoted(connection, CREATE, "building", "postgres")
        await _build(cluster, "building", cases)
        await run_quoted(connection, "ALTER DATABASE %I RENAME TO %I", "building", name)
    return name


async def fresh(cluster: Cluster, name: str, template_name: str | None) -> str:
    """A new database `name`, copied from the template or empty; returns its address."""
    async with superuser(cluster) as connection:
        await run_quoted(connection, "DROP DATABASE IF EXISTS %I WITH (FORCE)", name)
        if template_name is None:
            await run_quoted(connection, CREATE, name, "postgres")
        else:
            await run_quoted(connection, "CREATE DATABASE %I TEMPLATE %I STRATEGY file_copy", name, template_name)
    return cluster.superuser_url(name)


async def drop(cluster: Cluster, *names: str) -> None:
    """Remove databases of a run."""
    async with superuser(cluster) as connection:
        for name in names:
            await run_quoted(connection, "DROP DATABASE IF EXISTS %I WITH (FORCE)", name)


async def _build(cluster: Cluster, name: str, cases: int) -> None:
    environment = {
        "DATABASE_URL_COMPLAINTS": cluster.superuser_url(name),
        "DATA_DIR": str(DATA),
        "IDENTITY_KEY": IDENTITY_KEY,
        "PRIMA_ENV": "development",
    }
    for verb in ("migrate", "load-reference-data"):
        await run_command("complaints", verb, environment=environment)
    async with superuser(cluster, name) as connection:
        await _load_country(connection)
        await _load_cases(connection, cases)
        # Dates were given by hand: they aren't to be counted anew when the service starts.
        await connection.execute(
            """INSERT INTO recounts (stamp, finished_at)
               SELECT string_agg(code || ':' || version, ' ' ORDER BY code), now() FROM directory_calendars"""
        )
        await connection.execute(
            """INSERT INTO counted_places (institution_id, code, region_code, time_zone)
               SELECT id, code, region_code, time_zone FROM directory_institutions"""
        )
        await connection.execute("VACUUM ANALYZE")


async def _load_country(connection: Connection) -> None:
    async with connection.transaction():
        await follower.apply(connection, _national_calendar())
        for table, (columns, rows) in country.copy_rows(country.read_institutions(DATA)).items():
            await connection.copy_records_to_table(table, records=rows, columns=columns)


def _national_calendar() -> Event:
    document = json.loads((DATA / "calendars" / "national.json").read_bytes())
    names = ("code", "name", "time_zone", "region_code", "working_blocks", "days")
    return Event(
        stream="benchmarks",
        position=1,
        type="calendar.changed",
        subject="calendars/national",
        sequence=1,
        visibility="public",
        institution_id=None,
        data={**{name: document.get(name) for name in names}, "version": 1},
        occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


async def _load_cases(connection: Connection, cases: int) -> None:
    rules = [
        seeds.Rule(**row)
        for row in await connection.fetch(
            """SELECT policy_code, policy_version, number, stage FROM deadline_rules
               WHERE from_event = 'filed' ORDER BY policy_code, policy_version, number LIMIT 2"""
        )
    ]
    institutions = country.read_institutions(DATA)
    end = datetime.now(UTC) - timedelta(days=1)
    for batch in seeds.batches(cases, institutions=institutions, rules=rules, end=end):
        async with connection.transaction():
            for table, rows in batch.items():
                await connection.copy_records_to_table(table, records=rows, columns=seeds.COLUMNS[table])


def _digest() -> str:
    """Changes with the schema, the reference data, or what is loaded."""
    found = hashlib.sha256()
    places = (ROOT / "services" / "complaints" / "migrations", DATA, Path(__file__).parent)
    for path in sorted(path for place in places for path in place.rglob("*") if path.is_file()):
        if path.suffix in (".py", ".json", ".csv") and (path.parent != Path(__file__).parent or path.name in _MAKERS):
            found.update(path.read_bytes())
    return found.hexdigest()[:10]


_MAKERS = ("seeds.py", "country.py", "databases.py")
