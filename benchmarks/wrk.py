"""Load over HTTP by wrk, with requests.lua making each request."""

import asyncio
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure

SCRIPT = Path(__file__).with_name("requests.lua")
THREADS = 2


class LoadFailed(Exception):
    """The load couldn't be made; the message says why."""


@dataclass(frozen=True)
class Load:
    """What is asked of whom: `request` is create, read, inbox or track; `token` stands in `token_header`; `pairs` are codes with PINs."""

    address: str
    request: str
    token_header: str
    token: str
    cases: int
    services: tuple[str, ...]
    pairs: tuple[str, ...]


def find_wrk() -> str:
    """The program. Raises LoadFailed if it isn't installed."""
    found = shutil.which("wrk")
    if found is None:
        raise LoadFailed("wrk makes the load and isn't installed: install it (Debian, Ubuntu: apt install wrk).")
    return found


def environment(load: Load, nonce: str) -> dict[str, str]:
    """What requests.lua is told."""
    return {
        "REQUEST": load.request,
        "TOKEN_HEADER": load.token_header,
        "TOKEN": load.token,
        "CASES": str(load.cases),
        "SERVICES": " ".join(load.services),
        "PAIRS": " ".join(load.pairs),
        "NONCE": nonce,
    }


async def run(load: Load, *, connections: int, seconds: int) -> Figure:
    """Keep so many connections busy for so long. Raises LoadFailed."""
    process = await asyncio.create_subprocess_exec(
        find_wrk(),
        f"--threads={min(THREADS, connections)}",
        f"--connections={connections}",
        f"--duration={seconds}s",
        "--timeout=10s",
        f"--script={SCRIPT}",
        load.address,
        env={**os.environ, **environment(load, secrets.token_hex(4))},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    if process.returncode != 0:
        raise LoadFailed(f"wrk failed: {told.decode('utf-8', 'replace').strip()}")
    return read_figure(told.decode("utf-8", "replace"))


def read_figure(told: str) -> Figure:
    """The figure in wrk's output, which ends with the line of requests.lua. Refused and broken requests count as failed."""
    line = next((line for line in reversed(told.splitlines()) if line.startswith("{")), None)
    if line is None:
        raise LoadFailed(f"wrk told nothing: {told.strip()}")
    found: Mapping[str, float] = json.loads(line)
    failed = int(found["refused"] + found["broken"])
    return Figure((found["requests"] - found["refused"]) / found["seconds"], found["p50_ms"], found["p99_ms"], failed)
