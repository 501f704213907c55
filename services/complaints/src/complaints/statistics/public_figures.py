"""The public's tables: those of one year and dimension are counted and hidden together, and kept for some minutes."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from chassis.data.pool import Pool
from chassis.data.statements import Row
from chassis.http.filters import Chosen
from chassis.ops.clock import Clock
from complaints.statistics import reading
from complaints.statistics.question import Group, Question, midnight
from complaints.statistics.reach import EVERYBODYS
from complaints.statistics.small_cells import COUNTRY, Table, hidden_totals, hide

Dimension = Literal["institution", "type", "category", "channel", "state", "province", "month", "timeliness"]
"""No two of them follow from each other: a class from a type, or a province from its cities, would give hidden cells away."""
KEPT = timedelta(minutes=5)
_MOST_KEPT = 60
_GROUPED: Mapping[Dimension, tuple[Group, ...]] = {
    "institution": ("institution",),
    "timeliness": ("institution",),
    "type": ("institution", "type"),
    "category": ("institution", "category"),
    "channel": ("institution", "channel"),
    "state": ("institution", "state"),
    "province": ("institution", "province"),
    "month": ("institution", "month"),
}
_OUTSIDE: frozenset[UUID | None] = frozenset({None})
"""Cases of no institution are in the country's tables and in none of their own."""

Rows = Mapping[Any, dict[Any, int]]


@dataclass(frozen=True, slots=True)
class Published:
    """The tables of a year and dimension by institution, and the COUNTRY's; how many confidential cases, where that is told."""

    tables: Mapping[Any, Table]
    confidential: Mapping[Any, int | None]
    as_of: datetime


class PublicTables:
    """Counts a year's tables when they are asked for, at most every five minutes."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool, self._clock = pool, clock
        self._kept: dict[tuple[int, Dimension], Published] = {}
        self._counting = asyncio.Lock()

    async def find(self, year: int, dimension: Dimension) -> Published:
        """The tables; whoever comes while they are counted waits for them."""
        key = year, dimension
        async with self._counting:
            kept = self._kept.get(key)
            now = self._clock()
            if kept is None or not kept.as_of <= now < kept.as_of + KEPT:
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.clear()
                kept = self._kept[key] = await self._count(year, dimension, now)
            return kept

    async def _count(self, year: int, dimension: Dimension, now: datetime) -> Published:
        async with (
            self._pool.acquire(timeout=2) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            public = _asked(year, _GROUPED[dimension], confidential=False)
            open_rows = await reading.count(connection, public, EVERYBODYS, now)
            sealed = _asked(year, ("institution",), confidential=True)
            sealed_rows = await reading.count(connection, sealed, EVERYBODYS, now)
        return await asyncio.to_thread(_published, dimension, open_rows, sealed_rows, now)


def _asked(year: int, group_by: tuple[Group, ...], *, confidential: bool) -> Question:
    values = {
        "created_from": midnight(date(year, 1, 1)),
        "created_to": midnight(date(year + 1, 1, 1)),
        "confidential": [confidential],
    }
    return Question(Chosen(values, "", 0, None, False, "", ()), group_by)


def _published(dimension: Dimension, found: Collection[Row], sealed: Collection[Row], now: datetime) -> Published:
    rows = _rows(dimension, found)
    totals = {institution: sum(cells.values()) for institution, cells in rows.items()}
    without_total = hidden_totals(totals, _OUTSIDE)
    tables = _totals(totals, without_total) if dimension == "institution" else hide(rows, without_total)
    return Published(tables, _confidential(sealed), now)


def _rows(dimension: Dimension, found: Collection[Row]) -> dict[Any, dict[Any, int]]:
    rows: dict[Any, dict[Any, int]] = {}
    for row in found:
        cells = rows.setdefault(row["by_institution"], {})
        if dimension == "timeliness":
            counted = {"late": row["late"], "in_time": row["filed"] - row["late"]}
        else:
            counted = {row[f"by_{dimension}"]: row["filed"]}
        for code, n in counted.items():
            cells[code] = cells.get(code, 0) + n
    return rows


def _totals(totals: Mapping[Any, int], hidden: Collection[Any]) -> Mapping[Any, Table]:
    """The country's institutions: a table of sums, whose hidden cells are the hidden totals."""
    own = {each: Table({each: n}, frozenset(), each in hidden) for each, n in totals.items()}
    return {**own, COUNTRY: Table(totals, frozenset(hidden) - {COUNTRY}, COUNTRY in hidden)}


def _confidential(rows: Collection[Row]) -> Mapping[Any, int | None]:
    """How many confidential cases each institution has, and the COUNTRY; None where that isn't told."""
    totals: dict[Any, int] = {}
    for row in rows:
        totals[row["by_institution"]] = totals.get(row["by_institution"], 0) + row["filed"]
    hidden = hidden_totals(totals, _OUTSIDE)
    return {
        **{each: None if each in hidden else n for each, n in totals.items()},
        COUNTRY: None if COUNTRY in hidden else sum(totals.values()),
    }


def shown(published: Published, institution_id: UUID | None) -> dict[str, Any]:
    """One table as it is sent; of an institution without cases an empty one."""
    row = COUNTRY if institution_id is None else institution_id
    table = published.tables.get(row, Table({}, frozenset(), False))
    confidential = published.confidential.get(row, 0)
    everything = table.total_hidden or (bool(table.hidden) and table.hidden >= {k for k, n in table.cells.items() if n})
    cells = {} if everything else {code: n for code, n in table.cells.items() if n}
    return {
        "total": _cell(sum(table.cells.values()), hidden=table.total_hidden),
        "confidential": _cell(confidential or 0, hidden=confidential is None),
        "suppressed": everything,
        "items": [
            {"code": code, **_cell(n, hidden=code in table.hidden)}
            for code, n in sorted(cells.items(), key=lambda cell: (cell[0] is None, str(cell[0])))
        ],
    }


def _cell(n: int, *, hidden: bool) -> dict[str, Any]:
    return {"filed": None if hidden else n, "suppressed": hidden}
