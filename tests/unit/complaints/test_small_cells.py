"""No small number can be reckoned from what the public is shown: every grid is tried against a reader who reckons with all of it."""

import itertools
import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from complaints.statistics.small_cells import COUNTRY, LEAST, TOTAL, Table, hidden_totals, hide

Grid = dict[str | None, dict[str, int]]


def tables(grid: Grid) -> Mapping[Any, Table]:
    totals = {row: sum(cells.values()) for row, cells in grid.items()}
    return hide(grid, hidden_totals(totals, unpublished={None} & grid.keys()))


class Reader:
    """Knows the rule and every number shown, and looks for all grids that fit: what has one value in all of them is reckoned."""

    def __init__(self, grid: Grid) -> None:
        self.shown = tables(grid)
        self.rows = list(grid)
        self.codes = sorted({code for cells in grid.values() for code, n in cells.items() if n > 0})
        self.grid = grid
        self.hidden = [(row, code) for row in self.rows for code in self.codes if code in self.shown[row].hidden]

    def known(self, row: Any, code: Any) -> int | None:
        """What is shown at a place; a code that isn't mentioned has no case."""
        table = self.shown[row]
        if code is TOTAL:
            return None if table.total_hidden else sum(table.cells.values())
        return None if code in table.hidden else table.cells.get(code, 0)

    def lowest(self, row: Any) -> int:
        """A hidden code is only named where a case is behind it, unless the whole row is hidden."""
        whole = self.shown[row].total_hidden or self.shown[row].hidden >= set(self.codes)
        return 0 if whole else 1

    def values(self, place: tuple[Any, Any]) -> set[int]:
        """What the number at a place can be, as far as sums of rows and columns tell; stops at two."""
        found: set[int] = set()
        for solution in self._solutions(prefer=place):
            found.add(solution[place])
            if len(found) > 1:
                break
        return found

    def _solutions(self, prefer: tuple[Any, Any]) -> Iterator[dict[tuple[Any, Any], int]]:
        true = {place: self.grid[place[0]].get(place[1], 0) for place in self.hidden}
        yield true
        # Grids nearby: small whole numbers carried around, up to three steps of one to four cases.
        moves = [place for place in self.hidden if place != prefer]
        for step in (1, -1, 2, -2, 3, -3):
            for others in range(8):
                for chosen in itertools.combinations(moves, others):
                    for signs in itertools.product((step, -step), repeat=others):
                        tried = dict(true)
                        tried[prefer] += step
                        for place, sign in zip(chosen, signs, strict=True):
                            tried[place] += sign
                        if self.fits(tried):
                            yield tried

    def fits(self, tried: dict[tuple[Any, Any], int]) -> bool:
        if any(n < self.lowest(row) for (row, _code), n in tried.items()):
            return False

        def at(row: Any, code: Any) -> int:
            return tried.get((row, code), self.grid[row].get(code, 0))

        for row in self.rows:
            total = self.known(row, TOTAL)
            if row is not None and total is not None and total != sum(at(row, code) for code in self.codes):
                return False
        for code in self.codes:
            column = self.known(COUNTRY, code)
            if column is not None and column != sum(at(row, code) for row in self.rows):
                return False
        whole = self.known(COUNTRY, TOTAL)
        return whole is None or whole == sum(at(row, code) for row in self.rows for code in self.codes)


def bridges(edges: set[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """The hidden places that no closed way of hidden places runs through: what sums of rows and columns give away exactly."""
    rows: dict[Any, set[Any]] = {}
    columns: dict[Any, set[Any]] = {}
    for row, column in edges:
        rows.setdefault(row, set()).add(column)
        columns.setdefault(column, set()).add(row)
    for row, column in edges:
        reached, waiting = {("column", column)}, [("column", column)]
        while waiting:
            kind, vertex = waiting.pop()
            others = columns[vertex] if kind == "column" else rows[vertex]
            for other in others:
                edge = (other, vertex) if kind == "column" else (vertex, other)
                found = ("row" if kind == "column" else "column", other)
                if edge != (row, column) and found not in reached:
                    reached.add(found)
                    waiting.append(found)
        if ("row", row) not in reached:
            yield row, column


def random_grid(chance: random.Random) -> Grid:
    rows: list[str | None] = ["a", "b", "c"][: chance.randint(1, 3)]
    if chance.random() < 0.4:
        rows.append(None)
    codes = ["x", "y", "z"][: chance.randint(1, 3)]
    sizes = (0, 0, 1, 2, 3, 4, 5, 6, 9, 30)
    grid: Grid = {row: {code: chance.choice(sizes) for code in codes} for row in rows}
    return {row: {code: n for code, n in cells.items() if n} for row, cells in grid.items()}


@pytest.mark.parametrize("seed", range(150))
def test_no_small_number_has_but_one_value_that_fits(seed: int) -> None:
    grid = random_grid(random.Random(seed))
    reader = Reader(grid)
    for row, cells in grid.items():
        for code, n in cells.items():
            if 0 < n < LEAST:
                shown = reader.known(row, code)
                assert shown is None, (grid, row, code)
                assert len(reader.values((row, code))) > 1, (grid, row, code, reader.shown)


@pytest.mark.parametrize("seed", range(150))
def test_in_large_grids_no_small_number_follows_from_sums(seed: int) -> None:
    chance = random.Random(seed)
    rows: list[Any] = [f"i{index}" for index in range(chance.randint(3, 40))] + [None]
    codes = [f"c{index}" for index in range(chance.randint(2, 12))]
    grid = {row: {code: chance.choice((0, 0, 0, 1, 3, 6, 20, 400)) for code in codes} for row in rows}
    shown = tables(grid)
    hidden = {(row, code) for row in (*rows, COUNTRY) for code in codes if code in shown[row].hidden}
    hidden |= {(row, TOTAL) for row in (*rows, COUNTRY) if shown[row].total_hidden}
    for row, column in bridges(hidden):
        cells = shown[row].cells
        n = sum(cells.values()) if column is TOTAL else cells.get(column, 0)
        assert not 0 < n < LEAST, (seed, row, column)
    for row in (*rows, COUNTRY):
        for code, n in shown[row].cells.items():
            assert not 0 < n < LEAST or code in shown[row].hidden


def test_a_lone_small_cell_takes_another_with_it() -> None:
    shown = tables({"a": {"x": 3, "y": 20, "z": 50}, "b": {"x": 40, "y": 40, "z": 40}})
    assert shown["a"].hidden == {"x", "y"}
    assert not shown["a"].total_hidden
    assert shown["b"].hidden == frozenset()
    # Else the country's number less b's would be a's.
    assert shown[COUNTRY].hidden == {"x", "y"}


def test_many_ones_are_not_told_by_their_sum() -> None:
    """Ten hidden cells that make ten would each be one."""
    ones = {f"c{index}": 1 for index in range(10)}
    shown = tables({"a": ones | {"large": 90}, "b": dict.fromkeys(ones, 50) | {"large": 50}})
    assert "large" in shown["a"].hidden


def test_a_small_institution_is_hidden_whole_and_another_with_it() -> None:
    grid: Grid = {"a": {"x": 2}, "b": {"x": 30, "y": 9}, "c": {"x": 90, "y": 90}}
    shown = tables(grid)
    assert shown["a"].total_hidden
    assert shown["b"].total_hidden
    assert not shown["c"].total_hidden
    assert not shown[COUNTRY].total_hidden


def test_large_tables_hide_nothing() -> None:
    shown = tables({"a": {"x": 5, "y": 9}, "b": {"x": 70}})
    assert not any(table.hidden or table.total_hidden for table in shown.values())
