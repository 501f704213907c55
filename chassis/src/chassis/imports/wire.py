"""What every import says alike: its forms, how far it has come, what was found, what became of it."""

from chassis.http.languages import Text
from chassis.http.models import Label, Shape
from chassis.http.problems import Conflict, UnsupportedMediaType

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = {"text/csv": "csv", XLSX: "xlsx"}
"""By content type."""


class NotASpreadsheet(UnsupportedMediaType):
    """A file is CSV or XLSX, by its Content-Type."""

    code = "not_a_spreadsheet"
    title = Text("Berkas harus CSV atau XLSX", "The file must be CSV or XLSX")


class AlreadyFinished(Conflict):
    """The import is done, failed or cancelled: there is nothing left to cancel."""

    code = "already_finished"
    title = Text("Impor ini sudah selesai", "The import has finished already")


def form_of(content_type: str) -> str:
    """`csv` or `xlsx`. Raises NotASpreadsheet."""
    form = FORMS.get(content_type.partition(";")[0].strip().lower())
    if form is None:
        raise NotASpreadsheet
    return form


class Progress(Shape):
    """`share` of the whole work, from 0 to 1."""

    rows_read: int
    share: float


class FindingShown(Shape):
    """`row` as a spreadsheet counts (the header is 1); null: the whole file."""

    row: int | None
    column: str | None
    code: str
    detail: Label


class Result(Shape):
    """What became, or of a dry run would become, of the rows; the first findings of each sort, and how many there are."""

    rows: int
    created: int
    changed: int
    unchanged: int
    error_count: int
    warning_count: int
    errors: list[FindingShown]
    warnings: list[FindingShown]
