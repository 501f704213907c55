"""Outcomes of a case: for which types each is meant, and which of them need proof. Pure, over the vocabulary outcome_codes."""

from complaints.codes import Codes

VOCABULARY = "outcome_codes"
COMPENSATION = "compensation_awarded"
COMMITMENT = "commitment"
REFUSED_EXEMPT = "information_refused_exempt"
EXEMPTING = frozenset({REFUSED_EXEMPT, "information_given_partly"})
"""Outcomes that may name an exemption; the first must (UU 14/2008 art. 17, 22(7)e)."""


def fits(codes: Codes, outcome: str, case_type: str) -> bool:
    """Whether the outcome exists and is meant for this type of case."""
    return codes.has(VOCABULARY, outcome) and case_type in codes.attribute(VOCABULARY, outcome, "types")


def needs_proof(codes: Codes, outcome: str) -> bool:
    """Whether a resolution with this outcome must show that it is true."""
    return bool(codes.attribute(VOCABULARY, outcome, "proof"))
