"""Regions by Kepmendagri 300.2.2-2430/2025, with the exception of DK Jakarta."""

from collections import Counter

import pytest

from devstack.reference.files import Row
from devstack.reference.regions import describe, level_of, parent_of


def test_counts_are_those_of_the_decree(regions: dict[str, Row]) -> None:
    assert Counter(row["level"] for row in regions.values()) == {
        "province": 38,
        "regency": 415,  # 416 with Kepulauan Seribu
        "city": 93,  # 98 with the five cities of DK Jakarta
        "administrative_regency": 1,
        "administrative_city": 5,
        "district": 7_285,
        "urban_village": 8_496,
        "village": 75_252,
        "customary_village": 14,
    }


@pytest.mark.parametrize(
    ("code", "name", "level", "parent", "zone"),
    [
        ("51", "Bali", "province", "", "wita"),
        ("51.71", "Kota Denpasar", "city", "51", "wita"),
        ("51.03", "Kabupaten Badung", "regency", "51", "wita"),
        ("51.71.01", "Denpasar Selatan", "district", "51.71", "wita"),
        ("51.71.01.1005", "Renon", "urban_village", "51.71.01", "wita"),
        ("51.71.01.2007", "Sidakarya", "village", "51.71.01", "wita"),
        ("31.01", "Kabupaten Administrasi Kepulauan Seribu", "administrative_regency", "31", "wib"),
        ("31.72", "Kota Administrasi Jakarta Utara", "administrative_city", "31", "wib"),  # no blank at its end
        ("61", "Kalimantan Barat", "province", "", "wib"),
        ("62", "Kalimantan Tengah", "province", "", "wib"),
        ("63", "Kalimantan Selatan", "province", "", "wita"),
        ("53", "Nusa Tenggara Timur", "province", "", "wita"),
        ("81", "Maluku", "province", "", "wit"),
        ("96", "Papua Barat Daya", "province", "", "wit"),
    ],
)
def test_known_regions(regions: dict[str, Row], code: str, name: str, level: str, parent: str, zone: str) -> None:
    row = regions[code]
    assert (row["name"], row["level"], row["parent_code"], row["time_zone"]) == (name, level, parent, zone)


def test_population_is_given_down_to_regencies_and_cities(regions: dict[str, Row]) -> None:
    assert regions["11"]["population"] == "5623479"
    assert regions["11.01"]["population"] == "239629"
    assert regions["11.01.01"]["population"] == ""
    assert sum(1 for row in regions.values() if row["population"]) == 38 + 514


def test_no_name_is_padded_or_broken(regions: dict[str, Row]) -> None:
    assert [row["code"] for row in regions.values() if row["name"] != " ".join(row["name"].split())] == []


def test_every_region_but_a_province_lies_in_another(regions: dict[str, Row]) -> None:
    assert [
        code for code, row in regions.items() if row["level"] != "province" and row["parent_code"] not in regions
    ] == []


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("35.69", "regency"),
        ("35.71", "city"),
        ("31.75", "administrative_city"),
        ("91.03.01.3001", "customary_village"),
    ],
)
def test_level_follows_from_the_code(code: str, level: str) -> None:
    assert level_of(code) == level


@pytest.mark.parametrize("code", ["11.01.01.4001", "11.01.01.2001.01"])  # an island; too deep
def test_a_code_of_no_known_form_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="not a region code"):
        level_of(code)


def test_parent_is_one_level_up() -> None:
    assert [parent_of(code) for code in ("51", "51.71", "51.71.01.1005")] == ["", "51", "51.71.01"]


def test_describing_a_region_that_has_no_count() -> None:
    [row] = describe([{"code": "64.07.12.2016", "name": "Bukit Harapan "}], [])
    assert row == {
        "code": "64.07.12.2016",
        "name": "Bukit Harapan",
        "level": "village",
        "parent_code": "64.07.12",
        "time_zone": "wita",
        "population": "",
        "population_male": "",
        "population_female": "",
    }
