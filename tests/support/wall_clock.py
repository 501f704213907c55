"""A clock that a test sets: the service's own time, so that weeks pass in an instant."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from support.services import ServiceUnderTest

BALI = ZoneInfo("Asia/Makassar")


@dataclass
class WallClock:
    """What the service takes for now."""

    now: datetime

    def set(self, day: int, hour: int = 9, minute: int = 0, *, month: int = 3, year: int = 2026) -> datetime:
        """Set it to a local time of Bali; 2 March 2026 is a Monday."""
        self.now = datetime(year, month, day, hour, minute, tzinfo=BALI)
        return self.now


@contextmanager
def wall_clock(service: ServiceUnderTest) -> Iterator[WallClock]:
    """The service's clock in the test's hands, from Monday 2 March 2026 at nine in Bali; afterwards as before."""
    held = service.app.state.clock
    wall = WallClock(datetime(2026, 3, 2, 9, tzinfo=BALI))
    service.app.state.clock = lambda: wall.now.astimezone(UTC)
    try:
        yield wall
    finally:
        service.app.state.clock = held
