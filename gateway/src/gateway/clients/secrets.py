"""Secrets of clients.

They are 256 random bits, so a plain SHA-256 keeps them as safe as a slow hash would: nobody can guess through it, and a token
costs no 30 ms of memory-hard work. Passwords of people, which can be guessed, are hashed with Argon2id (accounts/passwords.py).
"""

import hashlib
import hmac
from collections.abc import Iterable
from secrets import token_urlsafe

HINT_LETTERS = 4
_NOBODYS = hashlib.sha256(b"").digest()


def make_secret() -> str:
    """A new secret: 43 letters of base64url."""
    return token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def hint(secret: str) -> str:
    """Its last letters, by which people tell secrets apart."""
    return secret[-HINT_LETTERS:]


def matches(secret: str, hashes: Iterable[bytes]) -> bool:
    """Whether the secret is one of these; each is compared in constant time, and something is compared in any case."""
    presented = hash_secret(secret)
    found = False
    for held in [*hashes, _NOBODYS]:
        found |= hmac.compare_digest(presented, held) and held != _NOBODYS
    return found
