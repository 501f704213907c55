"""Keys derived from IDENTITY_KEY, one for each purpose: what one of them gives away tells nothing of the others."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

KEY_VERSION = 1
"""Of the identity key; stored beside what it sealed, so that it can be changed."""


class BadIdentityKey(ValueError):
    """IDENTITY_KEY isn't 32 bytes in base64url."""


def _derived(master: bytes, purpose: str) -> bytes:
    """HKDF-SHA256 (RFC 5869) with an empty salt and one block of output."""
    extracted = hmac.digest(bytes(32), master, hashlib.sha256)
    return hmac.digest(extracted, f"prima complaints {purpose}".encode() + b"\x01", hashlib.sha256)


@dataclass(frozen=True, slots=True, repr=False)
class CaseKeys:
    """`sealing` encrypts identities, `index` finds equal ones, `pin` makes access PINs, `token` signs tracking tokens,
    `filer` hides which account filed a case, `survey` makes the one-time codes of invitations."""

    sealing: bytes
    index: bytes
    pin: bytes
    token: bytes
    filer: bytes
    survey: bytes

    def filed_by(self, subject: str) -> bytes:
        """The digest under which a case remembers the account or client that filed it."""
        return _digest(self.filer, subject)


@lru_cache(4096)
def _digest(key: bytes, text: str) -> bytes:
    """Kept for those who come again: an officer's every reading asks for it."""
    return hmac.digest(key, text.encode(), hashlib.sha256)


def read_keys(identity_key: str) -> CaseKeys:
    """The keys of a 32-byte key in base64url, padded or not. Raises BadIdentityKey."""
    try:
        master = base64.b64decode(identity_key + "=" * (-len(identity_key) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadIdentityKey from error
    if len(master) != 32:
        raise BadIdentityKey
    return CaseKeys(*(_derived(master, purpose) for purpose in ("sealing", "index", "pin", "token", "filer", "survey")))
