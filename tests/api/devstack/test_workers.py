"""A service of several processes is one program: killed and stopped it leaves none of them behind."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from devstack.layout import DATA
from devstack.postgres import Cluster
from devstack.roster import GATEWAY, REGISTRY, Program
from devstack.settings import free_ports
from devstack.supervisor import Launch, Supervisor
from support import databases

from .conftest import eventually


@pytest.fixture(params=[GATEWAY, REGISTRY], ids=lambda program: program.name)
async def launch(request: pytest.FixtureRequest, postgres: Cluster, tmp_path: Path) -> AsyncIterator[Launch]:
    """A program of two workers."""
    program: Program = request.param
    url = await databases.clone(postgres, program.name)
    told = {
        **{f"{name.upper()}_PORT": str(port) for name, port in free_ports().items()},
        "PRIMA_ENV": "development",
        "WORKERS": "2",
        "DATA_DIR": str(DATA),
        "GATEWAY_SECRET": "A" * 43,
        "BOOTSTRAP_CLIENT_FILE": str(tmp_path / "client.json"),
        program.url_setting: url,
    }
    yield Launch(program.name, program.command(), {**os.environ, **told}, tmp_path / "log")
    await databases.drop(postgres, url)


def members(group: int) -> list[int]:
    """The living processes of a program: it leads a group of its own."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, of = stat.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of) == group and state != "Z":
            found.append(int(stat.parent.name))
    return found


async def test_workers_end_with_the_process_that_started_them(launch: Launch) -> None:
    setting = f"{launch.name.upper()}_PORT"
    address = f"http://127.0.0.1:{launch.environment[setting]}/livez"
    lives: list[int] = []

    async def answers() -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False) as client:  # each time a new connection, to whichever worker
                return (await client.get(address)).status_code == 200
        except httpx.TransportError:
            return False

    async with Supervisor([launch], None, lambda _: None) as supervisor:
        for _ in range(2):
            await eventually(lambda: supervisor.pid(launch.name) not in (None, *lives))
            await eventually(answers, 60)
            lives.append(supervisor.pid(launch.name) or 0)
            assert len(members(lives[-1])) >= 3  # itself and its workers
            if len(lives) == 1:
                os.kill(lives[0], signal.SIGKILL)
                await eventually(lambda: members(lives[0]) == [])
        assert supervisor.ends[launch.name] == 1  # what was started in its place found its port free
    assert not await answers()
    await eventually(lambda: not any(members(life) for life in lives))
