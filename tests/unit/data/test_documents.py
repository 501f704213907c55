"""Vocabularies, deadlines, categories, instrument, survey and standards: complete, and right in what is known."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from devstack.reference.__main__ import main
from devstack.reference.files import read_json, read_rows


def codes(vocabulary: dict[str, Any]) -> list[str]:
    return [item["code"] for item in vocabulary["items"]]


def test_every_file_is_sound(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(data), "check"]) == 0
    assert capsys.readouterr().out == "reference data: sound\n"


def test_no_vocabulary_and_no_code_is_lost(vocabularies: dict[str, Any]) -> None:
    assert len(vocabularies) == 134
    assert sum(len(vocabulary["items"]) for vocabulary in vocabularies.values()) == 1_078


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("standard_components", 14),
        ("service_principles", 12),
        ("ethics_values", 7),
        ("delivery_principles", 4),
        ("management_functions", 4),
        ("survey_elements", 9),
        ("lapor_categories", 31),
        ("case_states", 16),
        ("appointment_roles", 14),
        ("institution_kinds", 19),
        ("pekppp_aspects", 6),
        ("ipp_grades", 9),
        ("time_zones", 3),
        ("deadline_kinds", 35),
    ],
)
def test_vocabularies_have_as_many_items_as_their_source(vocabularies: dict[str, Any], name: str, count: int) -> None:
    assert len(vocabularies[name]["items"]) == count


def test_items_carry_labels_and_attributes(vocabularies: dict[str, Any]) -> None:
    by_code = {item["code"]: item for item in vocabularies["time_zones"]["items"]}
    assert by_code["wita"]["attributes"] == {"iana": "Asia/Makassar", "utc_offset": "+08:00"}
    assert by_code["wita"]["label"]["en"] == "Central Indonesia time"
    assert vocabularies["archive_reasons"]["attributes"] == {"appealable_except": ["spam", "test"]}


@pytest.mark.parametrize(
    ("policy", "stage", "case_class", "amount", "unit"),
    [
        ("sp4n_2025", "handling", "minor", 2, "working_day"),
        ("sp4n_2025", "handling", "normative", 5, "working_day"),
        ("sp4n_2025", "handling", "non_supervisory", 14, "working_day"),
        ("sp4n_2025", "handling", "supervisory", 60, "working_day"),
        ("uu25_2009", "filing_window", "any", 30, "calendar_day"),
        ("uu25_2009", "decision", "any", 60, "calendar_day"),
        ("uu14_2008", "answer", "public_information", 10, "working_day"),
        ("uu27_2022", "breach_notice", "any", 72, "clock_hour"),
    ],
)
def test_known_limits(data: Path, policy: str, stage: str, case_class: str, amount: int, unit: str) -> None:
    policies = read_json(data / "deadlines" / "deadline-policies.json")["policies"]
    [rules] = [entry["rules"] for entry in policies if entry["code"] == policy]
    limits = [(rule["amount"], rule["unit"]) for rule in rules if (rule["stage"], rule["class"]) == (stage, case_class)]
    assert limits == [(amount, unit)]


def test_categories_are_roots_with_labels(data: Path) -> None:
    categories = read_json(data / "complaints" / "categories.json")["categories"]
    assert len(categories) == 31
    assert all(category["parent_code"] is None and set(category["label"]) == {"id", "en"} for category in categories)
    assert {category["code"] for category in categories if category["attributes"].get("temporary")} == {
        "coronavirus",
        "national_economic_recovery",
    }


def test_forms_have_the_items_of_the_instrument(data: Path) -> None:
    forms = {form["code"]: form for form in read_json(data / "instruments" / "pekppp.json")["forms"]}
    assert {code: len(form["items"]) for code, form in forms.items()} == {
        "f02_a": 31,
        "f02_b": 30,
        "f03_a": 14,
        "f03_b": 11,
    }
    assert forms["f02_a"]["items"][5]["label"]["id"] == "SKM yang dilaksanakan sesuai dengan PermenPANRB"
    assert [item["code"] for item in forms["f02_a"]["items"] if not item["scored"]] == ["queue_system"]


def test_form_b_lacks_the_review_so_that_its_weights_make_86(data: Path) -> None:
    forms = {form["code"]: form for form in read_json(data / "instruments" / "pekppp.json")["forms"]}
    policy = [item for item in forms["f02_b"]["items"] if item["aspect"] == "service_policy"]
    assert sum(int(item["weight"]) for item in policy) == 86
    assert "standard_review" not in {item["code"] for item in policy}
    assert forms["f02_b"]["weighting"]["mark"] == "??"


def test_aspect_weights_are_those_of_the_instrument(data: Path, vocabularies: dict[str, Any]) -> None:
    aspects = read_json(data / "instruments" / "pekppp.json")["aspects"]
    assert [aspect["weight"] for aspect in aspects] == ["24", "25", "18", "11", "10", "12"]
    assert [aspect["code"] for aspect in aspects] == codes(vocabularies["pekppp_aspects"])


def half_up(value: Decimal) -> str:
    return str(value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def test_the_published_survey_gives_both_published_figures(data: Path) -> None:
    totals = [int(row["total"]) for row in read_rows(data / "surveys" / "skm-29-respondents.csv")]
    expected = read_json(data / "surveys" / "skm-29-respondents-expected.json")
    mean = Decimal(sum(totals)) / 29
    assert sum(totals) == expected["sum_of_values"] == 955
    assert half_up(mean / 9 * 25) == expected["index_exact"] == "91.48"
    assert half_up(mean * Decimal("0.11") * 25) == expected["index_rounded_0_11"] == "90.56"


def test_the_three_respondents_give_the_published_figures(data: Path) -> None:
    elements = [element["code"] for element in read_json(data / "surveys" / "skm.json")["elements"]]
    for row in read_rows(data / "surveys" / "skm-3-respondents.csv"):
        total = Decimal(sum(int(row[element]) for element in elements))
        assert half_up(total * Decimal("0.11") * 25) == row["index_rounded_0_11"]
        assert half_up(total / 9 * 25) == row["index_exact"]


def test_sample_sizes_follow_the_formula(data: Path) -> None:
    """Krejcie and Morgan (1970): the printed table is the formula, rounded."""
    size = read_json(data / "surveys" / "skm.json")["sample_size"]
    chi, share, margin = (Decimal(size[name]) for name in ("chi_square", "proportion", "margin"))
    spread = chi * share * (1 - share)
    assert len(size["table"]) == 42
    for row in size["table"]:
        sample = spread * row["population"] / (margin**2 * (row["population"] - 1) + spread)
        assert int(sample.quantize(Decimal(1), rounding=ROUND_HALF_UP)) == row["sample"]


def test_services_keep_the_upper_bound_of_a_range(data: Path) -> None:
    services = {service["code"]: service for service in read_json(data / "standards" / "services.json")["services"]}
    assert services["family_card_new"]["completion_time"] == {"amount": 24, "unit": "hour"}
    assert services["passport_ordinary"]["completion_time"]["amount"] == 4
    assert services["police_record_new"]["fee"]["amount_idr"] == 30_000
    assert {code for code, service in services.items() if service["fee"] is None} == {
        "vehicle_registration_yearly",
        "passport_ordinary",
    }
