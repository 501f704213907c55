"""Where things lie: the repository, and the `var` directory that holds all that a development platform writes."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from devstack.roster import Program

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "data"
VAR = ROOT / "var"

LARGEST_LOG_BYTES = 20_000_000


@dataclass(frozen=True)
class Layout:
    """The files of one platform, all below `var`. Delete the directory and the platform starts from nothing."""

    var: Path

    @property
    def postgres(self) -> Path:
        return self.var / "postgres"

    @property
    def secrets(self) -> Path:
        return self.var / "secrets.json"

    @property
    def backups(self) -> Path:
        return self.var / "backups"

    @property
    def bootstrap_client(self) -> Path:
        """Where the gateway leaves the first client's id and secret, readable by its owner alone."""
        return self.var / "bootstrap-client.json"

    @property
    def lock(self) -> Path:
        """Held by the running platform."""
        return self.var / "platform.lock"

    def log(self, name: str) -> Path:
        return self.var / "logs" / f"{name}.log"


def source_directory(program: Program) -> Path:
    """The directory of a program's distribution: pyproject.toml, migrations/, src/."""
    return ROOT / "gateway" if program.name == "gateway" else ROOT / "services" / program.name


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending; one that has grown large is put aside first, the one before it forgotten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
        path.rename(path.with_suffix(".log.1"))
    return path.open("ab")


def size_of(path: Path) -> int:
    """Bytes of a log so far; 0 if there is none."""
    return path.stat().st_size if path.exists() else 0


def last_lines(path: Path, count: int = 15, *, after: int = 0) -> str:
    """The end of a log, at most `count` lines of what was written past its first `after` bytes; or an empty text."""
    size = size_of(path)
    if size == 0:
        return ""
    start = after if after <= size else 0  # it was put aside since
    with path.open("rb") as file:
        file.seek(max(start, size - 200 * count))
        return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-count:])
