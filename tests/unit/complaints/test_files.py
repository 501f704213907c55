"""Files: what they are by content, what is taken out of them, what they may not hold, how parts of them are asked for."""

import zlib
from typing import Any
from uuid import UUID

import pytest

from chassis.http import ranges
from complaints.attachments import documents, formats, names
from complaints.attachments.operations import choice_flaws
from complaints.attachments.pictures import Damaged, pixels
from complaints.attachments.scanners import MOST_PIXELS, inspect
from complaints.attachments.traces import without_traces
from support import files

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ZIP = b"PK\x03\x04" + bytes(60)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (files.png(), "image/png"),
        (files.jpeg(), "image/jpeg"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8L", "image/webp"),
        (files.pdf(), "application/pdf"),
        (files.mp4(), "video/mp4"),
        (files.box(b"ftyp", b"qt  "), "video/quicktime"),
        (files.box(b"ftyp", b"M4A "), "audio/mp4"),
        (b"ID3\x04", "audio/mpeg"),
        (b"OggS", "audio/ogg"),
        (files.docx(), formats.DOCX),
        (files.box(b"ftyp", b"heic"), None),  # can't be rid of its place without decoding it
        (SVG, None),
        (b"<!DOCTYPE html><p>", None),
        (b"MZ\x90\x00", None),
        (b"GIF89a", None),
        (ZIP, None),
        (b" " + files.pdf(), None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, expected: str | None) -> None:
    assert formats.media_type_of(content) == expected


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (files.jpeg(trailer=b"MotionPhoto" + files.PLACE), "image/jpeg"),
        (files.png(extra=files.chunk(b"eXIf", files.PLACE) + files.chunk(b"tEXt", files.PLACE)), "image/png"),
        (files.png() + files.PLACE, "image/png"),
        (files.mp4(), "video/mp4"),
    ],
)
def test_place_and_device_are_taken_out(content: bytes, media_type: str) -> None:
    kept = without_traces(content, media_type)
    assert files.PLACE in content
    assert files.PLACE not in kept
    assert formats.media_type_of(kept) == media_type
    assert without_traces(kept, media_type) == kept


def test_a_photograph_keeps_pixels_and_orientation() -> None:
    kept = without_traces(files.jpeg(orientation=6), "image/jpeg")
    assert files.JPEG_FRAME + files.JPEG_SCAN + b"\xff\xd9" in kept
    # Exif of big-endian TIFF with one entry: tag 0112, type SHORT, one value, 6.
    assert b"Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" in kept
    assert b"Exif" not in without_traces(files.jpeg(orientation=1), "image/jpeg")


def test_a_webp_loses_exif_and_says_so_in_its_header() -> None:
    def part(kind: bytes, body: bytes) -> bytes:
        return kind + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)

    extended = part(b"VP8X", bytes((0x0C | 0x10, 0, 0, 0)) + (9).to_bytes(3, "little") + (4).to_bytes(3, "little"))
    body = b"WEBP" + extended + part(b"VP8L", b"pixels") + part(b"EXIF", files.PLACE) + part(b"XMP ", files.PLACE)
    picture = b"RIFF" + len(body).to_bytes(4, "little") + body
    kept = without_traces(picture, "image/webp")
    assert files.PLACE not in kept
    assert kept[20] == 0x10
    assert int.from_bytes(kept[4:8], "little") == len(kept) - 8
    assert pixels(kept, "image/webp") == 10 * 5


def test_a_film_stays_in_its_place() -> None:
    film = files.mp4()
    kept = without_traces(film, "video/mp4")
    assert len(kept) == len(film)
    assert kept.index(b"mdat") == film.index(b"mdat")


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "video/mp4"])
def test_a_file_cut_anywhere_is_damaged_or_harmless(media_type: str) -> None:
    whole = {"image/jpeg": files.jpeg(), "image/png": files.png(), "video/mp4": files.mp4()}[media_type]
    for end in range(8, len(whole)):
        try:
            without_traces(whole[:end], media_type)
        except Damaged:
            continue


def test_pixels_are_read_from_the_header() -> None:
    assert pixels(files.png(30, 20), "image/png") == 600
    assert pixels(files.jpeg(), "image/jpeg") == 32 * 16
    with pytest.raises(Damaged):
        pixels(files.png(0, 5), "image/png")


def test_a_pixel_bomb_is_rejected() -> None:
    assert inspect(files.png(20_000, 20_000), "image/png") == ("rejected", "bomb")
    assert MOST_PIXELS < 20_000 * 20_000
    assert inspect(files.png(4_000, 3_000), "image/png").state == "clean"


def test_what_calls_itself_something_else_is_rejected() -> None:
    assert inspect(files.pdf(), "image/png") == ("rejected", "type_mismatch")


def stream(body: bytes, dictionary: bytes) -> bytes:
    return b"<< " + dictionary + b" >>\nstream\n" + body + b"\nendstream"


