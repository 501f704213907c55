"""Which numbers of linked tables are hidden from the public, so that no small one can be reckoned from those shown. Pure.

There is one table for each scope (the country, or one institution), calendar year and dimension, and no other: tables of freely
chosen filters would differ by single cases. A country's cell is the sum of its institutions' cells and a total the sum of a row,
so all tables of a year and a dimension are one grid with margins. A hidden number can't be reckoned if one case could be carried
around a closed way of hidden numbers through it, no number on the way falling below what the reader knows it to be.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

LEAST = 5
"""Fewer cases than this are hidden (case-lifecycle §8)."""
TOTAL = object()
"""The column of sums."""
COUNTRY = object()
"""The row of sums."""

Cells = Mapping[Any, int]
"""Numbers by the code of a dimension; codes without a case may be left out."""
Place = tuple[Any, Any]
"""Row and column."""


class Table(NamedTuple):
    """One row of the grid as it is shown. `hidden`: codes whose number isn't told. `total_hidden`: then nothing is."""

    cells: Cells
    hidden: frozenset[Any]
    total_hidden: bool


def hidden_totals(totals: Cells, unpublished: Collection[Any] = ()) -> frozenset[Any]:
    """The institutions whose total isn't told, in any table; `unpublished`: those that have no table of their own.

    The country's total is told if two institutions remain; else COUNTRY is among the hidden.
    """
    shown_apart = {name: n for name, n in totals.items() if n > 0}
    hidden = _enough(shown_apart, {name for name, n in shown_apart.items() if n < LEAST})
    if hidden and not _vague(shown_apart, hidden):
        hidden |= {COUNTRY}
    return frozenset(hidden | {name for name in unpublished if name in shown_apart})


def hide(rows: Mapping[Any, Cells], without_total: Collection[Any]) -> Mapping[Any, Table]:
    """The tables of a year and dimension by institution, and the COUNTRY's. `without_total` as of `hidden_totals`."""
    grid = _Grid(rows, without_total)
    grid.hide_small()
    grid.mend()
    return {row: grid.table(row) for row in (*rows, COUNTRY)}


def _vague(cells: Cells, hidden: Iterable[Any]) -> bool:
    """Whether hidden numbers whose sum is known could each be one of several, also knowing that none of them is zero."""
    held = [cells[name] for name in hidden if cells.get(name, 0) > 0]
    return len(held) > 1 and sum(held) - len(held) >= LEAST


def _enough(cells: Cells, hidden: Collection[Any]) -> set[Any]:
    """`hidden`, and if any is, the next smallest beside them until they are vague or nothing is left."""
    found = set(hidden)
    for _n, _name, name in sorted((n, str(name), name) for name, n in cells.items() if n > 0 and name not in found):
        if not found or _vague(cells, found):
            break
        found.add(name)
    return found


class _Grid:
    """Institutions' rows and their sums, and what of it is hidden."""

    def __init__(self, rows: Mapping[Any, Cells], without_total: Collection[Any]) -> None:
        self.rows, self._without_total = rows, without_total
        self.codes = sorted({code for cells in rows.values() for code, n in cells.items() if n > 0}, key=str)
        self.sums = {code: sum(cells.get(code, 0) for cells in rows.values()) for code in self.codes}
        self._in_row: dict[Any, set[Any]] = {row: set() for row in (*rows, COUNTRY)}
        self._in_column: dict[Any, set[Any]] = {code: set() for code in (*self.codes, TOTAL)}

    def table(self, row: Any) -> Table:
        hidden = self._in_row[row]
        return Table(self._cells(row), frozenset(hidden - {TOTAL}), TOTAL in hidden)

    def hide_small(self) -> None:
        """In each row by itself: what is small, and enough beside it; all of a row whose total is hidden or says too much."""
        for row in self._in_row:
            cells = self._cells(row)
            hidden = _enough(cells, {code for code, n in cells.items() if 0 < n < LEAST})
            whole = row in self._without_total
            if whole or (hidden and not _vague(cells, hidden)):
                hidden = set(self.codes)
            self._hide(row, *hidden, *([TOTAL] if whole else ()))

    def mend(self) -> None:
        """Hide more of the country's row and of rows with a small number that can be reckoned, until there is none."""
        while exposed := list(self._exposed()):
            loosened = [self._loosen(row, code) for row, code in exposed]
            if not any(loosened):
                # Without the country's row each institution's stands alone, and was made vague by itself.
                self._hide(COUNTRY, *self.codes, TOTAL)
                return

    def _cells(self, row: Any) -> Cells:
        return self.sums if row is COUNTRY else self.rows[row]

    def _hide(self, row: Any, *columns: Any) -> bool:
        """True if something of it was still shown."""
        fresh = set(columns) - self._in_row[row]
        self._in_row[row] |= fresh
        for column in fresh:
            self._in_column[column].add(row)
        return bool(fresh)

    def _loosen(self, row: Any, code: Any) -> bool:
        """Hide the country's sum of this code, and in both rows another code beside it; False if all that is hidden."""
        if row is COUNTRY:
            row = next(
                each for each in self._in_column[code] if each is not COUNTRY and self.rows[each].get(code, 0) > 0
            )
        cells = self.rows[row]
        done = self._hide(COUNTRY, code)
        choices = [each for each in self.codes if each != code and cells.get(each, 0) > 1]
        shown = {each for each in choices if each not in self._in_row[row] or each not in self._in_row[COUNTRY]}
        if shown:
            beside = min(shown, key=lambda each: (each not in self._in_row[row], cells[each], str(each)))
            done = self._hide(row, beside) | self._hide(COUNTRY, beside) | done
        return self._hide(COUNTRY, *_enough(self.sums, self._in_row[COUNTRY] - {TOTAL})) | done

    def _exposed(self) -> Iterator[Place]:
        for row, hidden in self._in_row.items():
            cells = self._cells(row)
            for code in hidden:
                small = code is not TOTAL and 0 < cells.get(code, 0) < LEAST
                if small and not (self._moves(row, code, up=True) or self._moves(row, code, up=False)):
                    yield row, code

    def _moves(self, row: Any, code: Any, *, up: bool) -> bool:
        """Whether this number could be one more, or less, all that is shown being as it is.

        Along the way numbers rise and fall in turns, but a sum with its parts: a way is followed from column to row and on.
        """
        if not self._gives(row, code, rising=up):
            return False
        ends = {each for each in self._in_row[row] if each != code and self._gives(row, each, rising=not up)}
        seen, waiting = {code}, [code]
        while waiting and ends:
            column = waiting.pop()
            for other in self._in_column[column]:
                if other == row or not self._gives(other, column, rising=not up):
                    continue
                for further in self._in_row[other] - seen:
                    if self._gives(other, further, rising=up):
                        if further in ends:
                            return True
                        seen.add(further)
                        waiting.append(further)
        return False

    def _gives(self, row: Any, column: Any, *, rising: bool) -> bool:
        """Whether a number may change along a way, which at a sum of a row or column goes the other way round."""
        if (row is COUNTRY) != (column is TOTAL):
            rising = not rising
        if rising:
            return True
        cells = self._cells(row)
        if column is TOTAL:
            return sum(cells.values()) > 0
        named = not self._in_row[row] >= set(self.codes)
        return cells.get(column, 0) > (1 if named else 0)
