"""The chain: h(n) = SHA-256(h(n-1) ‖ canonical bytes); the first altered entry is named."""

import hashlib
from datetime import UTC, datetime

from complaints.cases.chain import START, canonical, first_broken, link

ENTRIES = [canonical({"sequence": number, "at": datetime(2025, 1, number, tzinfo=UTC)}) for number in (1, 2, 3)]


def _chained() -> list[tuple[int, bytes, bytes]]:
    rows, previous = [], START
    for number, content in enumerate(ENTRIES, 1):
        previous = link(previous, content)
        rows.append((number, content, previous))
    return rows


def test_each_link_holds_all_before_it() -> None:
    first = hashlib.sha256(ENTRIES[0]).digest()
    second = hashlib.sha256(first + ENTRIES[1]).digest()
    assert [row[2] for row in _chained()[:2]] == [first, second]
    assert first_broken(_chained()) is None


def test_the_first_altered_removed_or_exchanged_entry_is_named() -> None:
    rows = _chained()
    assert first_broken([rows[0], (2, rows[1][1] + b" ", rows[1][2]), rows[2]]) == 2
    assert first_broken([rows[0], rows[2]]) == 3
    assert first_broken([rows[1], rows[0], rows[2]]) == 2


def test_the_canonical_bytes_dont_depend_on_the_order_of_names() -> None:
    assert (
        canonical({"b": 1, "a": {"d": 2, "c": 3}})
        == canonical({"a": {"c": 3, "d": 2}, "b": 1})
        == (b'{"a":{"c":3,"d":2},"b":1}')
    )
