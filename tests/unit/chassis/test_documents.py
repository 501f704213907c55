"""Documents: the same content gives the same bytes, and what people write is never taken for code."""

import re
import zlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from starlette.requests import Request

from chassis.documents.codes import qr_svg
from chassis.documents.compositor import compose
from chassis.documents.document import Document
from chassis.documents.replies import HTML, JSON, PDF, chosen_form
from chassis.documents.shelf import Shelf
from chassis.documents.wording import Labels, written_day, written_instant
from chassis.http.problems import NotAcceptable

DATED = datetime(2026, 1, 5, tzinfo=UTC)


def document(text: str, dated: datetime = DATED) -> Document:
    source = '#let content = json(bytes(sys.inputs.content))\n#set text(font: "Libertinus Serif")\n#content.text'
    return Document(source, {"text": text}, dated)


def drawn(pdf: bytes) -> str:
    """What the PDF's fonts say its glyphs mean, all characters in no order: enough to see which were set."""
    found = ""
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            opened = zlib.decompress(stream)
        except zlib.error:
            continue
        for code in re.findall(rb"<[0-9A-F]{4}> <([0-9A-F]{4,})>", opened):
            found += bytes.fromhex(code.decode()).decode("utf-16-be")
    return found


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ('#read("/etc/passwd")', '#read("/etc/passwd")'),
        ("$x^2$", "$x^2$"),
        ("*tebal* _miring_ `kode`", "*_`"),
        ("#panic()", "#()"),
        ('"}); #read("/etc/hostname")', '"});#'),
        ("@label <label> https://a.b // no /* no */", "@<>/*"),
        ("\\u{41} \\ ~ --- ...", "\\{}~-."),
    ],
)
def test_what_people_write_is_printed_as_they_wrote_it(text: str, letters: str) -> None:
    assert set(letters) <= set(drawn(compose(document(text).job)))


def test_characters_that_turn_the_direction_are_left_out() -> None:
    turned = document("Rp\u202e000.1\u2066")
    assert turned.job == document("Rp000.1").job


def test_the_same_document_gives_the_same_bytes() -> None:
    first, second = document("Maklumat"), document("Maklumat")
    assert first.digest == second.digest
    assert compose(first.job) == compose(second.job)


@pytest.mark.parametrize("other", [document("Maklumat."), document("Maklumat", datetime(2026, 1, 6, tzinfo=UTC))])
def test_another_content_or_day_gives_another_digest(other: Document) -> None:
    assert other.digest != document("Maklumat").digest
    assert compose(other.job) != compose(document("Maklumat").job)


def test_the_pdf_bears_the_day_of_the_act() -> None:
    assert b"D:20260105000000" in compose(document("Maklumat").job)


def test_the_order_of_content_makes_no_difference() -> None:
    source = "#let content = json(bytes(sys.inputs.content))"
    one = Document(source, {"a": 1, "b": 2}, DATED)
    other = Document(source, {"b": 2, "a": 1}, DATED)
    assert one.digest == other.digest


def test_a_code_carries_no_style_and_no_script() -> None:
    svg = qr_svg("https://pelayanan.example.id/v1/standards/0199/page?a=1&b=<script>")
    assert svg.startswith("<svg ")
    assert "style" not in svg
    assert "script" not in svg
    assert svg == qr_svg("https://pelayanan.example.id/v1/standards/0199/page?a=1&b=<script>")


def test_the_shelf_lets_go_what_nobody_asked_for() -> None:
    shelf = Shelf(10)
    shelf.put("a", b"12345")
    shelf.put("b", b"12345")
    assert shelf.find("a") == b"12345"
    shelf.put("c", b"12345")
    assert (shelf.find("a"), shelf.find("b"), shelf.find("c")) == (b"12345", None, b"12345")
    shelf.put("d", b"12345678901")
    assert shelf.find("d") is None
    assert shelf.find("a") is not None


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/json", JSON),
        ("application/pdf", PDF),
        ("application/pdf;q=0.5, application/json", JSON),
        ("application/json;q=0.2, application/pdf;q=0.9", PDF),
        ("application/*", JSON),
        ("application/json;q=0, */*", PDF),
        ("TEXT/HTML", HTML),
        # What browsers send when somebody follows an address.
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        ("application/pdf; q=0.3, */*; q=0.1", PDF),
    ],
)
def test_the_form_that_accept_weighs_highest(accept: str | None, form: str) -> None:
    assert chosen_form(asking(accept), (JSON, PDF, HTML)) == form


@pytest.mark.parametrize("accept", ["image/png", "application/pdf;q=0", "application/pdf;q=much", ""])
def test_none_of_the_forms(accept: str) -> None:
    with pytest.raises(NotAcceptable):
        chosen_form(asking(accept), (JSON, PDF, HTML))


def asking(accept: str | None) -> Request:
    headers = [] if accept is None else [(b"accept", accept.encode())]
    return Request({"type": "http", "method": "GET", "headers": headers})


def test_days_and_instants_in_words() -> None:
    # 23:30 UTC on Monday 5 January 2026 is half past seven on Tuesday in Denpasar.
    instant = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)
    assert written_day(date(2026, 8, 17), "id") == "17 Agustus 2026"
    assert written_day(date(2026, 8, 17), "en") == "17 August 2026"
    assert written_instant(instant, "Asia/Makassar", "id") == "6 Januari 2026 pukul 07.30 WITA"
    assert written_instant(instant, "Asia/Jakarta", "en") == "6 January 2026, 06:30 WIB"


def test_labels_and_codes_that_have_none() -> None:
    vocabularies: Mapping[str, Mapping[str, Any]] = {
        "channels": {"items": [{"code": "walk_in", "label": {"id": "Tatap muka", "en": "Walk-in"}}]}
    }
    labels = Labels(vocabularies)
    assert labels.read("channels", "walk_in", "en") == "Walk-in"
    assert labels.read("channels", "carrier_pigeon", "id") == "carrier pigeon"
