"""What a PDF or an office document may not hold: programs, other files, more than it admits. Pure; nothing is rendered.

A structural check, no substitute for a virus scanner: see CLAMD_ADDRESS.
"""

import io
import re
import zipfile
import zlib

MOST_INFLATED = 200 * 1024 * 1024
MOST_ENTRIES = 5_000
MOST_RATIO = 200
"""Text compresses 10 to 50 times; a bomb a thousand times and more."""
_PIECE = 1024 * 1024
_MOST_RELATIONSHIPS = 5 * 1024 * 1024
_MOST_OF_PDF = 64 * 1024 * 1024

_PDF_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z0-9])")
_PDF_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_PDF_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PDF_STREAM = re.compile(rb"stream\r?\n")
_OFFICE_ACTIVE = re.compile(r"(?i)vbaProject|vbaData|/embeddings/|/activeX/|\.(?:bin|exe|dll|js|vbs)$")
_OFFICE_HARMLESS = re.compile(r"(?i)/printerSettings\d*\.bin$")
_OFFICE_REMOTE = re.compile(rb"(?i)TargetMode\s*=\s*[\"']External[\"']")
_OFFICE_REMOTE_KIND = re.compile(rb"(?i)/(?:attachedTemplate|oleObject|frame|subDocument|externalLink\w*)[\"']")
_XML_ENTITIES = re.compile(rb"(?i)<!(?:DOCTYPE|ENTITY)")

Reason = str | None
"""Why a file is rejected; None if it isn't."""


def pdf_flaw(content: bytes) -> Reason:
    """`encrypted`, `active_content`, `damaged` or `bomb`."""
    outside, inside, left = [], [], _MOST_OF_PDF
    place = 0
    while (found := _PDF_STREAM.search(content, place)) is not None:
        outside.append(content[place : found.start()])
        end = content.find(b"endstream", found.end())
        if end < 0:
            return "damaged"
        place = end + len(b"endstream")
        dictionary = _plain(outside[-1][-2_000:])
        if b"/ObjStm" not in dictionary:
            continue
        if b"/FlateDecode" not in dictionary:
            return "active_content"  # objects that can't be looked into
        inflated = _inflated(content[found.end() : end], left)
        if inflated is None:
            return "damaged"
        left -= len(inflated)
        if left <= 0:
            return "bomb"
        inside.append(inflated)
    outside.append(content[place:])
    objects = _plain(b"\n".join((*outside, *inside)))
    if _PDF_ENCRYPTED.search(objects):
        return "encrypted"
    return "active_content" if _PDF_ACTIVE.search(objects) else None


def _plain(names: bytes) -> bytes:
    """Names with their escapes resolved: /J#53 is /JS."""
    return _PDF_ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), names)


def _inflated(stream: bytes, most: int) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(stream, max(most, 1))
    except zlib.error:
        return None


def office_flaw(content: bytes) -> Reason:
    """`bomb`, `encrypted`, `active_content` or `damaged`. Sizes are measured: what the archive says of itself isn't believed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_INFLATED:
                return "bomb"
            left = min(MOST_INFLATED, max(len(content) * MOST_RATIO, 1024 * 1024))
            for entry in entries:
                flaw, size = _entry_flaw(archive, entry, left)
                left -= size
                if flaw is not None or left < 0:
                    return flaw or "bomb"
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError):
        return "damaged"
    return None


def _entry_flaw(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> tuple[Reason, int]:
    """What is wrong with one entry, and how much it inflates to; reading stops at `most`."""
    name = entry.filename
    if entry.flag_bits & 0x1:
        return "encrypted", 0
    if name.startswith("/") or ".." in name.split("/"):
        return "damaged", 0
    if _OFFICE_ACTIVE.search(f"/{name}") and not _OFFICE_HARMLESS.search(name):
        return "active_content", 0
    return _contents_flaw(archive, entry, most)


def _contents_flaw(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> tuple[Reason, int]:
    name, size, tail, kept = entry.filename.lower(), 0, b"", bytearray()
    with archive.open(entry) as part:
        while piece := part.read(_PIECE):
            size += len(piece)
            if size > most or (name.endswith(".rels") and size > _MOST_RELATIONSHIPS):
                return "bomb", size
            if name.endswith((".xml", ".rels")) and _XML_ENTITIES.search(tail + piece):
                return "active_content", size
            tail = piece[-16:]
            if name.endswith(".rels"):
                kept += piece
    return ("active_content" if _remote(bytes(kept)) else None), size


def _remote(relationships: bytes) -> bool:
    """Whether a part is fetched from elsewhere when the document is opened; plain links are harmless."""
    return any(
        _OFFICE_REMOTE.search(each) and _OFFICE_REMOTE_KIND.search(each)
        for each in relationships.split(b"<Relationship ")
    )
