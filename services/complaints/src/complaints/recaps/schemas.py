"""Wire models of imports of recaps."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.http.models import Label, Shape

Kind = Literal["lapor_recap"]
State = Literal["queued", "validating", "applying", "done", "failed", "cancelled"]


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


class Import(Shape):
    """A recap on its way into the statistics. `failed`: it has errors, and nothing of it was written."""

    id: UUID
    kind: Kind
    dry_run: bool
    institution_id: UUID
    state: State
    progress: Progress
    result: Result | None
    created_at: datetime
    finished_at: datetime | None
