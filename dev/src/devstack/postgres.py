"""An embedded PostgreSQL 18, shared by whoever on this machine names the same home directory.

It listens on a Unix socket only, asks everyone for a password (scram), and keeps to its home, except where root may
make no user namespace (see `binaries`). A server that outlives a killed user is taken over by the next.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg

from devstack.binaries import Installation, installation
from devstack.databases import close_to_public, create_database, ensure_role, has_database
from devstack.roster import PROGRAMS
from devstack.secrets import Secrets
from devstack.server import Server

SUPERUSER = "postgres"


@dataclass(frozen=True)
class Cluster:
    """A running embedded server. URLs have the form that asyncpg, SQLAlchemy and libpq all take."""

    home: Path
    server: Server

    @property
    def socket_dir(self) -> Path:
        return self.server.socket_dir

    @property
    def installation(self) -> Installation:
        return self.server.installation

    def url(self, role: str, password: str, database: str) -> str:
        host = quote(str(self.socket_dir), safe="/")
        return f"postgresql://{quote(role, safe='')}:{quote(password, safe='')}@/{quote(database, safe='')}?host={host}"

    def superuser_url(self, database: str = "postgres") -> str:
        return self.url(SUPERUSER, self.server.superuser_password(), database)

    def client_environment(self, role: str = SUPERUSER, password: str | None = None) -> dict[str, str]:
        """How psql, pg_dump and pg_restore find the server: a password in a command line could be seen by others."""
        return {
            "PGHOST": str(self.socket_dir),
            "PGUSER": role,
            "PGPASSWORD": password or self.server.superuser_password(),
        }

    def running(self) -> bool:
        """Whether the postmaster listens; false within a moment of its death."""
        return self.server.listening()

    def ensure_running(self) -> None:
        """Start the server again if it has died; blocks until it answers.

        Raises: ServerFailed.
        """
        with _locked(self.home):
            self.server.start()


@contextmanager
def cluster(home: Path, settings: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """Join the embedded server at `home`, made and started if need be; the last to leave stops it.

    `settings` are server parameters beside the default ones; they count for whoever starts the server.
    Raises: ServerFailed, BinariesMissing.
    """
    home = home.resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "users.lock").open("w") as users:
        with _locked(home):
            server = Server(home, installation(home), dict(settings or {}))
            fcntl.flock(users, fcntl.LOCK_SH)
            server.start()
        try:
            yield Cluster(home, server)
        finally:
            # The kernel drops a shared lock with its holder, however that one ends: only the living count as users.
            with _locked(home), suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                server.stop()


async def ensure_databases(cluster: Cluster, secrets: Secrets) -> None:
    """Make the four roles and databases where they are missing, and shut each database to everyone but its owner.

    Passwords are set to those in `secrets` each time.
    """
    connection = await asyncpg.connect(cluster.superuser_url())
    try:
        for program in PROGRAMS:
            await ensure_role(connection, program.role, secrets.role_passwords[program.name])
            if not await has_database(connection, program.database):
                await create_database(connection, program.database, program.role)
        for database in ("postgres", "template1", *(program.database for program in PROGRAMS)):
            await close_to_public(connection, database)
    finally:
        await connection.close()


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """Hold the lock under which the server of `home` is started and stopped."""
    descriptor = os.open(home / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
