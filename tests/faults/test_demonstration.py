"""The demonstration under faults: broken off it is begun anew, and it ends well whatever is killed meanwhile."""

import asyncio
import os
import signal
from contextlib import suppress
from io import StringIO

from rich.console import Console

from devstack.demo.journey import walk
from devstack.platform import Platform
from faults import faulty, invariants
from faults.ledger import Ledger

PATIENCE_S = 120.0
KILLED_IN = {"(a)": "postgresql", "(b)": "registry", "(c)": "gateway", "(d)": "complaints", "(e)": "evaluation"}
"""What is killed when a part of the journey begins."""


async def told(walking: asyncio.Task[None], story: StringIO, words: str) -> None:
    """Wait until the demonstration says so."""
    async with asyncio.timeout(PATIENCE_S):
        while words not in story.getvalue():
            assert not walking.done(), walking.exception()
            await asyncio.sleep(0.005)


async def kill(platform: Platform, name: str) -> None:
    if name == "postgresql":
        os.kill(faulty.postmaster(platform), signal.SIGKILL)
    else:
        await faulty.kill(platform, name)


async def test_the_demonstration_survives_interruption_and_the_death_of_everything(
    whole: Platform, ledger: Ledger
) -> None:
    def begin(story: StringIO) -> asyncio.Task[None]:
        console = Console(file=story, width=160)
        return asyncio.create_task(walk(console, whole.address, whole.bootstrap_client()))

    first = begin(story := StringIO())
    await told(first, story, "a citizen commented")
    first.cancel()
    with suppress(asyncio.CancelledError):
        await first

    second = begin(story := StringIO())
    for part, name in KILLED_IN.items():
        await told(second, story, part)
        await kill(whole, name)
    async with asyncio.timeout(PATIENCE_S):
        await second

    text = story.getvalue()
    assert "which an interrupted demonstration left, is abandoned" in text
    assert "State closed, outcome fixed, rated 5 of 5, late: False" in text
    assert "Index 91.48 (weighting exact), grade A" in text
    await faulty.ready(whole, "gateway", "registry", "complaints", "evaluation")
    await invariants.hold(ledger, whole)
