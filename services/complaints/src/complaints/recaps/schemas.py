"""Wire models of imports of recaps."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.http.models import Shape
from chassis.imports.wire import Progress, Result

Kind = Literal["lapor_recap"]
State = Literal["queued", "validating", "applying", "done", "failed", "cancelled"]


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
