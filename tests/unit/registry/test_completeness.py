"""Completeness of the 14 components: the worked examples are complete, and every gap is named at once."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from chassis.http.vocabularies import codes, read_vocabularies
from devstack.layout import DATA
from registry.standards import completeness
from registry.standards.components import Components, stored

EXAMPLES = json.loads((DATA / "standards" / "examples.json").read_text())["examples"]
VOCABULARIES = read_vocabularies(DATA, ("directory", "registry"))


def example(index: int = 0) -> dict[str, Any]:
    return stored(Components.model_validate(EXAMPLES[index]["standard"]["components"]))


def test_the_codes_are_the_vocabularies() -> None:
    items = VOCABULARIES["standard_components"]["items"]
    assert list(completeness.COMPONENTS) == [item["code"] for item in items]
    groups = {item["code"]: item["attributes"]["group"] for item in items}
    assert {code for code, group in groups.items() if group == "service_delivery"} == set(completeness.SERVICE_DELIVERY)
    assert {code for code, group in groups.items() if group == "manufacturing"} == set(completeness.MANUFACTURING)
    assert set(completeness.CONSIDERATIONS) == codes(VOCABULARIES, "consideration_kinds")
    assert set(Components.model_fields) == set(completeness.COMPONENTS)


@pytest.mark.parametrize("index", range(len(EXAMPLES)), ids=[found["code"] for found in EXAMPLES])
def test_the_worked_examples_are_complete(index: int) -> None:
    assert completeness.component_gaps(example(index)) == []
    assert completeness.consideration_gaps(EXAMPLES[index]["standard"]["considerations"]) == []


def test_nothing_drafted_names_all_fourteen() -> None:
    gaps = completeness.component_gaps({})
    assert [gap.pointer for gap in gaps] == [f"/components/{code}" for code in completeness.COMPONENTS]
    assert {gap.code for gap in gaps} == {"component_missing"}


@pytest.mark.parametrize("code", completeness.COMPONENTS)
def test_a_missing_component_is_the_only_gap(code: str) -> None:
    content = {name: value for name, value in example().items() if name != code}
    assert [gap.pointer for gap in completeness.component_gaps(content)] == [f"/components/{code}"]


@pytest.mark.parametrize(
    ("code", "value", "pointers"),
    [
        ("requirements", [], ["/components/requirements"]),
        ("procedure", {"steps": []}, ["/components/procedure/steps"]),
        ("fee", {"free": False}, ["/components/fee/amount_idr", "/components/fee/basis"]),
        ("fee", {"free": True, "amount_idr": 0, "basis": ""}, ["/components/fee/basis"]),
        (
            "complaint_handling",
            {"channels": [], "responsible_post": ""},
            ["/components/complaint_handling/channels", "/components/complaint_handling/responsible_post"],
        ),
        ("staff_number", {"total": 0}, ["/components/staff_number/total"]),
        ("service_guarantee", {"commitment": "Tepat waktu", "remedy": ""}, ["/components/service_guarantee/remedy"]),
        ("safety_guarantee", {"hazards": ["Api"], "measures": []}, ["/components/safety_guarantee/measures"]),
    ],
)
def test_a_component_that_says_too_little_tells_what(code: str, value: Any, pointers: list[str]) -> None:
    gaps = completeness.component_gaps({**example(), code: value})
    assert [gap.pointer for gap in gaps] == pointers


def test_only_the_wanted_components_are_asked_for() -> None:
    gaps = completeness.component_gaps({"legal_basis": []}, completeness.SERVICE_DELIVERY)
    assert {gap.pointer.rsplit("/", 1)[1] for gap in gaps} == set(completeness.SERVICE_DELIVERY)


def test_a_blank_consideration_is_empty() -> None:
    gaps = completeness.consideration_gaps({"capability": "Cukup", "community_needs": "  \n"})
    assert [gap.pointer for gap in gaps] == ["/considerations/community_needs", "/considerations/local_conditions"]


@pytest.mark.parametrize(
    ("code", "sent", "kept"),
    [
        (
            "service_guarantee",
            {"text": "Selesai tepat waktu", "compensation": "Pengantaran gratis"},
            {"commitment": "Selesai tepat waktu", "remedy": "Pengantaran gratis"},
        ),
        (
            "service_guarantee",
            {"commitment": "Selesai tepat waktu", "remedy": "Ganti rugi", "remedy_amount_idr": 50000},
            {"commitment": "Selesai tepat waktu", "remedy": "Ganti rugi", "remedy_amount_idr": 50000},
        ),
        (
            "safety_guarantee",
            {"hazards": "Kebakaran", "measures": ["APAR", "Jalur evakuasi"]},
            {"commitment": "", "hazards": ["Kebakaran"], "measures": ["APAR", "Jalur evakuasi"]},
        ),
        ("staff_number", 9, {"total": 9, "by_post": []}),
        (
            "fee",
            {"free": True, "basis": "UU 24/2013"},
            {"free": True, "amount_idr": 0, "basis": "UU 24/2013", "tariffs": []},
        ),
        (
            "fee",
            {"amount_idr": 0, "basis": "free"},
            {"free": True, "amount_idr": 0, "basis": "free", "tariffs": []},
        ),
        (
            "fee",
            {"amount_idr": 30000, "basis": "PP 76/2020"},
            {"free": False, "amount_idr": 30000, "basis": "PP 76/2020", "tariffs": []},
        ),
        ("performance_evaluation", "Setiap bulan", {"text": "Setiap bulan"}),
        (
            "completion_time",
            {"amount": 3, "unit": "working_day"},
            {"amount": 3, "unit": "working_day", "counted_from": "requirements_complete", "conditions": []},
        ),
    ],
)
def test_each_way_of_writing_is_kept_in_one_form(code: str, sent: Any, kept: Any) -> None:
    assert stored(Components.model_validate({code: sent})) == {code: kept}


@pytest.mark.parametrize(
    ("code", "sent"),
    [
        ("fee", {"free": True, "amount_idr": 1000, "basis": "PP"}),
        ("fee", {"amount_idr": -1}),
        ("completion_time", {"amount": 0, "unit": "working_day"}),
        ("completion_time", {"amount": 1, "unit": "month"}),  # months are stored as days
        ("staff_number", {"total": 3, "by_post": [{"post": "Petugas", "count": 2}]}),
        ("procedure", {"steps": [{"number": 2, "actor": "officer", "text": "Memeriksa"}]}),
        ("requirements", [""]),
        ("price", 1),
    ],
)
def test_what_makes_no_sense_is_refused(code: str, sent: Any) -> None:
    with pytest.raises(ValidationError):
        Components.model_validate({code: sent})
