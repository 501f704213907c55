"""Stand-ins for the four programs: they keep the same contract (commands, settings, /readyz) and do nothing else."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from devstack.roster import PROGRAMS

STANDIN = Path(__file__).with_name("standin.py")


@pytest.fixture
def standins(tmp_path: Path) -> dict[str, str]:
    """The environment in which `python -m registry` and the others are stand-ins."""
    for program in PROGRAMS:
        package = tmp_path / "standins" / program.name
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        shutil.copy(STANDIN, package / "__main__.py")
    return {"PYTHONPATH": str(tmp_path / "standins")}


async def eventually(condition: Callable[[], Awaitable[bool] | bool], seconds: float = 20.0) -> None:
    """Return when the condition holds.

    Raises: TimeoutError.
    """
    async with asyncio.timeout(seconds):
        while True:
            held = condition()
            if held is True or (not isinstance(held, bool) and await held):
                return
            await asyncio.sleep(0.01)
