"""Keeps programs and the embedded PostgreSQL running until told to stop, and stops them in good order.

A program that ends is started again after 0.2 s, then 0.4 s … at most 5 s. Its output goes straight to its log file.
"""

import asyncio
import signal
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from devstack.layout import open_log
from devstack.postgres import Cluster
from devstack.server import ServerFailed
from devstack.tether import tethered

FIRST_DELAY_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 5.0
SETTLED_SECONDS = 10.0
STOP_SECONDS = 15.0  # longer than a program gives its last requests
WATCH_SECONDS = 0.25

Say = Callable[[str], None]


@dataclass(frozen=True)
class Launch:
    """A program to keep running: `command` is a line such as `python -m registry`, run by this very interpreter."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path


async def spawn(launch: Launch) -> Process:
    """Start a program that dies with this process; in a session of its own: the terminal's interrupt isn't for it."""
    interpreter, *arguments = launch.command
    program = sys.executable if interpreter == "python" else interpreter
    with open_log(launch.log) as log:
        return await asyncio.create_subprocess_exec(
            *tethered(program, *arguments),
            env=dict(launch.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


class Supervisor:
    """Runs its launches while the `async with` lasts. `say` is told in one line of every end and every new start."""

    def __init__(
        self, launches: Sequence[Launch], cluster: Cluster | None, say: Say, *, stop_seconds: float = STOP_SECONDS
    ) -> None:
        self._launches = launches
        self._cluster = cluster
        self._say = say
        self._stop_seconds = stop_seconds
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._running: dict[str, Process] = {}
        self.ends: Counter[str] = Counter()
        self.exit_codes: dict[str, int] = {}

    def pid(self, name: str) -> int | None:
        """The process id of a program, or None between two lives."""
        process = self._running.get(name)
        return process.pid if process else None

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._keep(launch), name=launch.name) for launch in self._launches]
        if self._cluster is not None:
            self._tasks.append(asyncio.create_task(self._keep_cluster(self._cluster), name="postgres"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._signal_all(signal.SIGTERM)
        _, late = await asyncio.wait(self._tasks, timeout=self._stop_seconds)
        if late:
            self._signal_all(signal.SIGKILL)
            await asyncio.wait(late)
        await asyncio.gather(*self._tasks)

    async def _keep(self, launch: Launch) -> None:
        delay = FIRST_DELAY_SECONDS
        while not self._stop.is_set():
            started = time.monotonic()
            process = await spawn(launch)
            self._running[launch.name] = process
            if self._stop.is_set():
                process.terminate()
            code = await process.wait()
            del self._running[launch.name]
            if self._stop.is_set():
                return
            self.ends[launch.name] += 1
            self.exit_codes[launch.name] = code
            if time.monotonic() - started > SETTLED_SECONDS:
                delay = FIRST_DELAY_SECONDS
            self._say(f"{launch.name} ended ({_how(code)}); it starts again in {delay:.1f} s, its log: {launch.log}")
            await self._stopped_within(delay)
            delay = min(2 * delay, LONGEST_DELAY_SECONDS)

    async def _keep_cluster(self, cluster: Cluster) -> None:
        while not await self._stopped_within(WATCH_SECONDS):
            if cluster.running():
                continue
            self._say("PostgreSQL ended; it starts again")
            try:
                await asyncio.to_thread(cluster.ensure_running)
            except ServerFailed as failed:
                self._say(str(failed))

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return False
        return True

    def _signal_all(self, number: signal.Signals) -> None:
        for process in self._running.values():
            if process.returncode is None:
                process.send_signal(number)


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
