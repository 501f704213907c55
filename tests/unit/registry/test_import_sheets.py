"""Files that mean harm, and files that are only odd: read in limits, as text, or refused with a reason."""

import io
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from chassis.imports import sheets
from chassis.imports.sheets import BadCell, Unreadable, read_sheet

KNOWN, REQUIRED = {"code", "name", "kind"}, {"code"}


def read(content: bytes, form: str = "csv") -> list[tuple[int, dict[str, str]]]:
    """Rows with cells as text, bad ones as "!<code>"."""
    return [
        (number, {name: f"!{cell.code}" if isinstance(cell, BadCell) else cell for name, cell in cells.items()})
        for number, cells in read_sheet(content, form, KNOWN, REQUIRED)
    ]


def refusal(content: bytes, form: str = "csv") -> str:
    with pytest.raises(Unreadable) as refused:
        read(content, form)
    return refused.value.code


def book(fill: Callable[[Workbook], object]) -> bytes:
    made = Workbook()
    made.active.append(["code", "name"])
    fill(made)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def repacked(content: bytes, changes: dict[str, bytes]) -> bytes:
    """The archive with some parts replaced or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *changes]):
            new.writestr(name, changes[name] if name in changes else old.read(name))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"code,name\n1,A\n", [(2, {"code": "1", "name": "A"})]),
        (b"\xef\xbb\xbfcode;name\r\n1;\"A; B\"\r\n", [(2, {"code": "1", "name": "A; B"})]),
        (b"CODE , name\n1,\n\n , \n2,B\n", [(2, {"code": "1"}), (5, {"code": "2", "name": "B"})]),
        (b'code,name\n1,"two\nlines"\n2,B\n', [(2, {"code": "1", "name": "two\nlines"}), (3, {"code": "2", "name": "B"})]),
        (b"code,name\n1\n", [(2, {"code": "1"})]),
        (b"code,name\n1,=cmd|' /C calc'!A0\n", [(2, {"code": "1", "name": "=cmd|' /C calc'!A0"})]),
        (b"code,name\n1,a\x00b\n", [(2, {"code": "1", "name": "!control_character"})]),
        (b"code,name\n1,A,B\n", [(2, {"code": "1", "name": "A", "": "!cells_without_column"})]),
        (b"code,name\n1," + b"x" * 50_001 + b"\n", [(2, {"code": "1", "name": "!cell_too_long"})]),
    ],
)  # fmt: skip
def test_csv(content: bytes, rows: list[tuple[int, dict[str, str]]]) -> None:
    assert read(content) == rows


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"code,name\n", "empty"),
        ("code,name\n1,é\n".encode("latin-1"), "encoding"),
        ("code,name\n1,A\n".encode("utf-16"), "encoding"),
        (b"name\nA\n", "missing_columns"),
        (b"code,code\n1,2\n", "column_twice"),
        (b"code,,name\n1,2,3\n", "unknown_columns"),
        (b"code\tname\n1\tA\n", "unknown_columns"),
        (b'code,name\n1,"A\n2,B\n', "quoting"),
        (b"code,name\n1," + b"x" * 300_000 + b"\n", "cell_too_long"),
        (b",".join([b"code"] * 65) + b"\n", "too_many_columns"),
    ],
)
def test_csv_that_is_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_rows_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    monkeypatch.setattr(sheets, "MOST_SKIPPED_ROWS", 3)
    assert len(read(b"code\n" + b"1\n" * 3)) == 3
    assert refusal(b"code\n" + b"1\n" * 4) == "too_many_rows"
    assert refusal(b"code\n" + b"\n" * 4 + b"1\n") == "too_many_rows"


def test_cells_of_a_workbook_are_text() -> None:
    def fill(made: Workbook) -> None:
        made.active.append(["007", 1.0])
        made.active.append([51.71, True])
        made.active.append(["x", "=SUM(A1:A3)"])

    assert read(book(fill), "xlsx") == [
        (2, {"code": "007", "name": "1"}),
        (3, {"code": "51.71", "name": "true"}),
        (4, {"code": "x", "name": "!formula"}),
    ]


def test_a_cell_far_away_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def wide(made: Workbook) -> None:
        made.active["XFD2"] = "far"
        made.active["A2"] = "1"

    assert read(book(wide), "xlsx") == [(2, {"code": "1"})]

    def deep(made: Workbook) -> None:
        made.active["A1048576"] = "far"

    assert refusal(book(deep), "xlsx") == "too_many_rows"


def test_a_bomb_is_refused_before_it_is_inflated() -> None:
    plain = book(lambda made: made.active.append(["1", "A"]))
    zeros = b" " * (30 * 1024 * 1024)
    assert refusal(repacked(plain, {"xl/sharedStrings.xml": zeros}), "xlsx") == "grows_too_large"
    many = {f"xl/media/{number}": b"x" for number in range(1_001)}
    assert refusal(repacked(plain, many), "xlsx") == "grows_too_large"


@pytest.mark.parametrize(
    "entity",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
    ],
)
def test_entities_are_refused(entity: bytes) -> None:
    plain = book(lambda made: made.active.append(["1", "A"]))
    sheet = zipfile.ZipFile(io.BytesIO(plain)).read("xl/worksheets/sheet1.xml")
    assert refusal(repacked(plain, {"xl/worksheets/sheet1.xml": entity + sheet}), "xlsx") == "not_xlsx"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"code,name\n1,A\n", b"\xd0\xcf\x11\xe0" * 200])
def test_what_is_no_workbook(content: bytes) -> None:
    assert refusal(content, "xlsx") == "not_xlsx"


def test_a_cut_workbook_is_refused() -> None:
    plain = book(lambda made: made.active.append(["1", "A"]))
    for length in range(100, len(plain), 500):
        assert refusal(plain[:length], "xlsx") == "not_xlsx"
