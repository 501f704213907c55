"""Wire models of uploads and attachments."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Code, Shape


class Upload(Shape):
    """A file that was taken. `upload_token` asks about it later; `attachment_id` where a Tracking-Token attached it at once.

    `sha256` is of what is kept: where `cleaned`, place, device and the like were taken out of a photograph or film.
    """

    id: UUID
    state: str
    media_type: str
    name: str | None
    size_bytes: int
    sha256: str
    cleaned: bool
    verdict: str | None
    expires_at: datetime | None
    created_at: datetime
    upload_token: str | None
    attachment_id: UUID | None


class Attaching(Body):
    """Uploads for a case. `kind`: evidence_kinds. `internal` hides them from the reporter; reporters can't set it."""

    upload_ids: Annotated[list[UUID], Field(min_length=1, max_length=20)]
    kind: Code | None = None
    internal: bool = False


class Attachment(Shape):
    """A file of a case. Only a `clean` one is given; `added_by` is null for the reporter."""

    id: UUID
    state: str
    media_type: str
    name: str | None
    size_bytes: int
    sha256: str
    kind: str | None
    origin: str
    internal: bool
    verdict: str | None
    added_by: dict[str, Any] | None
    added_at: datetime


class Attachments(Shape):
    items: list[Attachment]
