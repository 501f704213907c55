"""What a file is, by its content alone: a name or a declared type is never believed. Pure."""

import io
import zipfile
from collections.abc import Mapping

PDF, PNG, JPEG, WEBP = "application/pdf", "image/png", "image/jpeg", "image/webp"
MP4, QUICKTIME, THREE_GPP, M4A = "video/mp4", "video/quicktime", "video/3gpp", "audio/mp4"
MP3, OGG = "audio/mpeg", "audio/ogg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

EXTENSIONS: Mapping[str, str] = {
    PDF: "pdf",
    PNG: "png",
    JPEG: "jpg",
    WEBP: "webp",
    MP4: "mp4",
    QUICKTIME: "mov",
    THREE_GPP: "3gp",
    M4A: "m4a",
    MP3: "mp3",
    OGG: "ogg",
    DOCX: "docx",
    XLSX: "xlsx",
}
"""What is taken, each with the extension under which it is given back. Nothing that a browser or an office program runs."""

_STARTS = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"OggS", OGG), (b"ID3", MP3))
_MPEG_FRAMES = (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")
_VIDEO_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash"}
)
_AUDIO_BRANDS = frozenset({b"M4A ", b"M4B "})
_MANIFEST = "[Content_Types].xml"
_MOST_ENTRIES = 5_000


def media_type_of(content: bytes) -> str | None:
    """The media type of a file that may be taken; None for every other (SVG, HTML, programs, archives …)."""
    for start, found in _STARTS:
        if content.startswith(start):
            return found
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp":
        return _by_brand(content[8:12])
    if content[:2] in _MPEG_FRAMES:
        return MP3
    return _office(content) if content.startswith(b"PK\x03\x04") else None


def _by_brand(brand: bytes) -> str | None:
    if brand in _AUDIO_BRANDS:
        return M4A
    if brand == b"qt  ":
        return QUICKTIME
    if brand[:3] in (b"3gp", b"3g2"):
        return THREE_GPP
    return MP4 if brand in _VIDEO_BRANDS else None


def _office(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist()[:_MOST_ENTRIES])
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError):
        return None
    if _MANIFEST not in names:
        return None
    if "word/document.xml" in names:
        return DOCX
    return XLSX if "xl/workbook.xml" in names else None
