"""Tracking tokens open one case for one day; whatever is changed in one closes it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from complaints.cases.tokens import mint, read

KEY, CASE = b"k" * 32, UUID("0199f000-0000-7000-8000-000000000001")
NOW = datetime(2025, 11, 24, 3, 0, tzinfo=UTC)


def test_a_token_lasts_a_day() -> None:
    token = mint(KEY, CASE, NOW)
    assert read(KEY, token, NOW) == CASE
    assert read(KEY, token, NOW + timedelta(days=1, seconds=-1)) == CASE
    assert read(KEY, token, NOW + timedelta(days=1)) is None


def test_another_key_or_nonsense_opens_nothing() -> None:
    assert read(b"x" * 32, mint(KEY, CASE, NOW), NOW) is None
    for nonsense in ("", "x", "é", "A" * 54, "A" * 5000):
        assert read(KEY, nonsense, NOW) is None


@given(st.integers(0, 52), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
def test_a_changed_character_opens_nothing(place: int, other: str) -> None:
    token = mint(KEY, CASE, NOW)
    changed = token[:place] + other + token[place + 1 :]
    assert (read(KEY, changed, NOW) is None) == (changed != token)
