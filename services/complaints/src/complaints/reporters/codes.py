"""Tracking codes and access PINs: 55 random bits and 30 derived ones, together more than 80 (reliability S5). Pure.

Crockford's alphabet: no I, L, O, U; what is typed in their place is understood. The last character checks the others.
"""

import hashlib
import hmac
from collections.abc import Callable
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "PRM"
_RANDOM = 11
_PIN = 6
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def new_code(random_below: Callable[[int], int]) -> str:
    """A new tracking code, `PRM-XXXX-XXXX-XXXX`. `random_below` must be unpredictable."""
    number = random_below(32**_RANDOM)  # drawn once: each draw asks the operating system
    body = "".join(ALPHABET[number >> 5 * place & 31] for place in range(_RANDOM))
    return _written(body + check_character(body))


def check_character(body: str) -> str:
    """The Luhn mod 32 character of a body: one wrong character, or two neighbours exchanged, are noticed."""
    total = 0
    for place, character in enumerate(reversed(body)):
        product = _VALUES[character] * (2 if place % 2 == 0 else 1)
        total += product // 32 + product % 32
    return ALPHABET[-total % 32]


def read_code(typed: str) -> str | None:
    """The code that somebody typed, in its written form; None if it can't be one."""
    plain = typed.strip().upper().removeprefix(PREFIX).translate(_LOOKALIKES)
    body, check = plain[:-1], plain[-1:]
    if len(body) != _RANDOM or any(character not in _VALUES for character in plain):
        return None
    return _written(plain) if check_character(body) == check else None


def access_pin(key: bytes, case_id: UUID) -> str:
    """The PIN of a case: derived, so that it is stored nowhere and a replayed reply can show it again."""
    digest = hmac.digest(key, b"access pin " + case_id.bytes, hashlib.sha256)
    return "".join(ALPHABET[byte % 32] for byte in digest[:_PIN])


def is_pin(key: bytes, case_id: UUID, typed: str) -> bool:
    """Whether somebody typed the PIN of this case; takes the same time either way."""
    plain = typed.strip().upper().translate(_LOOKALIKES)
    return hmac.compare_digest(access_pin(key, case_id).encode(), plain.encode("utf-8", "replace"))


def _written(plain: str) -> str:
    return "-".join((PREFIX, plain[:4], plain[4:8], plain[8:]))
