"""`python -m devstack`, as a person at a terminal meets it."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from pathlib import Path

import pytest

from devstack.layout import Layout
from devstack.settings import free_ports

INTERRUPTS = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == "{module}":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
"""
"""Read by Python before anything else: interrupts the process in the midst of its imports."""


async def begin(
    tmp_path: Path, *arguments: str, environment: dict[str, str] | None = None, output: int = PIPE
) -> Process:
    ports = {f"{name.upper()}_PORT": str(port) for name, port in free_ports().items()}
    command = (sys.executable, "-m", "devstack", "--var", str(tmp_path / "var"), *arguments)
    told = {**os.environ, **ports, **(environment or {})}
    return await asyncio.create_subprocess_exec(*command, env=told, stdout=output, stderr=STDOUT)


async def read_until(process: Process, words: str) -> str:
    assert process.stdout is not None
    read = ""
    async with asyncio.timeout(30):
        while words not in read:
            line = await process.stdout.readline()
            assert line, f"ended before it said {words!r}: {read}"
            read += line.decode()
    return read


def server_runs(tmp_path: Path) -> bool:
    """Whether the platform's own PostgreSQL still runs."""
    return (Layout(tmp_path / "var").postgres / "data" / "postmaster.pid").exists()


async def test_run_says_where_the_platform_is_and_an_interrupt_ends_it(
    tmp_path: Path, standins: dict[str, str]
) -> None:
    process = await begin(tmp_path, "run", environment=standins)
    said = await read_until(process, "Ctrl-C")
    assert "/docs" in said
    assert "bootstrap-client.json" in said
    assert server_runs(tmp_path)
    process.send_signal(signal.SIGINT)
    assert await process.wait() == 0
    assert not server_runs(tmp_path)


async def test_run_can_be_stopped_while_it_starts(tmp_path: Path, standins: dict[str, str]) -> None:
    process = await begin(tmp_path, "run", environment=standins)
    await read_until(process, "Preparing")
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    assert not server_runs(tmp_path)


@pytest.mark.parametrize("while_reading", ["rich.console", "devstack.run", "devstack.command_line"])
async def test_an_interrupt_in_the_first_moment_shows_no_traceback(tmp_path: Path, while_reading: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTS.format(module=while_reading))
    process = await begin(tmp_path, "run", environment={"PYTHONPATH": str(tmp_path)})
    said, _ = await process.communicate()
    assert process.returncode == -signal.SIGINT
    assert said == b""
    assert not (tmp_path / "var").exists()


async def test_run_ends_cleanly_when_its_terminal_is_gone(tmp_path: Path, standins: dict[str, str]) -> None:
    ours, its = os.openpty()
    process = await begin(tmp_path, "run", environment=standins, output=its)
    os.close(its)
    said = b""
    while b"Ctrl-C" not in said:
        said += await asyncio.to_thread(os.read, ours, 1000)
    os.close(ours)
    process.send_signal(signal.SIGHUP)
    assert await process.wait() == 0
    assert not server_runs(tmp_path)


@pytest.mark.parametrize(
    ("setting", "value"), [("GATEWAY_PORT", "many"), ("DATABASE_URL_REGISTRY", "nonsense"), ("PRIMA_ENV", "production")]
)
async def test_a_wrong_setting_ends_it_with_one_sentence(tmp_path: Path, setting: str, value: str) -> None:
    process = await begin(tmp_path, "run", environment={setting: value})
    said, _ = await process.communicate()
    assert process.returncode == 2
    assert setting in said.decode()
    assert said.decode().count("\n") == 1


async def test_a_taken_port_ends_it_with_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        process = await begin(tmp_path, "run", environment={"GATEWAY_PORT": str(other.getsockname()[1])})
        said, _ = await process.communicate()
    assert process.returncode == 2
    assert said.decode().startswith("Port ")
    assert said.decode().count("\n") == 1


async def test_backup_and_restore_by_hand(tmp_path: Path) -> None:
    process = await begin(tmp_path, "backup")
    said, _ = await process.communicate()
    assert process.returncode == 0
    (made,) = (tmp_path / "var" / "backups").iterdir()
    assert str(made) in said.decode()
    assert set(json.loads((made / "manifest.json").read_text())["databases"]) == {
        "gateway",
        "registry",
        "complaints",
        "evaluation",
    }
    process = await begin(tmp_path, "restore", str(made))
    await process.communicate()
    assert process.returncode == 0
