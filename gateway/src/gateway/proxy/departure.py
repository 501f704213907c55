"""Notices that the caller went away while the service still works, and cancels the request."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

WATCH_AFTER_SECONDS = 0.2
"""Most requests end sooner: a timer costs less than a task for each."""


class CallerGone(Exception):
    """The caller closed its connection in the midst of its request."""


class Departure:
    """Watches one request, in the task that created this. Nobody else may call `receive` once `watch` was called."""

    __slots__ = ("_over", "_receive", "_task", "_timer", "_watcher", "happened")

    def __init__(self, receive: Callable[[], Awaitable[MutableMapping[str, Any]]]) -> None:
        self.happened = False
        self._receive = receive
        self._task = asyncio.current_task()
        self._timer: asyncio.TimerHandle | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._over = False

    def watch(self) -> None:
        """Begin soon. The body must have been read, or be wanted no more."""
        if self._timer is None and not self._over:
            self._timer = asyncio.get_running_loop().call_later(WATCH_AFTER_SECONDS, self._begin)

    def end(self) -> None:
        """Stop watching; the request isn't cancelled any more."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()

    def absorb(self) -> None:
        """Take back the cancellation that `happened`: the request ends here, in order."""
        assert self._task is not None
        self._task.uncancel()

    def _begin(self) -> None:
        self._watcher = asyncio.get_running_loop().create_task(self._listen())

    async def _listen(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if not self._over:
            assert self._task is not None
            self.happened = True
            self._task.cancel()