PACKED = b"/Type /ObjStm /Filter /FlateDecode"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (files.pdf(), None),
        (files.pdf(stream(b"BT /JS (text in a picture) ET", b"/Length 9")), None),  # bytes of a stream are no names
        (files.pdf(b"<< /JSTOR 1 >>"), None),
        (files.pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>"), "active_content"),
        (files.pdf(b"<< /S /J#61vaScript >>"), "active_content"),
        (files.pdf(b"<< /S /Launch /F (cmd.exe) >>"), "active_content"),
        (files.pdf(b"<< /Names << /EmbeddedFiles 3 0 R >> >>"), "active_content"),
        (files.pdf(stream(zlib.compress(b"<< /S /JavaScript >>"), PACKED)), "active_content"),
        (files.pdf(stream(zlib.compress(b"<< /Type /Page >>"), PACKED)), None),
        (files.pdf(stream(b"x", b"/Type /ObjStm /Filter /LZWDecode")), "active_content"),
        (files.pdf(stream(zlib.compress(bytes(70_000_000)), PACKED)), "bomb"),
        (files.pdf(b"<< /Encrypt 5 0 R >>"), "encrypted"),
        (files.pdf(b"<< >>\nstream\nnever ends"), "damaged"),
    ],
)
def test_documents_hold_no_programs(content: bytes, expected: str | None) -> None:
    assert documents.pdf_flaw(content) == expected


def relationship(kind: str, target: str = "External") -> bytes:
    return f'<Relationships><Relationship Type="http://x/{kind}" Target="http://e" TargetMode="{target}"/>'.encode()


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, None),
        ({"word/vbaProject.bin": b"macro"}, "active_content"),
        ({"word/embeddings/oleObject1.bin": b"ole"}, "active_content"),
        ({"xl/printerSettings/printerSettings1.bin": b"printer"}, None),
        ({"word/_rels/settings.xml.rels": relationship("attachedTemplate")}, "active_content"),
        ({"word/_rels/document.xml.rels": relationship("hyperlink")}, None),
        ({"word/styles.xml": b'<!DOCTYPE a [<!ENTITY b "bbb">]><a/>'}, "active_content"),
        ({"../outside.xml": b"<a/>"}, "damaged"),
        ({"word/media/big.xml": bytes(30_000_000)}, "bomb"),
    ],
)
def test_office_documents_hold_no_programs_and_no_bombs(parts: dict[str, bytes], expected: str | None) -> None:
    assert documents.office_flaw(files.docx(parts)) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-3", (0, 4)),
        ("bytes=4-", (4, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-99", (0, 10)),
        ("bytes=5-99", (5, 10)),
        ("bytes=5-4", None),  # not well formed: the whole
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
        ("bytes=-", None),
    ],
)
def test_ranges_of_ten_bytes(header: str | None, expected: tuple[int, int] | None) -> None:
    assert ranges.read_range(header, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_range_outside_the_file(header: str) -> None:
    with pytest.raises(ranges.Unsatisfiable):
        ranges.read_range(header, 10)


@pytest.mark.parametrize(
    ("disposition", "expected"),
    [
        (None, None),
        ('attachment; filename="foto.jpg"', "foto.jpg"),
        ("attachment; filename*=UTF-8''foto%20jalan.jpg", "foto jalan.jpg"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\tmp\\\\a.pdf"', "a.pdf"),
        ("attachment; filename*=UTF-8''a%0d%0aSet-Cookie%3a%20b", "aSet-Cookie: b"),
        ("attachment; filename*=UTF-8''gpj%E2%80%AEexe", "gpjexe"),  # the character that turns the writing round
        ('attachment; filename=" . "', None),
        ("inline", None),
    ],
)
def test_names_are_made_harmless(disposition: str | None, expected: str | None) -> None:
    assert names.read_name(disposition) == expected


def test_a_file_is_given_under_the_extension_of_what_it_is() -> None:
    given = names.disposition('laporan "akhir".exe', "application/pdf", "x")
    assert given.startswith("attachment; ")
    assert 'filename="laporan _akhir_.exe.pdf"' in given
    assert names.disposition(None, "image/png", "0199").endswith("filename*=UTF-8''0199.png")


def test_an_upload_goes_to_its_own_caller_and_one_case() -> None:
    one, other = UUID(int=1), UUID(int=2)
    mine, theirs = b"mine", b"theirs"
    held: dict[UUID, dict[str, Any]] = {
        one: {"attached_to": None, "owner": None, "case_id": None, "state": "quarantined"},
        other: {"attached_to": None, "owner": theirs, "case_id": None, "state": "clean"},
    }
    assert not choice_flaws([one], held, owner=mine, case_id=None)
    assert [flaw.code for flaw in choice_flaws([one, one], held, owner=mine, case_id=None)] == ["named_twice"]
    assert [flaw.pointer for flaw in choice_flaws([one, other], held, owner=mine, case_id=None)] == [
        "/attachment_ids/1"
    ]
    infected = {one: {**held[one], "state": "infected"}}
    assert [flaw.code for flaw in choice_flaws([one], infected, owner=None, case_id=None)] == ["unsafe_upload"]
