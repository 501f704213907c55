"""The chain that makes an altered history visible: h(n) = SHA-256(h(n-1) ‖ canonical bytes of entry n). Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from chassis.data.spelling import OPTIONS, spelled

START = b""
"""What precedes the first entry."""


def canonical(entry: Mapping[str, Any]) -> bytes:
    """The bytes of an entry that are hashed and stored: sorted names, UTC, no blanks. Never made again from the columns."""
    return orjson.dumps(entry, default=spelled, option=OPTIONS | orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


def link(previous: bytes, content: bytes) -> bytes:
    """The chain value of an entry with these canonical bytes, 32 bytes."""
    return hashlib.sha256(previous + content).digest()


def first_broken(entries: Iterable[tuple[int, bytes, bytes]]) -> int | None:
    """The sequence of the first entry (sequence, canonical, chain), in order, whose chain doesn't hold; None if all do."""
    previous = START
    for sequence, content, stored in entries:
        if link(previous, content) != stored:
            return sequence
        previous = stored
    return None
