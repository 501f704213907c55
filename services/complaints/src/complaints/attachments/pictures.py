"""The size of a picture in pixels, read from its header: nothing is decoded. Pure."""

from complaints.attachments.formats import JPEG, PNG, WEBP

PICTURES = frozenset({JPEG, PNG, WEBP})
_NOT_FRAMES = frozenset({0xC4, 0xC8, 0xCC})
"""Markers among SOF0–SOF15 that are tables, not frames."""


class Damaged(ValueError):
    """The file isn't built as its type demands."""


def pixels(content: bytes, media_type: str) -> int:
    """Width times height. Raises Damaged."""
    try:
        width, height = {JPEG: _jpeg, PNG: _png, WEBP: _webp}[media_type](content)
    except IndexError as error:
        raise Damaged from error
    if width == 0 or height == 0:
        raise Damaged
    return width * height


def _png(content: bytes) -> tuple[int, int]:
    if content[12:16] != b"IHDR" or len(content) < 24:
        raise Damaged
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _jpeg(content: bytes) -> tuple[int, int]:
    place = 2
    while True:
        if content[place] != 0xFF:
            raise Damaged
        while content[place] == 0xFF:
            place += 1
        marker = content[place]
        place += 1
        if 0xC0 <= marker <= 0xCF and marker not in _NOT_FRAMES:
            frame = content[place + 3 : place + 7]
            if len(frame) < 4:
                raise Damaged
            return int.from_bytes(frame[2:4]), int.from_bytes(frame[:2])
        if marker in (0xD9, 0xDA):
            raise Damaged
        if marker != 0x01 and not 0xD0 <= marker <= 0xD8:
            length = int.from_bytes(content[place : place + 2])
            if length < 2:
                raise Damaged
            place += length


def _webp(content: bytes) -> tuple[int, int]:
    kind, body = content[12:16], content[20:30]
    if len(body) < 10:
        raise Damaged
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    raise Damaged
