"""The one-time code of an invitation: 80 bits derived from the case, in Crockford's alphabet, and the digest that travels. Pure.

Evaluation is told the digest alone: whoever reads its database can't answer in a reporter's place, nor tell whose code it was.
"""

import hashlib
import hmac
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_GROUP = 4


def survey_code(key: bytes, case_id: UUID) -> str:
    """The code as it is shown: `7QK2-M9XD-31TV-0HRB`."""
    digest = hmac.digest(key, b"survey code " + case_id.bytes, hashlib.sha256)
    letters = "".join(ALPHABET[byte % 32] for byte in digest[:LENGTH])
    return "-".join(letters[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def code_digest(code: str) -> bytes:
    """SHA-256 of a code without its hyphens."""
    return hashlib.sha256(code.replace("-", "").encode()).digest()
