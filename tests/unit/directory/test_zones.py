"""The day at an instant is that of a zone."""

from datetime import UTC, date, datetime

import pytest

from directory.zones import local_day, national_day


@pytest.mark.parametrize(
    ("hour", "minute", "jakarta", "bali", "papua"),
    [(14, 59, 2, 2, 2), (15, 0, 2, 2, 3), (16, 0, 2, 3, 3), (16, 59, 2, 3, 3), (17, 0, 3, 3, 3), (23, 59, 3, 3, 3)],
)
def test_midnight_comes_to_the_east_first(hour: int, minute: int, jakarta: int, bali: int, papua: int) -> None:
    """UTC+9, +8 and +7 (Keppres 41/1987): all of them before UTC."""
    at = datetime(2026, 3, 2, hour, minute, tzinfo=UTC)
    assert national_day(at) == date(2026, 3, jakarta)
    assert [local_day(at, zone) for zone in ("wib", "wita", "wit")] == [
        *(date(2026, 3, day) for day in (jakarta, bali, papua))
    ]


def test_a_naive_instant_has_no_day() -> None:
    with pytest.raises(ValueError, match="zone"):
        national_day(datetime(2026, 3, 2, 9))  # noqa: DTZ001 - that is the point
