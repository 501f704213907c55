"""Wire models of imports."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from chassis.http.models import Shape
from chassis.imports.wire import Progress, Result

Kind = Literal["institutions", "units", "people", "appointments", "services", "standards"]
State = Literal["queued", "validating", "ready", "applying", "done", "failed", "cancelled"]


class Import(Shape):
    """A file on its way into the registry. `failed`: it has errors, and nothing of it was written."""

    id: UUID
    kind: Kind
    dry_run: bool
    effective_on: date | None
    institution_id: UUID | None
    state: State
    progress: Progress
    result: Result | None
    created_at: datetime
    finished_at: datetime | None
