"""The same work by the database alone: pgbench with prepared statements, over the same socket."""

import asyncio
import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, quantile
from benchmarks.wrk import LoadFailed
from devstack.postgres import Cluster

THREADS = 2
_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Script:
    """A pgbench script on a database, and the variables that it starts with."""

    database: str
    text: str
    variables: Mapping[str, str | int]


async def run(cluster: Cluster, script: Script, *, connections: int, seconds: int) -> Figure:
    """Run the script on so many connections for so long. Raises LoadFailed."""
    with tempfile.TemporaryDirectory(prefix="prima-pgbench-") as directory:
        file = Path(directory) / "script.sql"
        file.write_text(script.text, "utf-8")
        given = {"n": 0, "base": int(time.time() * 1000), "nonce": secrets.randbelow(4096), **script.variables}
        process = await asyncio.create_subprocess_exec(
            cluster.installation.program("pgbench"),
            "--no-vacuum",
            "--protocol=prepared",
            f"--client={connections}",
            f"--jobs={min(THREADS, connections)}",
            f"--time={seconds}",
            f"--file={file}",
            "--log",
            f"--log-prefix={directory}/times",
            *(f"--define={name}={value}" for name, value in given.items()),
            script.database,
            env={**os.environ, **cluster.client_environment(), "PGOPTIONS": "-c jit=off"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await process.communicate()
        text = told.decode("utf-8", "replace")
        if process.returncode != 0:
            raise LoadFailed(f"pgbench failed: {text.strip()}")
        return read_figure(text, _lines(Path(directory)))


def _lines(directory: Path) -> Iterator[str]:
    """The log of all threads."""
    for path in sorted(directory.glob("times*")):
        yield from path.read_text("ascii").splitlines()


def read_figure(told: str, log: Iterable[str]) -> Figure:
    """The figure in pgbench's output and its log, whose third column is a transaction's time in microseconds."""
    rate, failed = _TPS.search(told), _FAILED.search(told)
    times = sorted(int(line.split()[2]) / 1000 for line in log)
    if rate is None or not times:
        raise LoadFailed(f"pgbench told nothing: {told.strip()}")
    return Figure(float(rate[1]), quantile(times, 0.50), quantile(times, 0.99), int(failed[1]) if failed else 0)
