"""A migrated template database for each service, made once and cloned for each test worker."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from devstack.databases import CREATE, run_quoted
from devstack.layout import DATA, ROOT, VAR
from devstack.postgres import Cluster

SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}
"""Of the test server alone: a test's data needn't survive a power cut. Crash tests make servers of their own."""
HOME = VAR / "test-postgres"


def digest(service: str) -> str:
    """Changes when the service's migrations or the reference data do."""
    found = hashlib.sha256()
    migrations = (ROOT / "gateway" if service == "gateway" else ROOT / "services" / service) / "migrations"
    loads = sorted((ROOT / "services").glob("*/src/*/**/loading.py"))
    for path in [
        *sorted(migrations.rglob("*.py")),
        *sorted(path for path in DATA.rglob("*") if path.is_file()),
        *loads,
    ]:
        found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:12]


@contextmanager
def _alone(name: str) -> Iterator[None]:
    VAR.mkdir(exist_ok=True)
    with (VAR / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


async def clone(cluster: Cluster, service: str, *, loaded: bool = True) -> str:
    """A new database of the service, migrated and with its reference data; returns its URL."""
    suffix = f"{digest(service)}_{'loaded' if loaded else 'empty'}"
    template = f"template_{service}_{suffix}"
    name = f"test_{service}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}_{os.urandom(3).hex()}"
    with _alone(f"template-{service}"):
        connection = await asyncpg.connect(cluster.superuser_url())
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", template):
                await _make_template(connection, cluster, service, template, loaded=loaded)
            await run_quoted(connection, "CREATE DATABASE %I TEMPLATE %I STRATEGY file_copy", name, template)
        finally:
            await connection.close()
    return cluster.superuser_url(name)


async def _make_template(
    connection: asyncpg.Connection, cluster: Cluster, service: str, template: str, *, loaded: bool
) -> None:
    building = f"{template}_building"
    await run_quoted(connection, "DROP DATABASE IF EXISTS %I", building)
    await run_quoted(connection, CREATE, building, "postgres")
    commands = ["migrate", "load-reference-data"] if loaded else ["migrate"]
    for command in commands:
        run_command(service, command, cluster.superuser_url(building))
    await run_quoted(connection, "ALTER DATABASE %I RENAME TO %I", building, template)


def run_command(service: str, command: str, url: str) -> None:
    """Run `python -m <service> <command>` on the database at `url`, as a platform does."""
    environment = {
        **os.environ,
        f"DATABASE_URL_{service.upper()}": url,
        "DATA_DIR": str(DATA),
        "PRIMA_ENV": "development",
        "GATEWAY_SECRET": "A" * 43 + "=",
        "IDENTITY_KEY": "A" * 43 + "=",
        "BOOTSTRAP_CLIENT_FILE": str(Path(VAR) / "test-bootstrap-client.json"),
    }
    done = subprocess.run(
        [sys.executable, "-m", service, command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{service} {command}\n{done.stdout}\n{done.stderr}"


async def drop(cluster: Cluster, url: str) -> None:
    """Remove a clone."""
    connection = await asyncpg.connect(cluster.superuser_url())
    try:
        name = url.split("@/")[1].split("?")[0]
        await run_quoted(connection, "DROP DATABASE IF EXISTS %I WITH (FORCE)", name)
    finally:
        await connection.close()
