"""Which filings take the protected path at once (case-lifecycle §4). Words in the text decide nothing. Pure."""

from complaints.cases.lapor import meaning_of
from complaints.codes import Codes
from complaints.intake.schemas import Complaint

REFUSES_BRIBES = "refuses_bribes"
ACCUSED_BEYOND_UNIT = frozenset(
    {
        "unit_head",
        "liaison",
        "institution_admin",
        "national_admin",
        "internal_auditor",
        "responsible_officer",
        "supervisor",
    }
)
"""Posts whose holders would otherwise handle, or see, the complaint about themselves."""


def triggers(filing: Complaint, codes: Codes) -> list[str]:
    """The reasons for protected custody; empty: ordinary. Only complaints have the path."""
    if filing.type != "complaint":
        return []
    found = {
        "ethics_value": REFUSES_BRIBES in filing.ethics_values,
        "sub_class": filing.sub_class is not None
        and bool(codes.attribute("case_sub_classes", filing.sub_class, "protected")),
        "category": filing.category is not None
        and bool(codes.attribute("lapor_categories", filing.category, "protected")),
        "asked_for": filing.protected or _by_lapor(filing, codes),
        "employee": filing.reporter is not None and filing.reporter.kind == "employee",
        "accused_role": filing.accused_role in ACCUSED_BEYOND_UNIT,
    }
    return [name for name, given in found.items() if given]


def _by_lapor(filing: Complaint, codes: Codes) -> bool:
    """Whistleblowing is a word of LAPOR! for the protected path (corrections §1.17)."""
    word = filing.lapor_classification
    return word is not None and meaning_of(word, codes).protected


def first_class(filing: Complaint, codes: Codes, *, protected: bool) -> str:
    """The class before triage: supervisory on the protected path, that of an information request's sub-class, else none."""
    if protected:
        return "supervisory"
    if filing.type == "information_request" and filing.sub_class is not None:
        return str(codes.attribute("case_sub_classes", filing.sub_class, "class"))
    return "unclassified"
