"""The names of files: read from Content-Disposition, made harmless, written back. Pure."""

import re
import unicodedata
from urllib.parse import quote, unquote

from complaints.attachments.formats import EXTENSIONS

LONGEST = 120
_EXTENDED = re.compile(r"(?i)filename\*\s*=\s*utf-8''([^;]+)")
_PLAIN = re.compile(r'(?i)filename\s*=\s*(?:"([^"]*)"|([^;]+))')


def read_name(disposition: str | None) -> str | None:
    """The file's name without any path, as sent (RFC 6266); None if none was."""
    if disposition is None:
        return None
    extended, plain = _EXTENDED.search(disposition), _PLAIN.search(disposition)
    given = unquote(extended[1]) if extended else (plain[1] or plain[2] or "") if plain else ""
    return _harmless(given)


def _harmless(given: str) -> str | None:
    last = re.split(r"[/\\]", given)[-1]
    # Category C: control characters, and those that turn the direction of writing, by which "gpj.exe" reads "exe.jpg".
    kept = "".join(
        character for character in unicodedata.normalize("NFC", last) if unicodedata.category(character)[0] != "C"
    )
    return kept.strip(" .")[:LONGEST] or None


def disposition(name: str | None, media_type: str, fallback: str) -> str:
    """`attachment` with the name, which always ends in the extension of what the file really is."""
    extension = EXTENSIONS[media_type]
    stem = (name or fallback).removesuffix(f".{extension}")
    full = f"{stem}.{extension}"
    ascii_name = re.sub(r"[^A-Za-z0-9._ -]", "_", full)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(full, safe='')}"
