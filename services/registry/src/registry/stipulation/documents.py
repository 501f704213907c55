"""What the documents of a standard say: the standard itself and its charter (UU 25/2009 art. 20-22). Pure.

A document says what its version said and what it is now; the same content gives the same bytes.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from chassis.documents.codes import qr_svg
from chassis.documents.document import Document, read_template
from chassis.documents.wording import Labels, written_day
from chassis.http.languages import Language, Text
from registry.standards.completeness import COMPONENTS
from registry.standards.facts import visible_components
from registry.standards.lifecycle import IN_FORCE, is_in_force
from registry.stipulation.documents_components import Teller
from registry.stipulation.documents_places import Place
from registry.stipulation.gate import STATEMENTS

Row = Mapping[str, Any]

_STANDARD = read_template("registry.stipulation", "standard.typ")
_CHARTER = read_template("registry.stipulation", "charter.typ")

STANDARD = Text("Standar Pelayanan", "Service Standard")
CHARTER = Text("Maklumat Pelayanan", "Service Charter")
SCAN = Text("Pindai untuk membaca standar ini daring", "Scan to read this standard online")
_SCAN_CHARTER = Text("Pindai untuk membaca standar pelayanannya", "Scan to read the service standard")
_LEAD = Text("Dengan ini kami menyatakan:", "We hereby declare:")
_RENDERED = Text("", "English rendering. The charter was signed in Indonesian.")
_ON = Text("Standar pelayanan yang dicakup", "Service standards covered")
_BASIS = Text("UU 25/2009 tentang Pelayanan Publik, Pasal 22", "Law 25/2009 on Public Services, article 22")
INTERNAL = Text(
    "Komponen internal; tidak dipublikasikan oleh penyelenggara.", "Internal component; not published by the provider."
)
EMPTY = Text("Belum disusun.", "Not drafted yet.")
_NO_DECREE = Text(
    "Rancangan. Belum ditetapkan dan belum menjadi janji.", "A draft. Not stipulated yet, and no promise yet."
)
_ENDED = Text("Versi ini tidak berlaku lagi.", "This version is no longer in force.")
_PUBLISHED_AHEAD = Text("Dipublikasikan, belum diterapkan", "Published, not applied yet")
_NOT_YET = Text("Versi ini belum berlaku.", "This version isn't in force yet.")


def page_address(public_url: str, standard_id: Any) -> str:
    """Where anybody reads a standard: what the codes on documents lead to."""
    return f"{public_url}/v1/standards/{standard_id}/page"


def standard_content(
    row: Row,
    stipulation: Row | None,
    *,
    insider: bool,
    place: Place,
    labels: Labels,
    language: Language,
    public_url: str,
) -> dict[str, Any]:
    """What a standard's document and page say to this reader. `row` as queries.find_standard gives it.

    `rows`: the 14 components in the order of the law, those the reader may not see named but not told.
    """
    address = page_address(public_url, row["id"])
    return {
        "language": language,
        "title": f"{STANDARD.read(language)} – {row['service_name']}",
        "description": f"{row['number']}, {place.unit}, {place.institution}",
        "author": place.institution,
        "heading": STANDARD.read(language),
        "institution": place.institution,
        "unit": place.unit,
        "service": row["service_name"],
        "notice": _notice(row, language),
        "facts": _facts(row, stipulation, labels, language),
        "columns": [
            Text("No.", "No.").read(language),
            Text("Komponen", "Component").read(language),
            Text("Uraian", "Content").read(language),
        ],
        "rows": _rows(row, insider=insider, labels=labels, language=language),
        "seal": row["content_hash"],
        "seal_label": Text("Sidik isi (SHA-256)", "Hash of the content (SHA-256)").read(language),
        "address": address,
        "code": qr_svg(address),
        "scan": SCAN.read(language),
    }


def standard_document(content: Mapping[str, Any], *, dated: date) -> Document:
    """The standard as PDF. `dated`: the day of the decree, of a draft the day of its last change."""
    return Document(_STANDARD, content, datetime.combine(dated, time(), UTC))


def charter_document(
    charter: Row,
    standard: Row,
    *,
    covered: Sequence[Row],
    decree_number: str,
    place: Place,
    labels: Labels,
    language: Language,
    public_url: str,
) -> Document:
    """The charter as PDF, for the wall. `standard` is the one by which it was asked for: its page is what the code leads to.

    Of `covered` it names that one and those in force on the day: what was superseded is promised no more.
    """
    signer = charter["signer"]
    post = signer.get("post")
    acting = signer.get("acting", "definitive")
    address = page_address(public_url, standard["id"])
    content = {
        "language": language,
        "title": f"{CHARTER.read(language)} – {place.unit}",
        "description": f"{charter['number'] or decree_number}, {place.institution}",
        "author": place.institution,
        "heading": CHARTER.read(language),
        "institution": place.institution,
        "unit": place.unit,
        "number": charter["number"] and f"{Text('Nomor', 'Number').read(language)} {charter['number']}",
        "lead": _LEAD.read(language),
        "statements": [_statement(code, charter["statements"][code], language) for code in STATEMENTS],
        "rendered": _RENDERED.read(language),
        "covered_label": _ON.read(language),
        "covered": [
            [one["service_name"], one["number"]]
            for one in covered
            if one["id"] == standard["id"] or is_in_force(one, standard["today"])
        ],
        "decree": f"{Text('Keputusan penetapan', 'Decree').read(language)} {decree_number}",
        "place_and_day": ", ".join(filter(None, (place.region, written_day(charter["signed_on"], language)))),
        "acting": None if acting == "definitive" else labels.read("acting_kinds", acting, language),
        "post": post,
        "signer": signer["name"],
        "basis": _BASIS.read(language),
        "address": address,
        "code": qr_svg(address),
        "scan": _SCAN_CHARTER.read(language),
    }
    return Document(_CHARTER, content, datetime.combine(charter["signed_on"], time(), UTC))


def statements_told(charter: Row, language: Language) -> list[str]:
    """The charter's three statements in the order of the law."""
    return [_statement(code, charter["statements"][code], language) for code in STATEMENTS]


