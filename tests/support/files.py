"""Small files of each kind, made by hand, so that tests know every byte of them."""

import io
import zipfile
import zlib

PLACE = b"GPS-6.2088,106.8456"
"""What a telephone writes into a photograph, and nobody should be given."""


def png(width: int = 2, height: int = 2, *, extra: bytes = b"") -> bytes:
    """A grey picture; `extra` chunks stand before its pixels."""
    header = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    pixels = zlib.compress(b"".join(b"\x00" + bytes(width) for _ in range(min(height, 8))))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body


def exif(orientation: int) -> bytes:
    """An Exif segment with an orientation and a place, in little-endian TIFF."""
    tags = b"\x12\x01\x03\x00\x01\x00\x00\x00" + bytes((orientation, 0, 0, 0))
    return segment(0xE1, b"Exif\x00\x00II\x2a\x00\x08\x00\x00\x00\x01\x00" + tags + bytes(4) + PLACE)


JPEG_FRAME = segment(0xC0, b"\x08\x00\x10\x00\x20\x01\x01\x11\x00")
"""32 by 16 pixels."""
JPEG_SCAN = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"


def jpeg(*, orientation: int = 6, trailer: bytes = b"") -> bytes:
    """A photograph with an Exif segment and a comment; `trailer` stands behind its end."""
    head = segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
    comment = segment(0xFE, b"made by " + PLACE)
    return b"\xff\xd8" + head + exif(orientation) + comment + JPEG_FRAME + JPEG_SCAN + b"\xff\xd9" + trailer


def box(kind: bytes, body: bytes) -> bytes:
    """A box of an MP4."""
    return (len(body) + 8).to_bytes(4) + kind + body


def mp4() -> bytes:
    """A film that tells where it was taken."""
    track = box(b"trak", box(b"tkhd", bytes(8)) + box(b"udta", PLACE))
    film = box(b"moov", box(b"mvhd", bytes(8)) + track + box(b"udta", b"\xa9xyz" + PLACE))
    return box(b"ftyp", b"mp42" + bytes(4)) + film + box(b"mdat", b"frames")


def pdf(*objects: bytes) -> bytes:
    """A document with these further objects."""
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, each) for number, each in enumerate(objects, 2))
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def docx(parts: dict[str, bytes] | None = None) -> bytes:
    """A text document with these further parts."""
    found = {
        "[Content_Types].xml": b"<Types/>",
        "word/document.xml": b"<w:document><w:body/></w:document>",
    } | (parts or {})
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in found.items():
            archive.writestr(name, body)
    return written.getvalue()
