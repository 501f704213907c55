"""The server process of an embedded cluster: its data directory made, the process started, watched and stopped.

Nothing here locks: `postgres` holds the cluster's lock around `start` and `stop`.
"""

import os
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from devstack.binaries import Installation, relocated, short_hash
from devstack.secrets import write_private

PORT = 5432  # only names the socket file: there is no TCP port
# A Unix socket's path has at most 107 bytes, of which PostgreSQL's file name takes 16.
LONGEST_SOCKET_DIRECTORY = 90
# After kill -9 of the postmaster its children need a moment to leave the shared memory; a start fails until then.
START_DEADLINE_SECONDS = 30.0
STOP_DEADLINE_SECONDS = 30.0
POLL_SECONDS = 0.02

SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
}

INITDB = (
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--data-checksums",
)


class ServerFailed(Exception):
    """The embedded PostgreSQL couldn't be made, started or stopped; the message says why and where its log is."""


@dataclass(frozen=True)
class Server:
    """The server of the cluster at `home`. When it runs as nobody, data and socket lie in that user's directory."""

    home: Path
    installation: Installation
    settings: Mapping[str, str]

    @property
    def place(self) -> Path:
        return relocated(self.home) if self.installation.mode == "nobody" else self.home

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def socket_dir(self) -> Path:
        if len(os.fsencode(self.place)) < LONGEST_SOCKET_DIRECTORY:
            return self.place
        return Path("/tmp") / f"{self.home.name}-{short_hash(self.home)}"  # noqa: S108 - made private below, its owner checked

    def superuser_password(self) -> str:
        return (self.home / "superuser-password").read_text("utf-8")

    def listening(self) -> bool:
        """Whether anyone accepts connections on the socket: a dead postmaster's socket file refuses them."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket_dir / f".s.PGSQL.{PORT}"))
            except (ConnectionRefusedError, FileNotFoundError):
                return False
        return True

    def accepting(self) -> bool:
        """Whether the server takes connections (not merely starting up or going down)."""
        arguments = ["-q", "-h", str(self.socket_dir), "-p", str(PORT), "-d", "postgres"]
        return subprocess.run([self.installation.program("pg_isready"), *arguments], check=False).returncode == 0

    def start(self) -> None:
        """Make the data directory if there is none, and start the server unless it runs; returns when it answers."""
        self._make_socket_dir()
        if not self.data.exists():
            self._make_data()
        deadline = time.monotonic() + START_DEADLINE_SECONDS
        process: subprocess.Popen[bytes] | None = None
        while not (self.listening() and self.accepting()):
            if time.monotonic() > deadline:
                raise ServerFailed(
                    f"PostgreSQL didn't start within {START_DEADLINE_SECONDS:.0f} s; its log: {self.log}"
                )
            if not self.listening() and (process is None or process.poll() is not None):
                process = self._spawn()
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Stop the server, whoever started it, ending its sessions; returns when it is gone."""
        if not self.listening():
            return  # what postmaster.pid names is dead, or by now a stranger
        pid_file = self.data / "postmaster.pid"
        deadline = time.monotonic() + STOP_DEADLINE_SECONDS
        with suppress(FileNotFoundError, ProcessLookupError):
            postmaster = int(pid_file.read_text("ascii").split()[0])
            os.kill(postmaster, signal.SIGINT)
            while pid_file.exists():
                os.kill(postmaster, 0)
                if time.monotonic() > deadline:
                    raise ServerFailed(
                        f"PostgreSQL didn't stop within {STOP_DEADLINE_SECONDS:.0f} s; its log: {self.log}"
                    )
                time.sleep(POLL_SECONDS)
        if self.socket_dir != self.place:
            self.socket_dir.rmdir()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        settings = {**SETTINGS, **self.settings, "unix_socket_directories": f'"{self.socket_dir}"', "port": str(PORT)}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self.installation.server_command("postgres", "-D", str(self.data), *arguments),
                cwd="/",
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # an interrupt at the terminal isn't for the server
            )
        # A dead postmaster must be reaped at once, or it would count as alive and bar the next one's start.
        threading.Thread(target=process.wait, name="postmaster", daemon=True).start()
        return process

    def _make_socket_dir(self) -> None:
        directory = self.socket_dir
        directory.mkdir(mode=0o700, exist_ok=True)
        self.installation.own(directory)
        found = directory.lstat()
        owners = (os.geteuid(), self.installation.user_id)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
            raise ServerFailed(f"{directory} belongs to someone else: remove it, or move the project to a shorter path")

    def _make_data(self) -> None:
        """Make the data directory aside and rename it, so that it is whole whenever it exists."""
        draft = self.place / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        if self.place != self.home and (self.home / "data").exists():
            self._adopt(self.home / "data", draft)
        else:
            self._initdb(draft)
        draft.rename(self.data)

    def _adopt(self, source: Path, draft: Path) -> None:
        """Copy data made when the server could still run in the home itself."""
        shutil.copytree(source, draft, ignore=shutil.ignore_patterns("postmaster.pid"))
        for path in (draft, *draft.rglob("*")):
            self.installation.own(path)

    def _initdb(self, draft: Path) -> None:
        password_file = self.home / "superuser-password"
        if not password_file.exists():
            write_private(password_file, token_urlsafe(24))
        readable = self.place / "initdb-password"
        write_private(readable, self.superuser_password())
        self.installation.own(readable)
        try:
            made = subprocess.run(
                self.installation.server_command("initdb", *INITDB, f"--pwfile={readable}", f"--pgdata={draft}"),
                cwd="/",
                env=_environment(),
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            readable.unlink()
        if made.returncode != 0:
            raise ServerFailed(f"PostgreSQL's data directory couldn't be made: {made.stderr.strip()}")


def _environment() -> dict[str, str]:
    """Nothing of the caller's PG* variables, locale or zone reaches the server."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
