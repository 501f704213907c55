"""What the registry reads of the events of complaints, and nothing else. Pure."""

from datetime import datetime
from uuid import UUID

from directory.told import Told


class CaseTold(Told):
    """Of `case.*`: whether it speaks of a service, and of which."""

    id: UUID
    type: str
    state: str
    service_id: UUID | None
    category: str | None
    region_code: str | None
    channel: str
    filed_at: datetime


READS: dict[str, type[Told]] = {"case.": CaseTold}
"""By how the event's type begins."""
