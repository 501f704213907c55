"""Guards of the lifecycle's table that a case's own row decides. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from complaints.policies.handling import SUPERIOR

Facts = Mapping[str, Any]
"""A case's row, or whatever part of it a predicate reads; with what `limits` adds in the states in which it is read."""
Guard = Callable[[Facts], bool]


def ordinary(case: Facts) -> bool:
    return bool(case["custody"] == "ordinary")


def protected(case: Facts) -> bool:
    return bool(case["custody"] == "protected")


def may_leave(case: Facts) -> bool:
    """The reporter's withdrawal ends the case."""
    return case["case_class"] != "supervisory" and ordinary(case)


def ex_officio(case: Facts) -> bool:
    """The reporter's withdrawal doesn't end the examination."""
    return not may_leave(case)


def not_binding(case: Facts) -> bool:
    """No arbiter has decided whose case it is."""
    return not case["binding"]


def first_refusal(case: Facts) -> bool:
    """The policy lets it go back to triage once more."""
    return not_binding(case) and int(case["refusal_count"]) + 1 < int(case["max_refusals"])


def refused_before(case: Facts) -> bool:
    """An arbiter's turn: for certain if the policy lets no refusal more; before that if two refuse to each other, which the
    refusal itself shows."""
    return not_binding(case) and (int(case["refusal_count"]) > 0 or int(case["max_refusals"]) <= 1)


def may_reopen(case: Facts) -> bool:
    return int(case["reopen_count"]) < int(case["max_reopenings"])


def classified(case: Facts) -> bool:
    return bool(case["case_class"] != "unclassified")


def own_approval(case: Facts) -> bool:
    """The unit's policy lets its heads answer without another's approval; on the protected path nobody does (§4)."""
    return ordinary(case) and bool(case["approval"] != SUPERIOR)


def appealable(case: Facts) -> bool:
    """A complaint, or a formal request for public information (UU 14/2008)."""
    return case["type"] == "complaint" or formal_request(case)


def formal_request(case: Facts) -> bool:
    return bool(case["case_class"] == "public_information")


def had_unit(case: Facts) -> bool:
    return case["unit_id"] is not None


def without_unit(case: Facts) -> bool:
    return case["unit_id"] is None


def deemed(case: Facts) -> bool:
    """Withdrawn by the lapse of the completion, not by the reporter's word."""
    return bool(case["closure_kind"] == "deemed")
