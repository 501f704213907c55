"""Taking out of photographs and films what their sender may not know is in them: place, device, time, thumbnails. Pure.

The picture itself isn't touched: segments are left out, not encoded anew. A photograph keeps its orientation and its colours.
"""

import re
from collections.abc import Iterator
from typing import Literal

from complaints.attachments.formats import JPEG, M4A, MP4, PNG, QUICKTIME, THREE_GPP, WEBP
from complaints.attachments.pictures import Damaged

_PNG_KEPT = frozenset(
    {
        b"tRNS",
        b"gAMA",
        b"cHRM",
        b"sRGB",
        b"iCCP",
        b"sBIT",
        b"bKGD",
        b"pHYs",
        b"hIST",
        b"cICP",
        b"acTL",
        b"fcTL",
        b"fdAT",
    }
)
"""Ancillary chunks that change how a picture looks; the critical ones begin with a capital letter."""
_WEBP_DROPPED = frozenset({b"EXIF", b"XMP "})
_WEBP_FLAGS = 0x08 | 0x04
_JPEG_NEXT = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
_ORIENTATION = 0x0112
_TELLING_BOXES = frozenset({b"udta", b"meta", b"uuid"})
_NESTED_BOXES = frozenset({b"moov", b"trak"})
_MOST_BOXES = 10_000


def without_traces(content: bytes, media_type: str) -> bytes:
    """The file without its traces; the same bytes where the type has none. Raises Damaged."""
    try:
        match media_type:
            case "image/jpeg":
                return b"".join(_jpeg(content))
            case "image/png":
                return b"".join(_png(content))
            case "image/webp":
                return _webp(content)
            case "video/mp4" | "video/quicktime" | "video/3gpp" | "audio/mp4":
                return _film(content)
    except IndexError as error:
        raise Damaged from error
    return content


CLEANED = frozenset({JPEG, PNG, WEBP, MP4, QUICKTIME, THREE_GPP, M4A})
"""Types out of which traces are taken."""


def _jpeg(content: bytes) -> Iterator[bytes]:
    """The segments that are kept; what stands behind the end of the picture is left out too."""
    yield content[:2]
    place, oriented = 2, False
    while True:
        if content[place] != 0xFF:
            raise Damaged
        start = place
        while content[place] == 0xFF:
            place += 1
        marker = content[place]
        place += 1
        if marker == 0xD9:
            yield b"\xff\xd9"
            return
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            yield content[start:place]
            continue
        length = int.from_bytes(content[place : place + 2])
        end = place + length
        if length < 2 or end > len(content):
            raise Damaged
        body = content[place + 2 : end]
        if marker == 0xDA:
            found = _JPEG_NEXT.search(content, end)
            if found is None:
                raise Damaged
            end = found.start()
        if _is_kept(marker, body):
            yield content[start:end]
        elif not oriented and (orientation := _orientation(body)):
            oriented = True
            yield _oriented(orientation)
        place = end


def _is_kept(marker: int, body: bytes) -> bool:
    """Of the application segments only JFIF, colour profile and Adobe's transform; no comment."""
    if marker == 0xE2:
        return body.startswith(b"ICC_PROFILE\x00")
    return marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _orientation(body: bytes) -> int | None:
    """The orientation that an Exif segment gives, 2 to 8; None for upright or none."""
    tiff = body[6:]
    if not body.startswith(b"Exif\x00\x00") or tiff[:2] not in (b"II", b"MM"):
        return None
    order: Literal["little", "big"] = "little" if tiff[:2] == b"II" else "big"

    def number(place: int, size: int) -> int:
        return int.from_bytes(tiff[place : place + size], order)

    first = number(4, 4)
    for index in range(min(number(first, 2), 200)):
        entry = first + 2 + 12 * index
        if number(entry, 2) == _ORIENTATION:
            value = number(entry + 8, 2)
            return value if 2 <= value <= 8 else None
    return None


def _oriented(orientation: int) -> bytes:
    """An Exif segment that says nothing but the orientation."""
    entry = b"\x01\x12\x00\x03\x00\x00\x00\x01" + bytes((0, orientation, 0, 0))
    body = b"Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01" + entry + bytes(4)
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body


def _png(content: bytes) -> Iterator[bytes]:
    yield content[:8]
    place = 8
    while True:
        length, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        end = place + 12 + length
        if len(kind) < 4 or end > len(content):
            raise Damaged
        if kind[:1].isupper() or kind in _PNG_KEPT:
            yield content[place:end]
        if kind == b"IEND":
            return
        place = end


def _webp(content: bytes) -> bytes:
    kept, place = bytearray(b"WEBP"), 12
    end = min(8 + int.from_bytes(content[4:8], "little"), len(content))
    while place + 8 <= end:
        kind, length = content[place : place + 4], int.from_bytes(content[place + 4 : place + 8], "little")
        following = place + 8 + length + length % 2
        if place + 8 + length > end:
            raise Damaged
        chunk = bytearray(content[place:following])
        if kind == b"VP8X" and length >= 10:
            chunk[8] &= ~_WEBP_FLAGS & 0xFF
        if kind not in _WEBP_DROPPED:
            kept += chunk
        place = following
    return b"RIFF" + len(kept).to_bytes(4, "little") + bytes(kept)


def _film(content: bytes) -> bytes:
    """Boxes that tell become free space of the same size: nothing that points into the film moves."""
    film = bytearray(content)
    waiting, seen = [(0, len(film))], 0
    while waiting:
        place, end = waiting.pop()
        while place + 8 <= end:
            seen += 1
            size, kind, head = int.from_bytes(film[place : place + 4]), bytes(film[place + 4 : place + 8]), 8
            if size == 1:
                size, head = int.from_bytes(film[place + 8 : place + 16]), 16
            elif size == 0:
                size = end - place
            if size < head or place + size > end or seen > _MOST_BOXES:
                raise Damaged
            if kind in _TELLING_BOXES:
                film[place + 4 : place + 8] = b"free"
                film[place + head : place + size] = bytes(size - head)
            elif kind in _NESTED_BOXES:
                waiting.append((place + head, place + size))
            place += size
    return bytes(film)
