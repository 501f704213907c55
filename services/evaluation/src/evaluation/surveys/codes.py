"""One-time codes: 80 random bits, printed in groups of four; only their hashes are kept. Pure but for the randomness.

A used code isn't tied to its answer, and only the day of its use is kept: who got which code says nothing of who answered what.
"""

import hashlib
import secrets
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O and U."""
LENGTH = 16
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_code() -> str:
    """A new code as it is printed: `7QK2-M9XD-31TV-0HRB`."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, LENGTH, 4))


def code_hash(survey_id: UUID, code: str) -> bytes:
    """What is kept of a code, however it was typed: small letters, blanks and letters taken for digits are forgiven."""
    return hashlib.sha256(survey_id.bytes + code.upper().translate(_MISREAD).encode()).digest()


def reference_hash(survey_id: UUID, reference: str) -> bytes:
    """What is kept of a transaction's number, so that one transaction is answered for once."""
    return hashlib.sha256(b"reference" + survey_id.bytes + reference.strip().encode()).digest()
