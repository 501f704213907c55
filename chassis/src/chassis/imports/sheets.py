"""Reading a CSV or XLSX file into rows of text, with limits on everything that its sender can size.

Formulas aren't evaluated, types are text, external entities and zip bombs are refused. Runs in a process of its own.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from chassis.http.languages import Text

MOST_ROWS = 200_000
MOST_SKIPPED_ROWS = 50_000
MOST_COLUMNS = 64
LONGEST_CELL = 50_000
MOST_ENTRIES = 1_000
MOST_INFLATED_BYTES = 256 * 1024 * 1024
MOST_INFLATION = 150
"""How many times larger than compressed a part of a spreadsheet may be; above a mebibyte. Equal rows reach about 60."""
_MEBIBYTE = 1024 * 1024
# C0 controls but tab and line ends, and lone surrogates: PostgreSQL or JSON would refuse them.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

_ENCODING = Text("Berkas CSV harus berpenyandian UTF-8.", "A CSV file must be encoded in UTF-8.")
_QUOTING = Text("Tanda kutip di berkas ini tidak berpasangan.", "The file's quotes don't match.")
_EMPTY = Text("Berkas tidak memuat baris.", "The file holds no rows.")
_NOT_XLSX = Text("Berkas ini bukan lembar kerja XLSX yang utuh.", "The file isn't an intact XLSX workbook.")
_BOMB = Text(
    "Berkas menjadi terlalu besar bila dibuka; simpan ulang hanya dengan lembar datanya.",
    "The file grows too large when opened; save it anew with the sheet of data alone.",
)
_ROWS = Text("Paling banyak {most} baris dalam satu berkas.", "A file holds {most} rows at most.").filled(
    most=MOST_ROWS
)
_COLUMNS = Text("Paling banyak {most} kolom.", "There can be {most} columns at most.").filled(most=MOST_COLUMNS)
_LONG = Text("Isi sel melebihi {most} karakter.", "The cell is longer than {most} characters.").filled(
    most=LONGEST_CELL
)
_CONTROL = Text("Sel memuat karakter kendali, misalnya NUL.", "The cell holds a control character, such as NUL.")
_FORMULA = Text("Sel memuat rumus; tempelkan nilainya.", "The cell holds a formula; paste its value.")
_ERROR = Text("Sel memuat galat lembar kerja.", "The cell holds a spreadsheet's error.")
_EXTRA = Text("Baris ini punya sel di luar kolom berjudul.", "The row has cells beyond the named columns.")
_UNKNOWN = Text(
    "Kolom yang tidak dikenal: {unknown}. Yang dikenal: {known}.", "Unknown columns: {unknown}. Known are: {known}."
)
_TWICE = Text("Nama kolom muncul dua kali.", "A column's name stands there twice.")
_MISSING = Text("Kolom wajib tidak ada: {missing}.", "Required columns are missing: {missing}.")


class Unreadable(Exception):
    """The file as a whole can't be read."""

    def __init__(self, code: str, detail: Text) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


class BadCell(Exception):
    """A cell that can't be taken as text."""

    def __init__(self, code: str, detail: Text) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


Cells = Mapping[str, "str | BadCell"]
"""The cells of a row that say something, by column; the column "" stands for the whole row."""


def read_sheet(
    content: bytes,
    form: str,
    known: Collection[str],
    required: Collection[str],
    *,
    aliases: Mapping[str, str] | None = None,
) -> Iterator[tuple[int, Cells]]:
    """The rows that aren't blank, each with its number (the header is 1). Raises Unreadable, also in mid-way.

    `aliases`: the file is another system's; columns by the names that it may give them, in small letters and digits alone. A column that
    isn't named here isn't read.
    """
    records = _READERS[form](content)
    header = next(records, None)
    if header is None:
        raise Unreadable("empty", _EMPTY)
    names = _columns(header, known, required) if aliases is None else _aliased(header, aliases, required)
    count = skipped = 0
    for number, record in enumerate(records, 2):
        cells = _cells(names, record)
        if not cells:
            skipped += 1
            if skipped > MOST_SKIPPED_ROWS:
                raise Unreadable("too_many_rows", _ROWS)
            continue
        count += 1
        if count > MOST_ROWS:
            raise Unreadable("too_many_rows", _ROWS)
        yield number, cells
    if not count:
        raise Unreadable("empty", _EMPTY)


