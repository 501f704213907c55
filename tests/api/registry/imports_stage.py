"""Files sent and worked at, as a caller and the service's worker would."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from openpyxl import Workbook

from api.registry.directory_stage import Stage

CSV = {"content-type": "text/csv"}
XLSX = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def written(rows: Sequence[Mapping[str, Any]], *, separator: str = ",") -> bytes:
    """Rows as a CSV file; the columns are those of all rows."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, names, delimiter=separator, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows, the header first, as an XLSX file."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


async def send(
    here: Stage, kind: str, content: bytes, *, headers: Mapping[str, str] = CSV, query: str = "", **options: Any
) -> httpx.Response:
    """POST a file."""
    if "institution=" not in query and kind != "institutions":
        query += f"&institution={here.id}"
    return await here.call(
        "POST", f"/imports/registry?kind={kind}{query}", content=content, headers=dict(headers), **options
    )


async def ended(here: Stage, reply: httpx.Response) -> dict[str, Any]:
    """The import after the worker was at it."""
    assert reply.status_code == 202, reply.text
    assert reply.json()["state"] == "queued"
    while await here.registry.app.state.jobs.run_one():
        pass
    return await here.read(reply.headers["location"].removeprefix("/v1"))


async def run(here: Stage, kind: str, rows: Sequence[Mapping[str, Any]], *, query: str = "") -> dict[str, Any]:
    """Import rows; returns the import in its end."""
    return await ended(here, await send(here, kind, written(rows), query=query))


def found(done: Mapping[str, Any], sort: str = "errors") -> list[tuple[int | None, str | None, str]]:
    """The findings of a result: row, column, code."""
    return [(each["row"], each["column"], each["code"]) for each in done["result"][sort]]


def counts(done: Mapping[str, Any]) -> tuple[int, int, int]:
    """Created, changed, unchanged."""
    return done["result"]["created"], done["result"]["changed"], done["result"]["unchanged"]
