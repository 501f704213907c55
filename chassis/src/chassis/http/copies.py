"""Streams that PostgreSQL writes itself, by COPY: several times faster than rows that pass through Python.

A line of NDJSON and a line of CSV say the same as the list's item; a text that a spreadsheet would compute is guarded as in cells.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Subquery,
    Text,
    any_,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.http.cells import FORMULA_STARTS
from chassis.http.streams import CSV, Form, Open, Pieces

PIECE_BYTES = 64 * 1024
_AHEAD = 4
"""Pieces that may wait for the caller."""
_NOTHING = "\x01"
"""Stands in no JSON: as quote it keeps COPY from writing quotes."""
_STARTS: ColumnElement[Any] = literal_column(
    f"ARRAY[{', '.join(str(ord(each)) for each in FORMULA_STARTS)}]", ARRAY(Integer)
)
_APOSTROPHE: ColumnElement[str] = literal_column("''''", Text)
_FORM: ColumnElement[str] = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'""", Text)
_UTC, _NO_FRACTION, _END = (literal_column(f"'{text}'", Text) for text in ("UTC", ".000000Z", "Z"))


def copied(
    form: Form,
    rows: Subquery,
    values: Mapping[str, Any],
    *,
    columns: Mapping[str, ColumnElement[Any]],
    order: Sequence[ColumnElement[Any]],
    count: bool,
) -> Open:
    """A stream of `rows`, a subquery, by expressions over it by their names on the wire; `count`: also say how many beforehand."""
    wanted = _csv(columns, order) if form == CSV else _ndjson(columns, order)
    statement = Statement(wanted)
    counting = Statement(select(func.count()).select_from(rows)) if count else None
    options: dict[str, Any] = {"header": True} if form == CSV else {"quote": _NOTHING, "delimiter": "\x02"}

    async def open_(connection: Connection) -> Pieces:
        total = await counting.fetchval(connection, **values) if counting is not None else None
        pieces = Pieces(total)
        pieces.parts = _parts(connection, statement, values, options, pieces)
        return pieces

    return open_


async def _parts(
    connection: Connection, statement: Statement, values: Mapping[str, Any], options: Mapping[str, Any], pieces: Pieces
) -> AsyncGenerator[bytes, None]:
    waiting: asyncio.Queue[bytes | None] = asyncio.Queue(_AHEAD)
    buffer = bytearray()

    async def take(data: bytes) -> None:
        buffer.extend(data)
        if len(buffer) >= PIECE_BYTES:
            await waiting.put(bytes(buffer))
            buffer.clear()

    async def copy() -> str:
        try:
            bound = statement.bind(values)
            tag: str = await connection.copy_from_query(statement.sql, *bound, output=take, format="csv", **options)
            await waiting.put(bytes(buffer))
        except Exception:
            await waiting.put(None)  # whoever takes the pieces then asks how it ended
            raise
        await waiting.put(None)
        return tag

    copying = asyncio.create_task(copy())
    try:
        while (piece := await waiting.get()) is not None:
            yield piece
        pieces.rows = int((await copying).rpartition(" ")[2])
    finally:
        copying.cancel()
        await asyncio.gather(copying, return_exceptions=True)


def _csv(columns: Mapping[str, ColumnElement[Any]], order: Sequence[ColumnElement[Any]]) -> Select[Any]:
    listed = [_cell(column).label(name) for name, column in columns.items()]
    source: Select[Any] = select(*listed)
    return source.order_by(*order)


def _ndjson(columns: Mapping[str, ColumnElement[Any]], order: Sequence[ColumnElement[Any]]) -> Select[Any]:
    named: Select[Any] = select(*(_plain(column).label(name) for name, column in columns.items()))
    line = named.order_by(*order).subquery("line")
    return select(func.row_to_json(literal_column("line"))).select_from(line)


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A value as JSON spells it: an instant in UTC, its fraction only where it has one."""
    if not isinstance(column.type, DateTime):
        return column
    return func.replace(func.to_char(func.timezone(_UTC, column), _FORM), _NO_FRACTION, _END)


def _cell(column: ColumnElement[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, Boolean):
        return cast(column, Text)
    if isinstance(column.type, ARRAY | JSON | JSONB):
        return cast(func.to_json(column), Text)
    if isinstance(column.type, Text):
        starts = func.ascii(column, type_=Integer) == any_(_STARTS)
        return case((starts, _APOSTROPHE + column), else_=column)
    return _plain(column)
