"""What evaluation reads of others' events, and nothing else: a field that isn't named here may go without notice.

A contract test holds these against what the other services' real applications record. Pure.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field, field_validator

from directory.told import Told


class CaseTold(Told):
    """Of `case.*`: neither who filed it nor what was written."""

    id: UUID
    type: str
    case_class: str = Field(alias="class")
    state: str
    institution_id: UUID | None
    unit_id: UUID | None
    service_id: UUID | None
    category: str | None
    region_code: str | None
    channel: str
    filed_at: datetime
    due_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    late: bool
    rating: int | None
    visibility_class: str


class StandardTold(Told):
    """Of `standard.*`. The last four are null where the registry has nothing on record, which isn't the same as not done."""

    id: UUID
    service_id: UUID
    unit_id: UUID | None
    institution_id: UUID | None
    number: str
    version: int
    state: str
    effective_on: date | None
    effective_to: date | None
    completion_time: dict[str, Any] | None
    fee: dict[str, Any] | None
    review_due_on: date | None
    consultation_elements: list[str] | None
    publication_media: list[str] | None
    charter_state: str | None
    reviewed_on: date | None


class InvitationTold(Told):
    """Of `survey.invited`: neither of which case nor of whom."""

    code_sha256: bytes
    service_id: UUID
    expires_on: date

    @field_validator("code_sha256", mode="before")
    @classmethod
    def _from_hex(cls, value: str) -> bytes:
        return bytes.fromhex(value)


READS: dict[str, dict[str, type[Told]]] = {
    "complaints": {"case.": CaseTold, "survey.invited": InvitationTold},
    "registry": {"standard.": StandardTold},
}
"""By the feed, then by how the event's type begins; beside what the directory's copy reads."""
