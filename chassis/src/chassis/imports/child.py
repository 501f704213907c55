"""What `python -m <a service's own child module> <kind> <form>` does: it reads a file from standard input and writes its rows as
JSON lines.

A process of its own under limits of memory, time and files, without the service's environment: what a malicious
spreadsheet breaks is this process. A line is {"number", "content"} or {"number", "flaws"}, with the content of the other columns
where the model has `STAND_INS`; the last is {"rows"} or {"refused"}.
"""

import resource
import sys
from collections.abc import Mapping
from typing import Any, BinaryIO

import orjson
from pydantic import BaseModel, ValidationError

from chassis.http.flaws import flaw
from chassis.imports.sheets import BadCell, Cells, Unreadable, read_sheet

MEMORY_BYTES = 1536 * 1024 * 1024
PROCESSOR_S = 120


def restrict() -> None:
    """Little memory, little time, no file written, no core left."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, PROCESSOR_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (value, value))


def examined(model: type[BaseModel], number: int, cells: Cells) -> dict[str, Any]:
    """A row as its line."""
    flaws: list[dict[str, Any]] = [
        {"column": name or None, "code": cell.code, "detail": cell.detail._asdict()}
        for name, cell in cells.items()
        if isinstance(cell, BadCell)
    ]
    texts = {name: cell for name, cell in cells.items() if isinstance(cell, str)}
    try:
        row = model.model_validate(texts)
    except ValidationError as error:
        for each in error.errors():
            column = str(each["loc"][0]) if each["loc"] else None
            if column is not None and isinstance(cells.get(column), BadCell):
                continue  # said already
            found = flaw({**each, "loc": ("body", *each["loc"])})
            flaws.append({"column": column, "code": found.code, "detail": found.detail._asdict()})
    else:
        if not flaws:
            return {"number": number, "content": _stated(row)}
    rest = _rest(model, texts, frozenset(each["column"] for each in flaws))
    return {"number": number, "flaws": flaws} | ({} if rest is None else {"content": _stated(rest)})


def _stated(row: BaseModel) -> dict[str, Any]:
    stated = row.model_dump(mode="json", by_alias=True, exclude_none=getattr(row, "SPARSE", False))
    return {name: stated[name] for name in row.model_fields_set if name in stated}


def _rest(model: type[BaseModel], texts: Mapping[str, str], flawed: frozenset[str | None]) -> BaseModel | None:
    """A row without what is wrong in it, for checking the rest of it. Its model's `STAND_INS` say what may stand for columns that a
    row must have; without those of another it can't be told what the row is about."""
    stand_ins: Mapping[str, str] | None = getattr(model, "STAND_INS", None)
    if stand_ins is None:
        return None
    rest = {name: text for name, text in texts.items() if name not in flawed}
    try:
        return model.model_validate(rest | {name: text for name, text in stand_ins.items() if name in flawed})
    except ValidationError:
        return None


def columns(model: type[BaseModel]) -> frozenset[str]:
    """The columns that a file of such rows may have."""
    return frozenset(model.model_fields)


def required_columns(model: type[BaseModel]) -> frozenset[str]:
    """The columns that a file of such rows must have."""
    return frozenset(name for name, field in model.model_fields.items() if field.is_required())


def run(
    model: type[BaseModel], form: str, source: BinaryIO, target: BinaryIO, *, aliases: Mapping[str, str] | None = None
) -> None:
    """Read `source` to its end, write `target`. `aliases`: see read_sheet."""
    count = 0
    try:
        rows = read_sheet(source.read(), form, columns(model), required_columns(model), aliases=aliases)
        for number, cells in rows:
            target.write(orjson.dumps(examined(model, number, cells)) + b"\n")
            count += 1
        told: dict[str, Any] = {"rows": count}
    except Unreadable as error:
        told = {"refused": {"code": error.code, "detail": error.detail._asdict()}}
    target.write(orjson.dumps(told) + b"\n")
    target.flush()


def main(models: Mapping[str, type[BaseModel]], *, aliases: Mapping[str, str] | None = None) -> None:
    """The whole of a child process."""
    restrict()
    run(models[sys.argv[1]], sys.argv[2], sys.stdin.buffer, sys.stdout.buffer, aliases=aliases)
