"""The faults: what is killed, stopped and awaited."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from devstack.platform import Platform, is_ready
from faults.ledger import PATIENCE_S


async def kill(platform: Platform, name: str) -> None:
    """kill -9 a program, and wait until its successor is ready."""
    pid = platform.supervisor.pid(name)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + PATIENCE_S
    while platform.supervisor.pid(name) in (None, pid):
        assert time.monotonic() < end, f"{name} wasn't started again"
        await asyncio.sleep(0.02)
    await ready(platform, name)


async def ready(platform: Platform, *names: str) -> None:
    """Wait until these programs say that they are ready."""
    end = time.monotonic() + PATIENCE_S
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        for name in names:
            while not await is_ready(client, platform.settings.address(name)):
                assert time.monotonic() < end, f"{name} isn't ready after {PATIENCE_S:.0f} s"
                await asyncio.sleep(0.05)


def postmaster(platform: Platform) -> int:
    """The process id of the PostgreSQL server."""
    assert platform.cluster is not None
    return int((platform.cluster.server.data / "postmaster.pid").read_text("ascii").split()[0])


@asynccontextmanager
async def stopped(platform: Platform, *names: str) -> AsyncIterator[None]:
    """Programs that hold their connections open and answer nothing: worse than dead ones."""
    pids = [pid for name in names if (pid := platform.supervisor.pid(name)) is not None]
    assert len(pids) == len(names)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
