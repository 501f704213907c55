"""Comparing two versions, and the hash that a decree seals."""

from typing import Any

import pytest

from registry.standards.diff import differences
from registry.standards.seal import content_hash


def document(**components: Any) -> dict[str, Any]:
    return {"components": components, "considerations": {"capability": "Cukup"}}


def time(amount: int, unit: str, counted_from: str = "requirements_complete") -> dict[str, Any]:
    return {"amount": amount, "unit": unit, "counted_from": counted_from}


def test_equal_versions_do_not_differ() -> None:
    assert differences(document(product=["KTP"]), document(product=["KTP"])) == []


def test_a_list_tells_what_came_and_what_went() -> None:
    found = differences(document(requirements=["KK", "Surat RT"]), document(requirements=["KK", "Foto"]))
    assert [(one["code"], one["change"], one["added"], one["removed"]) for one in found] == [
        ("requirements", "changed", ["Foto"], ["Surat RT"])
    ]


def test_components_that_came_or_went_stand_in_the_laws_order() -> None:
    found = differences(document(product=["KTP"]), document(legal_basis=["UU 23/2006"]))
    assert [(one["code"], one["change"]) for one in found] == [("legal_basis", "added"), ("product", "removed")]


def test_considerations_are_compared_too() -> None:
    after = {"components": {}, "considerations": {"capability": "Kurang"}}
    assert [(one["part"], one["code"]) for one in differences(document(), after)] == [("considerations", "capability")]


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (time(3, "working_day"), time(1, "working_day"), "better"),
        (time(60, "minute"), time(2, "hour"), "worse"),  # 60 against 120 minutes
        (time(60, "minute"), time(1, "hour"), "unknown"),  # the same length, written otherwise
        (time(1, "working_day"), time(1, "calendar_day"), "unknown"),  # a holiday decides
        (time(3, "hour"), time(1, "hour", "payment_received"), "unknown"),  # counted from another event
    ],
)
def test_a_shorter_time_of_the_same_kind_is_better(before: Any, after: Any, effect: str) -> None:
    (found,) = differences(document(completion_time=before), document(completion_time=after))
    assert found["effect"] == effect


def test_a_lower_fee_is_better() -> None:
    (found,) = differences(document(fee={"amount_idr": 30000}), document(fee={"amount_idr": 0, "free": True}))
    assert found["effect"] == "better"


def test_the_hash_does_not_depend_on_the_order_of_names_but_on_every_word() -> None:
    one = {"components": {"product": ["KTP"], "fee": {"free": True}}, "considerations": {}}
    other = {"considerations": {}, "components": {"fee": {"free": True}, "product": ["KTP"]}}
    assert content_hash("SP-1", 1, one) == content_hash("SP-1", 1, other)
    assert content_hash("SP-1", 1, one) != content_hash("SP-1", 2, one)
    assert len(content_hash("SP-1", 1, one)) == 64
