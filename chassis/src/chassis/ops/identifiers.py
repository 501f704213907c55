"""UUIDv7 identifiers: ordered by time, made by the service so that a reply is known beforehand."""

import secrets
import time
from datetime import datetime
from uuid import UUID, SafeUUID

import uuid_utils
from uuid_utils.compat import uuid7

_RANDOM_BITS = 62
_UNKNOWN = SafeUUID.unknown


def new_id() -> UUID:
    """A new UUID, version 7."""
    return uuid7()


def new_id_text() -> str:
    """A new one as it is written: an eighth of the time of one that is made first."""
    return str(uuid_utils.uuid7())


def new_ids(count: int) -> list[UUID]:
    """So many at once, in order: of one instant and one random number that is counted up (RFC 9562 §6.2).

    A third of what as many single ones take. Whoever knows one can guess its neighbours: not for what must not be guessed.
    """
    instant = time.time_ns() // 1_000_000
    random = secrets.randbelow((1 << _RANDOM_BITS) - count)
    first = instant << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << _RANDOM_BITS | random
    return [_unchecked(number) for number in range(first, first + count)]


def made_at_ms(identifier: UUID) -> int:
    """The Unix milliseconds inside a version 7 identifier."""
    return identifier.int >> 80


def acceptable(identifier: UUID, now: datetime) -> bool:
    """Whether a client may bring this id: version 7, and not from the future (a minute of drift is forgiven)."""
    return identifier.version == 7 and made_at_ms(identifier) <= int(now.timestamp() * 1000) + 60_000


def _unchecked(value: int) -> UUID:
    """What UUID(int=value) makes, without its checks."""
    made = object.__new__(UUID)
    object.__setattr__(made, "int", value)
    object.__setattr__(made, "is_safe", _UNKNOWN)
    return made