def _columns(header: Sequence[Any], known: Collection[str], required: Collection[str]) -> list[str]:
    if len(header) > MOST_COLUMNS:
        raise Unreadable("too_many_columns", _COLUMNS)
    names = [cell.strip().lower() if isinstance(cell, str) else "" for cell in header]
    while names and not names[-1]:
        names.pop()
    unknown = [name[:40] or "-" for name in names if name not in known]
    if unknown:
        told = ", ".join(name for name in unknown[:10] if re.fullmatch(r"[\w .-]+", name)) or "-"
        raise Unreadable("unknown_columns", _UNKNOWN.filled(unknown=told, known=", ".join(sorted(known))))
    if len(set(names)) < len(names):
        raise Unreadable("column_twice", _TWICE)
    missing = set(required) - set(names)
    if missing:
        raise Unreadable("missing_columns", _MISSING.filled(missing=", ".join(sorted(missing))))
    return names


def _aliased(header: Sequence[Any], aliases: Mapping[str, str], required: Collection[str]) -> list[str]:
    """The columns by their own names; "" for one that isn't read."""
    if len(header) > MOST_COLUMNS:
        raise Unreadable("too_many_columns", _COLUMNS)
    written = ["".join(filter(str.isalnum, cell.lower())) if isinstance(cell, str) else "" for cell in header]
    names = [aliases.get(name, "") for name in written]
    read = [name for name in names if name]
    if len(set(read)) < len(read):
        raise Unreadable("column_twice", _TWICE)
    missing = set(required) - set(read)
    if missing:
        raise Unreadable("missing_columns", _MISSING.filled(missing=", ".join(sorted(missing))))
    return names


def _cells(names: Sequence[str], record: Sequence[Any]) -> Cells:
    found: dict[str, str | BadCell] = {}
    for name, cell in zip(names, record, strict=False):
        if not name:
            continue
        taken = _text(cell.strip()) if isinstance(cell, str) else cell
        if taken:
            found[name] = taken
    if any(cell not in (None, "") for cell in record[len(names) :]):
        found[""] = BadCell("cells_without_column", _EXTRA)
    return found


def _text(cell: str) -> str | BadCell:
    if len(cell) > LONGEST_CELL:
        return BadCell("cell_too_long", _LONG)
    return BadCell("control_character", _CONTROL) if _UNWRITABLE.search(cell) else cell


def _read_csv(content: bytes) -> Iterator[Sequence[Any]]:
    """Comma or semicolon, whichever the header has more of outside quotes."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("encoding", _ENCODING) from None
    csv.field_size_limit(LONGEST_CELL * 4)
    first = re.sub(r'"[^"]*"', "", text[:10_000].partition("\n")[0])
    separator = ";" if first.count(";") > first.count(",") else ","
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    except csv.Error as error:
        if "field limit" in str(error):
            raise Unreadable("cell_too_long", _LONG) from None
        raise Unreadable("quoting", _QUOTING) from None


def _read_xlsx(content: bytes) -> Iterator[Sequence[Any]]:
    """The first sheet."""
    from openpyxl import load_workbook  # noqa: PLC0415 - a tenth of a service's start, for what a process of its own does

    _check_archive(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size isn't believed
        header = next(sheet.iter_rows(max_row=1, max_col=MOST_COLUMNS + 1), ())
        named = max((place for place, cell in enumerate(header, 1) if cell.value is not None), default=0)
        yield [_plain(cell) for cell in header[:named]]
        for row in sheet.iter_rows(min_row=2, max_col=named + 1):
            yield [_plain(cell) for cell in row]
    except Unreadable:
        raise
    except Exception as error:
        # openpyxl meets broken files with whatever its parsers raise.
        raise Unreadable("not_xlsx", _NOT_XLSX) from error


def _check_archive(content: bytes) -> None:
    """Before anything is inflated: how large its parts say they will be; zipfile gives no more than they said."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        raise Unreadable("not_xlsx", _NOT_XLSX) from None
    grown = any(
        entry.file_size > _MEBIBYTE and entry.file_size > MOST_INFLATION * max(entry.compress_size, 1)
        for entry in entries
    )
    if grown or len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_INFLATED_BYTES:
        raise Unreadable("grows_too_large", _BOMB)


def _plain(cell: Any) -> Any:
    """A cell as text, None or what is wrong with it."""
    if cell.value is None:
        return None
    value, kind = cell.value, cell.data_type
    if kind == "f":
        return BadCell("formula", _FORMULA)
    if kind == "e":
        return BadCell("sheet_error", _ERROR)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


_READERS: Mapping[str, Callable[[bytes], Iterator[Sequence[Any]]]] = {"csv": _read_csv, "xlsx": _read_xlsx}
FORMS = tuple(_READERS)