def _statement(code: str, text: str, language: Language) -> str:
    """The standing words in the reader's language; a unit's own words as they were signed."""
    standing = STATEMENTS[code]
    return standing.read(language) if text == standing.id else text


def _notice(row: Row, language: Language) -> str | None:
    """What must be known of a version that isn't the promise of the day."""
    if row["content_hash"] is None:
        return _NO_DECREE.read(language)
    if row["state"] not in IN_FORCE | {"stipulated"}:
        return _ENDED.read(language)
    return _NOT_YET.read(language) if _is_to_come(row) else None


def _is_to_come(row: Row) -> bool:
    start = row["effective_on"]
    return start is None or start > row["today"]


def _state(row: Row, labels: Labels, language: Language) -> str:
    """The state by its label, which says of what is published that it is applied: not before its day."""
    if row["state"] == "published" and _is_to_come(row):
        return _PUBLISHED_AHEAD.read(language)
    return labels.read("standard_states", row["state"], language)


def _facts(row: Row, stipulation: Row | None, labels: Labels, language: Language) -> list[list[str]]:
    def day(value: date | None) -> str | None:
        return None if value is None else written_day(value, language)

    signer = stipulation["signer"] if stipulation is not None else {}
    facts = (
        (Text("Nomor", "Number"), f"{row['number']} ({Text('versi', 'version').read(language)} {row['version']})"),
        (Text("Keadaan", "State"), _state(row, labels, language)),
        (Text("Keputusan", "Decree"), None if stipulation is None else stipulation["decree_number"]),
        (Text("Ditetapkan", "Stipulated"), None if stipulation is None else day(stipulation["decree_date"])),
        (Text("Oleh", "By"), ", ".join(filter(None, (signer.get("name"), signer.get("post"))))),
        (Text("Berlaku sejak", "In force from"), day(row["effective_on"])),
        (Text("Sampai sebelum", "Until before"), day(row["effective_to"])),
        (Text("Ditinjau paling lambat", "Review due by"), day(row["review_due_on"])),
    )
    return [[label.read(language), value] for label, value in facts if value]


def _rows(row: Row, *, insider: bool, labels: Labels, language: Language) -> list[dict[str, Any]]:
    teller = Teller(labels, language)
    visible = visible_components(row, insider=insider)
    rows = []
    for number, code in enumerate(COMPONENTS, start=1):
        component = visible.get(code)
        withheld = component is None and code in row["components"]
        blocks = teller.tell(code, component) if component is not None else []
        rows.append(
            {
                "number": str(number),
                "label": labels.read("standard_components", code, language),
                "blocks": blocks,
                "note": None if blocks else (INTERNAL if withheld else EMPTY).read(language),
            }
        )
    return rows
