"""Byte ranges of a file (RFC 9110 §14): one range, or the whole. Pure."""

import re
from typing import NamedTuple

_ONE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")


class Part(NamedTuple):
    """From `start` up to but not `end`."""

    start: int
    end: int


class Unsatisfiable(ValueError):
    """The range lies outside the file."""


def read_range(header: str | None, size: int) -> Part | None:
    """The part that is asked for; None for the whole, also where several parts or another unit are asked for.

    Raises Unsatisfiable.
    """
    found = _ONE.fullmatch(header.strip()) if header else None
    if found is None or found[1] == found[2] == "":
        return None
    if not found[1]:
        length = min(int(found[2]), size)
        if length == 0:
            raise Unsatisfiable
        return Part(size - length, size)
    start = int(found[1])
    end = min(int(found[2]) + 1, size) if found[2] else size
    if found[2] and int(found[2]) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Part(start, end)
