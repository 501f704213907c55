"""How long a request may take: usual ones seconds, polls a minute, files as long as a slow network needs."""

import pytest

from chassis.http.edge import DEADLINE_S, FILE_DEADLINE_S, POLL_DEADLINE_S, deadline_s


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/complaints", DEADLINE_S),
        ("/v1/complaints/0199/attachments", DEADLINE_S),
        ("/v1/complaints/0199/attachments/01aa", FILE_DEADLINE_S),
        ("/v1/uploads", FILE_DEADLINE_S),
        ("/v1/feeds/complaints", POLL_DEADLINE_S),
    ],
)
def test_time_limits(path: str, expected: float) -> None:
    assert deadline_s(path) == expected
