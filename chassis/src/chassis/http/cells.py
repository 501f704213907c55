"""CSV that a spreadsheet may open: a text that would be taken for a formula gets an apostrophe before it (OWASP, CSV injection). Pure.

UTF-8 without a mark, CRLF, a header; null is an empty cell. Fields of a nested object are columns with a dot, lists are JSON.
"""

import csv
import io
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Union, get_args, get_origin

import orjson
from pydantic import BaseModel

from chassis.http.versions import JSON_OPTIONS

FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"
"""What makes a cell a formula for one spreadsheet or another when it stands first."""


def columns_of(model: type[BaseModel]) -> list[str]:
    """The columns of a model's items, in its order."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        wire = field.serialization_alias or field.alias or name
        nested = _model(field.annotation)
        found += [wire] if nested is None else [f"{wire}.{below}" for below in columns_of(nested)]
    return found


def _model(annotation: Any) -> type[BaseModel] | None:
    """The model of a field that holds one, or one or null."""
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return _model(kinds[0]) if len(kinds) == 1 else None
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def header(columns: Sequence[str]) -> bytes:
    """The first line."""
    return _written([columns])


def lines(items: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    """Items as lines."""
    paths = [column.split(".") for column in columns]
    return _written([[_cell(_value(item, path)) for path in paths] for item in items])


def guarded(text: str) -> str:
    """A text as a cell that no spreadsheet computes."""
    return f"'{text}" if text.startswith(tuple(FORMULA_STARTS)) else text


def _written(rows: Iterable[Sequence[Any]]) -> bytes:
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue().encode()


def _value(item: Any, path: Sequence[str]) -> Any:
    for name in path:
        if item is None:
            return None
        item = item[name]
    return item


def _cell(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    if isinstance(value, list | tuple | dict):
        return orjson.dumps(value, option=JSON_OPTIONS).decode()
    # Instants, dates and ids as JSON spells them, without the quotes.
    return orjson.dumps(value, option=JSON_OPTIONS).decode().strip('"')
