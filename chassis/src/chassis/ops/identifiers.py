"""UUIDv7 identifiers: ordered by time, made by the service so that a reply is known beforehand."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new UUID, version 7."""
    return uuid7()


def made_at_ms(identifier: UUID) -> int:
    """The Unix milliseconds inside a version 7 identifier."""
    return identifier.int >> 80


def acceptable(identifier: UUID, now: datetime) -> bool:
    """Whether a client may bring this id: version 7, and not from the future (a minute of drift is forgiven)."""
    return identifier.version == 7 and made_at_ms(identifier) <= int(now.timestamp() * 1000) + 60_000
