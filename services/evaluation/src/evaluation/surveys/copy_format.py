"""COPY's binary format, as PostgreSQL's manual lays it out: values as the server keeps them, with no text to parse. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from struct import Struct

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"

_EPOCH, _MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_FIRST_DAY = date(2000, 1, 1).toordinal()
_SMALLINT = 21  # its OID
_LENGTH = Struct(">i")
_ARRAY = Struct(">6i")
NULL = _LENGTH.pack(-1)
SMALLINTS = {value: Struct(">ih").pack(2, value) for value in range(-100, 101)}
"""Elements of an array, with their length before them: those of any scale."""


def field(value: bytes | None) -> bytes:
    """A field of these bytes; of a text they are its UTF-8, of a uuid its sixteen."""
    return NULL if value is None else _LENGTH.pack(len(value)) + value


def array_head(elements: int, *, nulls: int = 0) -> bytes:
    """What stands before the elements of an array of smallints with one dimension, counted from 1."""
    return _ARRAY.pack(20 + 6 * elements - 2 * nulls, 1, int(nulls > 0), _SMALLINT, elements, 1)


def array(values: Sequence[int | None]) -> bytes:
    """A field of smallints."""
    told = [NULL if value is None else SMALLINTS[value] for value in values]
    return array_head(len(told), nulls=told.count(NULL)) + b"".join(told)


def microseconds(at: datetime) -> int:
    """An instant as PostgreSQL counts it: since 2000."""
    return (at - _EPOCH) // _MICROSECOND


def day_number(day: date) -> int:
    """A day as PostgreSQL counts it: since 1 January 2000."""
    return day.toordinal() - _FIRST_DAY
