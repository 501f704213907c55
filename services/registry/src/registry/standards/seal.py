"""The content hash that a decree seals: the same text gives the same hash on any machine. Pure."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def content_hash(number: str, version: int, content: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of number, version, components and considerations as JSON with sorted names and no blanks."""
    sealed = {
        "number": number,
        "version": version,
        "components": content["components"],
        "considerations": content["considerations"],
    }
    text = json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
