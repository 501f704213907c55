"""Programs are kept running, and end with their supervisor, however it ends."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from devstack.supervisor import Launch, Supervisor

from .conftest import eventually

SERVE = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); print('up', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


def launch(tmp_path: Path, name: str, program: str) -> Launch:
    return Launch(name, ("python", "-c", program), dict(os.environ), tmp_path / f"{name}.log")


def starts(launched: Launch) -> int:
    return launched.log.read_text().count("up\n") if launched.log.exists() else 0


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie that nobody has reaped yet is dead.
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


async def test_a_killed_program_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    one, other = launch(tmp_path, "one", SERVE), launch(tmp_path, "other", SERVE)
    async with Supervisor([one, other], None, said.append) as supervisor:
        await eventually(lambda: starts(one) == 1 and starts(other) == 1)
        killed, untouched = supervisor.pid("one"), supervisor.pid("other")
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        await eventually(lambda: starts(one) == 2)
        assert supervisor.pid("one") != killed
        assert supervisor.pid("other") == untouched
    assert len(said) == 1
    assert said[0].startswith("one ended (killed by SIGKILL); it starts again in 0.2 s")


async def test_a_program_that_cannot_live_is_tried_ever_more_slowly(tmp_path: Path) -> None:
    said: list[str] = []
    async with Supervisor([launch(tmp_path, "broken", "raise SystemExit(3)")], None, said.append) as supervisor:
        await eventually(lambda: supervisor.ends["broken"] == 3)
    delays = [line.split("again in ")[1].split(" s")[0] for line in said]
    assert delays == ["0.2", "0.4", "0.8"]
    assert all("exit code 3" in line for line in said)


async def test_leaving_stops_every_program_even_one_that_ignores_it(tmp_path: Path) -> None:
    stubborn = launch(tmp_path, "stubborn", STUBBORN)
    polite = launch(tmp_path, "polite", SERVE)
    async with Supervisor([stubborn, polite], None, lambda _: None, stop_seconds=0.3) as supervisor:
        await eventually(lambda: starts(stubborn) == 1 and starts(polite) == 1)
        pids = [supervisor.pid("stubborn"), supervisor.pid("polite")]
    assert not any(alive(pid) for pid in pids if pid)


async def test_programs_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    supervising = f"""
import asyncio, os, pathlib
from devstack.supervisor import Launch, Supervisor
async def main():
    launch = Launch("child", ("python", "-c", {STUBBORN!r}), dict(os.environ), pathlib.Path({str(tmp_path / "child.log")!r}))
    async with Supervisor([launch], None, print) as supervisor:
        while supervisor.pid("child") is None:
            await asyncio.sleep(0.01)
        print(supervisor.pid("child"), flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", supervising, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    child = int(await process.stdout.readline())
    assert alive(child)
    process.kill()
    await process.wait()
    await eventually(lambda: not alive(child))
