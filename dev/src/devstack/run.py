"""`make run`: a platform in the foreground, until Ctrl-C, SIGTERM or the terminal's end."""

import asyncio
import signal
import time
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from devstack.platform import Platform, platform

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def run(console: Console, home: Path) -> None:
    """Start the platform of `home`, say where it is, and keep it until a signal comes.

    Raises: what `platform` raises.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    main = asyncio.current_task()
    assert main is not None
    starting = True
    began = time.monotonic()

    def end() -> None:
        stop.set()
        if starting:
            main.cancel()

    def say(text: str) -> None:
        # The terminal may be gone: the platform's end doesn't depend on it.
        with suppress(OSError):
            console.print(f"[dim]{time.monotonic() - began:6.1f} s[/dim]  {text}", highlight=False)

    for number in SIGNALS:
        loop.add_signal_handler(number, end)
    try:
        async with platform(home, say=say) as running:
            starting = False
            with suppress(OSError):
                console.print(_summary(running, time.monotonic() - began))
            await stop.wait()
            say("Stopping")
        say("Stopped")
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
        say("Stopped before it was ready")


def _summary(running: Platform, seconds: float) -> str:
    return f"""
[bold green]Prima is ready[/bold green] ({seconds:.1f} s)

  API             {running.address}/v1
  Documentation   {running.address}/docs
  First client    {running.layout.bootstrap_client}
  Logs            {running.layout.log("*")}
  Stop            Ctrl-C
"""
