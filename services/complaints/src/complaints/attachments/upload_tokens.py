"""Upload tokens: whoever uploaded a file without being known shows one to ask about it or take it back. Pure."""

import base64
import hashlib
import hmac
from uuid import UUID

_MAC_BYTES = 16


def mint(key: bytes, file_id: UUID) -> str:
    """The token of a file."""
    return base64.urlsafe_b64encode(_mac(key, file_id)).decode().rstrip("=")


def opens(key: bytes, file_id: UUID, token: str | None) -> bool:
    """Whether the token is this file's."""
    return token is not None and hmac.compare_digest(mint(key, file_id).encode(), token.encode("utf-8", "replace"))


def _mac(key: bytes, file_id: UUID) -> bytes:
    return hmac.digest(key, b"upload token " + file_id.bytes, hashlib.sha256)[:_MAC_BYTES]
