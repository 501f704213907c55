"""A process that is told to end doesn't wait for those who wait for news."""

import asyncio
import signal
from collections.abc import Iterator

import pytest

from chassis.data.bell import Bell
from chassis.ops.commands import when_told_to_end


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """Signals that the handler before ours heard; handlers are put back."""
    found: list[int] = []
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda number, _frame: found.append(number)) for number in numbers}
    yield found
    for number, handler in before.items():
        signal.signal(number, handler)


async def test_a_signal_reaches_both_handlers(heard: list[int]) -> None:
    told = asyncio.Event()
    when_told_to_end(told.set)
    signal.raise_signal(signal.SIGTERM)
    async with asyncio.timeout(5):
        await told.wait()
    assert heard == [signal.SIGTERM]


async def test_the_bell_lets_go_of_whoever_waits_and_keeps_nobody_afterwards() -> None:
    bell = Bell("", name="test", channels=("news",))
    waiting = asyncio.create_task(bell.wait("news", 60))
    await asyncio.sleep(0)
    assert not waiting.done()
    bell.let_go()
    async with asyncio.timeout(5):
        assert await waiting is False
        assert await bell.wait("news", 60) is False
