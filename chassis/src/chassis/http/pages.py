"""Keyset pages: an opaque cursor, bound to the sort and the filter it was made for."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request
from pydantic import AfterValidator, StringConstraints

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.problems import BadRequest, Flaw

_CURSOR = Text("Penunjuk halaman tidak sah.", "The cursor isn't valid.")
_OTHER = Text(
    "Penunjuk halaman dibuat untuk saringan atau urutan lain.", "The cursor was made for another filter or sort."
)
DEFAULT_LIMIT = 50
MOST = 200


def bound_to(filters: Mapping[str, Any], sort: str) -> str:
    """A short fingerprint of a filter and a sort."""
    return hashlib.sha256(orjson.dumps([sort, filters], option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def write_cursor(binding: str, values: Sequence[Any]) -> str:
    """The cursor that stands after a row with these sort values."""
    return base64.urlsafe_b64encode(orjson.dumps([binding, *values])).decode().rstrip("=")


def _unpacked(cursor: str) -> tuple[Any, list[Any]]:
    """What a cursor says it was made for, and its values. Raises ValueError, TypeError."""
    padded = cursor + "=" * (-len(cursor) % 4)
    made_for, *values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    return made_for, values


def _readable(cursor: str) -> str:
    try:
        _unpacked(cursor)
    except (ValueError, TypeError):
        raise Broken("cursor", _CURSOR) from None
    return cursor


Cursor = Annotated[str, StringConstraints(max_length=1000), AfterValidator(_readable)]
"""As a parameter: what is no cursor at all is told beside the other flaws of a query."""


def read_cursor(cursor: str, binding: str, kinds: Sequence[type]) -> list[Any]:
    """The sort values of a cursor, as `kinds` (datetime, date, UUID, int or str). Raises BadRequest."""
    try:
        made_for, values = _unpacked(cursor)
    except (ValueError, TypeError):
        raise BadRequest(_CURSOR, errors=[Flaw("query/cursor", "cursor", _CURSOR)]) from None
    if made_for != binding:
        raise BadRequest(_OTHER, errors=[Flaw("query/cursor", "cursor_of_another_list", _OTHER)])
    if len(values) != len(kinds):
        raise BadRequest(_CURSOR, errors=[Flaw("query/cursor", "cursor", _CURSOR)])
    try:
        return [_value(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, TypeError):
        raise BadRequest(_CURSOR, errors=[Flaw("query/cursor", "cursor", _CURSOR)]) from None


def _value(value: Any, kind: type) -> Any:
    if kind is UUID:
        return UUID(value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if not isinstance(value, kind):
        raise TypeError
    return value


def next_url(path: str, query: Sequence[tuple[str, str]], cursor: str) -> str:
    """The address of the next page: the same query with the new cursor."""
    kept = [(name, value) for name, value in query if name != "cursor"]
    return f"{path}?{urlencode([*kept, ('cursor', cursor)])}"


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a short list a caller asked for: of one that is read whole."""

    limit: int
    cursor: str | None
    path: str
    query: tuple[tuple[str, str], ...]

    def of(self, items: Sequence[Mapping[str, Any]], *, key: str) -> dict[str, Any]:
        """`{"items", "next"}` of these items in this order, each known by its `key`. Raises BadRequest for a cursor that
        points to none of them."""
        names = [str(item[key]) for item in items]
        binding = bound_to({name: value for name, value in self.query if name not in ("limit", "cursor")}, self.path)
        start = 0
        if self.cursor is not None:
            (last,) = read_cursor(self.cursor, binding, (str,))
            if last not in names:
                raise BadRequest(_CURSOR, errors=[Flaw("query/cursor", "cursor", _CURSOR)])
            start = names.index(last) + 1
        end = start + self.limit
        following = None
        if end < len(items):
            following = next_url(self.path, self.query, write_cursor(binding, [names[end - 1]]))
        return {"items": items[start:end], "next": following}


async def _part(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Items a page")] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query(description="Where the page before ended")] = None,
) -> Part:
    return Part(limit, cursor, request.scope["path"], tuple(request.query_params.multi_items()))


PartOfList = Annotated[Part, Depends(_part)]
"""For a list that is short by its nature: read whole, answered in pages as the long ones are."""
