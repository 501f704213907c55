"""Languages, cursors, identifiers, masking and flaws."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.data.spelling import spelled
from chassis.http import pages
from chassis.http.flaws import pointer
from chassis.http.languages import negotiate
from chassis.http.problems import BadRequest
from chassis.http.versions import etag
from chassis.ops.identifiers import acceptable, made_at_ms, new_id, new_ids
from chassis.ops.logs import mask


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "id"),
        ("", "id"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("id-ID,id;q=0.9,en;q=0.8", "id"),
        ("fr, en;q=0.5", "en"),
        ("fr", "id"),
        ("en;q=0.1, id;q=0.2", "id"),
        ("en;q=x", "id"),
    ],
)
def test_negotiate(header: str | None, language: str) -> None:
    assert negotiate(header) == language


@given(st.lists(st.one_of(st.text(max_size=20), st.integers(-(2**60), 2**60)), min_size=1, max_size=3))
def test_a_cursor_reads_back(values: list[str | int]) -> None:
    binding = pages.bound_to({"state": "open"}, "-created_at")
    cursor = pages.write_cursor(binding, values)
    assert pages.read_cursor(cursor, binding, [type(value) for value in values]) == values


@pytest.mark.parametrize("cursor", ["", "x", "!!!", "WyJhIl0", "bnVsbA", "W10"])
def test_nonsense_is_no_cursor(cursor: str) -> None:
    with pytest.raises(BadRequest):
        pages.read_cursor(cursor, pages.bound_to({}, "code"), [str])


def test_identifiers_are_ordered_and_dated() -> None:
    made = [new_id() for _ in range(100)]
    assert made == sorted(made)
    assert all(identifier.version == 7 for identifier in made)
    assert abs(made_at_ms(made[0]) - datetime.now(UTC).timestamp() * 1000) < 60_000


def test_many_identifiers_made_at_once_are_like_single_ones() -> None:
    made, again = new_ids(1_000), new_ids(1_000)
    assert made == sorted(made)
    assert len({*made, *again}) == 2_000
    for identifier in (*made, *again):
        assert (identifier.version, identifier.variant) == (7, new_id().variant)
        assert identifier == UUID(str(identifier))
        assert abs(made_at_ms(identifier) - datetime.now(UTC).timestamp() * 1000) < 60_000
    assert new_ids(0) == []


def test_which_identifiers_a_client_may_bring() -> None:
    now = datetime.now(UTC)
    assert acceptable(new_id(), now)
    assert not acceptable(uuid4(), now)
    assert not acceptable(new_id(), now - timedelta(minutes=5))


@pytest.mark.parametrize(
    "entry",
    [
        {"event": "mail to budi@contoh.id failed"},
        {"event": "x", "phone": "081234567890"},
        {"event": "x", "detail": "called 081234567890 twice"},
        {"event": "x", "detail": "NIK 3174012345678901"},
        {"event": "x", "reporter_name": "Budi"},
        {"event": "x", "access_pin": "123456"},
    ],
)
def test_personal_data_is_masked(entry: dict[str, Any]) -> None:
    written = str(mask(None, "info", dict(entry)))
    for private in ("budi@contoh.id", "081234567890", "3174012345678901", "Budi", "123456"):
        assert private not in written


def test_pointers() -> None:
    assert pointer(("body", "reporter", "a/b", 0)) == "/reporter/a~1b/0"
    assert pointer(("query", "limit")) == "query/limit"


def test_etags_differ_by_version_and_by_content() -> None:
    assert len({etag(1, b"a"), etag(2, b"a"), etag(1, b"b")}) == 3
    assert etag(3, b"a").startswith('"3.')


def test_the_same_instant_is_spelled_the_same() -> None:
    utc = datetime(2026, 3, 2, 1, 0, 0, 5, tzinfo=UTC)
    assert spelled(utc) == spelled(utc.astimezone(ZoneInfo("Asia/Makassar"))) == "2026-03-02T01:00:00.000005Z"
    assert spelled(datetime(2026, 3, 2, 1, tzinfo=UTC)) == "2026-03-02T01:00:00Z"
    assert spelled(date(2026, 3, 2)) == "2026-03-02"
    with pytest.raises(TypeError):
        spelled(datetime(2026, 3, 2, 1))  # noqa: DTZ001 - refused
