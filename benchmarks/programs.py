"""The processes of a run, each as production starts it, ready when entered and stopped when left."""

import asyncio
import os
import signal
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from devstack.layout import ROOT, last_lines
from devstack.supervisor import Launch, spawn

READY_SECONDS = 30.0
POLL_SECONDS = 0.05
STOP_SECONDS = 10.0


class NotReady(Exception):
    """A program didn't start; the message ends with the last lines of its log."""


def free_port() -> int:
    """A port of this machine that nobody listens on. Taken at once, or someone else may take it."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
        return port


@asynccontextmanager
async def program(module: str, *, port: int, logs: Path, environment: Mapping[str, str]) -> AsyncIterator[str]:
    """`python -m <module>`, which listens on `port`; gives its address. Raises NotReady."""
    log = logs / f"{module}-{port}.log"
    told = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment}
    process = await spawn(Launch(module, ("python", "-m", module), told, log))
    try:
        address = f"http://127.0.0.1:{port}"
        await _until_alive(process, address, log)
        yield address
    finally:
        await _stop(process)


async def _until_alive(process: Process, address: str, log: Path) -> None:
    try:
        async with asyncio.timeout(READY_SECONDS), httpx.AsyncClient(trust_env=False, timeout=5) as client:
            while process.returncode is None:
                try:
                    if (await client.get(f"{address}/livez")).is_success:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        pass
    raise NotReady(f"{log.name} didn't start; its end:\n{last_lines(log)}")


async def _stop(process: Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
