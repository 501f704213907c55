"""What GATEWAY_SECRET is for: one key for each purpose is derived from it, to seal, to index and to sign with."""

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 32
_NONCE_BYTES = 12


class WrongSecret(Exception):
    """What is stored was sealed under another GATEWAY_SECRET, or was altered."""


def read_secret(text: str) -> bytes:
    """The 32 bytes of a base64url text, padded or not. Raises ValueError."""
    try:
        secret = urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (NotBase64, ValueError) as error:
        raise ValueError("it must be 32 bytes in base64url") from error
    if len(secret) != SECRET_BYTES:
        raise ValueError("it must be 32 bytes in base64url")
    return secret


def derived(secret: bytes, purpose: str) -> bytes:
    """The 32-byte key of one purpose (HKDF-SHA-256): a key that leaks opens nothing else."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"prima-gateway {purpose}".encode()).derive(secret)


def index(key: bytes, text: str) -> bytes:
    """A keyed index of a text: equal texts have equal indexes, and without the key they tell nothing."""
    return hmac.digest(key, text.encode(), hashlib.sha256)


class Sealer:
    """AES-256-GCM under the key of one purpose; a sealed value opens only in the place it was sealed for."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        self._cipher = AESGCM(derived(secret, purpose))

    def seal(self, plain: bytes, *, place: str) -> bytes:
        """Nonce and ciphertext. `place`: the row and column, as associated data."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, *, place: str) -> bytes:
        """The plain bytes. Raises WrongSecret."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except InvalidTag as error:
            raise WrongSecret from error
