"""A case in the words of SP4N-LAPOR!, both ways (vocabulary lapor_classifications, case-lifecycle §7). Pure.

What is on the protected path has no words there: it is never passed on.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from complaints.codes import Codes

VOCABULARY = "lapor_classifications"
CLASSIFICATIONS: Mapping[str, str] = {
    "complaint": "pengaduan",
    "aspiration": "aspirasi",
    "input": "aspirasi",
    "information_request": "permintaan_informasi",
}
"""By type; LAPOR! has no word of its own for an input."""
_STATUS: Mapping[str, tuple[str, str | None]] = {
    "submitted": ("Menunggu verifikasi", "Belum"),
    "awaiting_completion": ("Ditunda", "Belum"),
    "verified": ("Terverifikasi", "Proses"),
    "in_arbitration": ("Terverifikasi", "Proses"),
    "assigned": ("Terdisposisi", "Proses"),
    "in_progress": ("Proses", "Proses"),
    "awaiting_approval": ("Proses", "Proses"),
    "paused": ("Ditunda", "Proses"),
    "responded": ("Ditindaklanjuti oleh instansi", "Proses"),
    "resolved": ("Selesai", "Selesai"),
    "closed": ("Selesai", "Selesai"),
    "under_appeal": ("Proses", "Proses"),
    "archived": ("Diarsipkan", None),
    "withdrawn": ("Diarsipkan", None),
    "referred_out": ("Diarsipkan", None),
}
"""By state: the status shown by LAPOR!, and that of its older open data."""
_WORKED_ON = frozenset({"in_progress", "awaiting_approval"})


class Meaning(NamedTuple):
    """What a classification of LAPOR! means here."""

    case_type: str
    protected: bool


def meaning_of(classification: str, codes: Codes) -> Meaning:
    """What LAPOR!'s classification, a code of the vocabulary, means here."""
    custody = codes.attribute(VOCABULARY, classification, "custody")
    return Meaning(str(codes.attribute(VOCABULARY, classification, "case_type")), custody == "protected")


def in_words_of_lapor(case: Mapping[str, Any], matter: Mapping[str, Any] | None = None) -> dict[str, str | None] | None:
    """`classification`, `status` and `open_data_status` of a case; None for a protected one. A merged case has the status of
    the `matter` that it follows."""
    followed = matter if case["state"] == "merged" and matter is not None else case
    if "protected" in (case["custody"], followed["custody"]) or followed["state"] not in _STATUS:
        return None
    status, older = _STATUS[followed["state"]]
    if followed["state"] in _WORKED_ON and followed["first_response_at"] is not None:
        status = "Ditindaklanjuti oleh instansi"
    return {"classification": CLASSIFICATIONS[case["type"]], "status": status, "open_data_status": older}
