"""The receipt as a document (UU 25/2009 art. 44): what the receipt says, with the terms that run. Pure.

It holds what its reader's receipt holds and nothing more; the PIN never: it was shown once, at filing, and opens the case.
Because it may name the complainant it is made anew for each reader, and kept nowhere.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from chassis.documents.codes import qr_svg
from chassis.documents.document import Document, read_template
from chassis.documents.wording import Labels, written_instant
from chassis.http.languages import Language, Text
from complaints.deadlines.ledger import Duty

_TEMPLATE = read_template("complaints.intake", "receipt.typ")

_HEADING = Text("Tanda Terima", "Receipt")
_CODE = Text("Kode pelacakan", "Tracking code")
_PIN = Text(
    "PIN akses ditampilkan satu kali saat laporan disampaikan dan tidak dicetak di sini. Simpan PIN terpisah dari tanda "
    "terima ini; kode dan PIN bersama-sama membuka perkembangan laporan.",
    "The access PIN was shown once, when the case was filed, and isn't printed here. Keep it apart from this receipt: code "
    "and PIN together open the progress of the case.",
)
_BY_SYSTEM = Text("Sistem pengaduan, secara elektronik", "The complaint system, electronically")
_BY_OFFICER = Text("Petugas penerima", "Receiving officer")
_WITHHELD = Text("Tidak dicantumkan pada salinan ini", "Not stated on this copy")
_TERMS = Text("Batas waktu yang berjalan", "Terms that run")
_COLUMNS = (Text("Kewajiban penyelenggara", "Duty of the provider"), Text("Dasar", "Basis"), Text("Paling lambat", "Due by"))  # fmt: skip
_BASIS = Text(
    "Diterbitkan menurut UU 25/2009 tentang Pelayanan Publik, Pasal 44 ayat (1) dan (2).",
    "Issued under Law 25/2009 on Public Services, article 44(1) and (2).",
)
_ARTICLE = Text("Pasal", "art.")
_REPORTER = (
    ("name", Text("Nama", "Name")),
    ("address", Text("Alamat", "Address")),
    ("phone", Text("Telepon", "Telephone")),
    ("email", Text("Surel", "E-mail")),
)
_COMPLAINANT = Text("Pelapor", "Complainant")
_SUMMARY = Text("Uraian singkat", "Short description")
_PLACE = Text("Diterima di", "Received at")
_CHANNEL = Text("Melalui", "By way of")
_RECEIVED = Text("Waktu diterima", "Time received")
_RECEIVER = Text("Diterima oleh", "Received by")


def receipt_document(
    receipt: Mapping[str, Any], duties: Iterable[Duty], *, labels: Labels, language: Language
) -> Document:
    """The document of a receipt as `receipts.receipt` tells it to its reader; dated by the instant of receiving.

    `duties`: the case's; of a protected case none.
    """
    code = receipt["tracking_code"]
    kind = labels.read("case_types", receipt["type"], language)
    officer = receipt["received_by"]["kind"] == "officer"
    content = {
        "language": language,
        "title": f"{_HEADING.read(language)} – {code or receipt['id']}",
        "description": receipt["legal_basis"],
        "author": receipt["place"] or "Prima",
        "place": receipt["place"],
        "heading": _HEADING.read(language),
        "kind": kind,
        "tracking_label": _CODE.read(language),
        "tracking_code": code,
        "code": None if code is None else qr_svg(code),
        "facts": _facts(receipt, labels=labels, language=language, officer=officer),
        "terms_label": _TERMS.read(language),
        "columns": [column.read(language) for column in _COLUMNS],
        "terms": _terms(duties, receipt["time_zone"], labels=labels, language=language),
        "signature": _BY_OFFICER.read(language) if officer else None,
        "signer": receipt["received_by"]["name"],
        "pin": _PIN.read(language),
        "basis": _BASIS.read(language),
    }
    return Document(_TEMPLATE, content, receipt["received_at"])


def _facts(
    receipt: Mapping[str, Any], *, labels: Labels, language: Language, officer: bool
) -> list[tuple[str, list[str]]]:
    """Label and lines."""
    given = receipt["reporter"] or {}
    identity = [f"{label.read(language)}: {given[name]}" for name, label in _REPORTER if given.get(name)]
    system = None if officer else _BY_SYSTEM.read(language)
    facts = (
        (_COMPLAINANT, identity or [_WITHHELD.read(language)]),
        (_SUMMARY, [receipt["summary"]]),
        (_PLACE, [receipt["place"]]),
        (_CHANNEL, [labels.read("channels", receipt["channel"], language)]),
        (_RECEIVED, [written_instant(receipt["received_at"], receipt["time_zone"], language)]),
        (_RECEIVER, [receipt["received_by"]["name"] or system]),
    )
    told = [(label.read(language), [line for line in lines if line]) for label, lines in facts]
    return [(label, lines) for label, lines in told if lines]


def _terms(duties: Iterable[Duty], zone_name: str, *, labels: Labels, language: Language) -> list[tuple[str, str, str]]:
    """The provider's duties that run, the earliest first: name, source, instant."""
    running = [
        (duty.due_at, duty)
        for duty in duties
        if duty.running and duty.rule.party == "agency" and duty.due_at is not None
    ]
    return [
        (
            labels.read("deadline_kinds", duty.rule.stage, language),
            _source(duty, language),
            written_instant(due_at, zone_name, language),
        )
        for due_at, duty in sorted(running, key=lambda each: each[0])
    ]


def _source(duty: Duty, language: Language) -> str:
    """The policy's title, with the article where its rule names one."""
    title, source = duty.policy.title[language], duty.rule.source
    if not source.startswith("art. "):
        return title
    return f"{title}, {_ARTICLE.read(language)} {source.removeprefix('art. ')}"
