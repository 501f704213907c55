"""The clock. Operations get the time as an argument; only routes and tasks read it, here."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


async def _now(request: Request) -> datetime:
    clock: Clock = request.app.state.clock
    return clock()


Now = Annotated[datetime, Depends(_now)]
"""The instant of the request, UTC, aware."""
