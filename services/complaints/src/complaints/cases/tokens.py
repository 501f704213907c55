"""Tracking tokens: what a reporter without account holds for a day after showing code and PIN. Pure."""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

LIFETIME = timedelta(days=1)
_MAC_BYTES = 16


def mint(key: bytes, case_id: UUID, now: datetime) -> str:
    """A token for one case, good for a day."""
    content = case_id.bytes + int((now + LIFETIME).timestamp()).to_bytes(8)
    return base64.urlsafe_b64encode(content + _mac(key, content)).decode().rstrip("=")


def read(key: bytes, token: str, now: datetime) -> UUID | None:
    """The case that a token opens; None if it isn't ours or its day is over."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    content, mac = raw[:24], raw[24:]
    if len(raw) != 24 + _MAC_BYTES or not hmac.compare_digest(mac, _mac(key, content)):
        return None
    return UUID(bytes=content[:16]) if now.timestamp() < int.from_bytes(content[16:]) else None


def _mac(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, b"tracking token " + content, hashlib.sha256)[:_MAC_BYTES]
