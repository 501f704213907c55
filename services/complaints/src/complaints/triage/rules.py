"""What triage may decide in which state, beyond the lifecycle's table. Pure."""

from collections.abc import Mapping
from typing import Any

from chassis.http.languages import Text
from chassis.http.problems import Flaw
from complaints.cases.classes import CLASSES_OF
from complaints.codes import Codes
from complaints.triage.schemas import Archival, Classification, Verification

Case = Mapping[str, Any]
ARCHIVABLE: Mapping[str, frozenset[str]] = {
    "awaiting_completion": frozenset({"spam", "abusive"}),
    "assigned": frozenset({"in_court", "duplicate", "spam"}),
    "in_progress": frozenset({"in_court", "duplicate", "abusive"}),
}
"""The only reasons left in these states: work that has begun isn't put away for want of clarity."""

POINTING = frozenset({"duplicate", "already_answered"})
"""Reasons that are true of another case, which is named."""

_NAME_IT = Text("Sebutkan laporan terdahulu.", "Name the earlier case.")
_MISSING = Text("Sebutkan apa yang belum lengkap.", "List what is missing.")
_WAIVER = Text(
    "Sebutkan alasan menerima berkas tanpa kelengkapan.", "Say why the file is taken without what was asked for."
)
_NOT_OF_TYPE = Text("Kelas ini bukan untuk jenis laporan ini.", "This class isn't one of this type.")
_NEEDS_CATEGORY = Text("Tentukan kategorinya.", "Give the category.")
_NEEDS_REASON = Text("Sebutkan alasan perubahan klasifikasi.", "Say why the classification changes.")
_NEEDS_PROTECTION = Text(
    "Subkelas ini memerlukan jalur terlindung: gunakan protection.",
    "This sub-class needs the protected path: use protection.",
)
_NOT_HERE = Text("Alasan ini tidak berlaku pada tahap ini.", "This reason doesn't hold at this stage.")
_ASK_FIRST = Text(
    "Minta kelengkapan dahulu sebelum mengarsipkan sebagai tidak jelas.",
    "Ask for completion before archiving it as unclear.",
)


def verification_flaws(body: Verification, case: Case) -> list[Flaw]:
    """What is wrong with a verification of this case."""
    if not body.complete:
        return [] if body.missing else [Flaw("/missing", "missing", _MISSING)]
    if case["state"] == "awaiting_completion" and body.reason is None:
        return [Flaw("/reason", "missing", _WAIVER)]
    return []


def classification_flaws(body: Classification, case: Case, codes: Codes) -> list[Flaw]:
    """What is wrong with a classification of this case."""
    case_type = body.type or case["type"]
    found = [
        codes.flaw("case_classes", body.case_class, "/class"),
        codes.flaw("case_sub_classes", body.sub_class, "/sub_class"),
        codes.flaw("lapor_categories", body.category, "/category"),
    ]
    flaws = [flaw for flaw in found if flaw is not None]
    if not flaws and body.case_class not in CLASSES_OF[case_type]:
        flaws.append(Flaw("/class", "not_of_this_type", _NOT_OF_TYPE))
    if body.sub_class is not None and codes.has("case_sub_classes", body.sub_class):
        if codes.attribute("case_sub_classes", body.sub_class, "class") not in CLASSES_OF[case_type]:
            flaws.append(Flaw("/sub_class", "not_of_this_type", _NOT_OF_TYPE))
        if case["custody"] == "ordinary" and codes.attribute("case_sub_classes", body.sub_class, "protected"):
            flaws.append(Flaw("/sub_class", "needs_protection", _NEEDS_PROTECTION))
    if body.category is None and case["category"] is None:
        flaws.append(Flaw("/category", "missing", _NEEDS_CATEGORY))
    if case["state"] == "in_progress" and body.reason is None:
        flaws.append(Flaw("/reason", "missing", _NEEDS_REASON))
    return flaws


def archival_flaws(body: Archival, case: Case, codes: Codes) -> list[Flaw]:
    """What is wrong with archiving this case for this reason."""
    unknown = codes.flaw("archive_reasons", body.reason, "/reason")
    if unknown is not None:
        return [unknown]
    if body.reason not in ARCHIVABLE.get(case["state"], {body.reason}) or body.reason == "not_completed":
        return [Flaw("/reason", "not_at_this_stage", _NOT_HERE)]
    if body.reason == "unclear" and case["completion_count"] == 0:
        return [Flaw("/reason", "ask_first", _ASK_FIRST)]
    if body.reason in POINTING and body.earlier_case_id is None:
        return [Flaw("/earlier_case_id", "missing", _NAME_IT)]
    return []
