"""Wire models of exports."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Instant, Shape

Format = Literal["csv", "ndjson"]
State = Literal["queued", "running", "done", "failed", "cancelled"]


class ExportBody(Body):
    """`filter` has the parameters of the resource's list by their names, without sort and paging; several values as a list."""

    resource: str
    filter: dict[str, Any] = Field(default_factory=dict)
    format: Format
    since: Instant | None = Field(
        None, description="Only what changed from this instant on, where the resource knows that"
    )


class ExportProgress(Shape):
    """`rows` of the whole, null until it is known; `bytes` that were written."""

    rows: int | None
    bytes: int


class Manifest(Shape):
    """What the file is: as many rows as `count=exact` tells at the snapshot, and the SHA-256 of all its bytes."""

    rows: int
    bytes: int
    sha256: str
    media_type: str
    snapshot_at: datetime


class Export(Shape):
    """A file in the making; its bytes are at `/content` until it expires."""

    id: UUID
    resource: str
    format: Format
    filter: dict[str, Any]
    since: datetime | None
    state: State
    progress: ExportProgress
    manifest: Manifest | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime
