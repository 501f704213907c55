"""The data of the benchmarks: the same in every run, whole in itself, and found by the ids that the loads compute."""

from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from benchmarks import country, seeds

from complaints.reporters.codes import read_code
from devstack.layout import DATA

END = datetime(2026, 6, 1, tzinfo=UTC)
RULE = seeds.Rule("national", 1, 3, "response")


@pytest.fixture(scope="module")
def institutions() -> list[country.Institution]:
    return country.read_institutions(Path(DATA))


@pytest.fixture(scope="module")
def rows(institutions: list[country.Institution]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {table: [] for table in seeds.COLUMNS}
    for batch in seeds.batches(400, institutions=institutions, rules=[RULE], end=END):
        for table, lines in batch.items():
            found[table] += [dict(zip(seeds.COLUMNS[table], line, strict=True)) for line in lines]
    return found


def test_the_id_of_a_case_follows_from_its_number_and_is_a_version_7() -> None:
    assert seeds.case_id(1) == UUID("01900000-0000-7000-8000-000000000001")
    assert seeds.case_id(4_096) == UUID("01900000-0000-7000-8000-000000001000")
    assert seeds.case_id(1).version == 7


def test_every_twentieth_case_is_the_officers(
    institutions: list[country.Institution], rows: dict[str, list[dict[str, Any]]]
) -> None:
    assert institutions[0].code == country.HOME
    at_home = {row["id"] for row in rows["cases"] if row["institution_id"] == institutions[0].id}
    assert at_home == {seeds.case_id(number) for number in range(20, 401, 20)}


def test_the_same_numbers_give_the_same_rows(institutions: list[country.Institution]) -> None:
    first, again = (list(seeds.batches(50, institutions=institutions, rules=[RULE], end=END)) for _ in range(2))
    assert first == again


def test_units_belong_to_the_cases_institution(
    institutions: list[country.Institution], rows: dict[str, list[dict[str, Any]]]
) -> None:
    sections = {institution.id: set(institution.sections()) for institution in institutions}
    assert all(row["unit_id"] in (None, *sections[row["institution_id"]]) for row in rows["cases"])
    assert all((row["unit_id"] is None) == (row["state"] == "submitted") for row in rows["cases"])


def test_states_and_dates_agree(rows: dict[str, list[dict[str, Any]]]) -> None:
    for row in rows["cases"]:
        assert row["received_at"] < END
        assert (row["resolved_at"] is not None) == (row["state"] in ("resolved", "closed"))
        assert (row["closed_at"] is not None) == (row["state"] == "closed")
        assert row["due_at"] is None or row["due_at"] > END  # nothing for the scanner to do


def test_every_case_has_the_rows_that_the_service_would_have_written(rows: dict[str, list[dict[str, Any]]]) -> None:
    ids = [row["id"] for row in rows["cases"]]
    for table in ("custody_intervals", "deadline_duties", "reporters"):
        assert [row["case_id"] for row in rows[table]] == ids
    assert len({row["id"] for row in rows["deadline_duties"]}) == len(ids)
    versions = {row["id"]: row["version"] for row in rows["cases"]}
    last = {row["case_id"]: row["sequence"] for row in rows["case_history"]}
    assert last == versions


def test_the_copy_names_nothing_that_it_lacks(institutions: list[country.Institution]) -> None:
    tables = {
        table: [dict(zip(columns, line, strict=True)) for line in lines]
        for table, (columns, lines) in country.copy_rows(institutions[:5]).items()
    }
    units = {row["id"] for row in tables["directory_units"]}
    people = {row["id"] for row in tables["directory_people"]}
    known = {row["id"] for row in tables["directory_institutions"]}
    assert len(units) == len(tables["directory_units"]) == 5 * len(country.DEPARTMENTS) * (1 + len(country.SECTIONS))
    assert {row["parent_id"] for row in tables["directory_units"]} <= units | {None}
    assert {row["unit_id"] for row in tables["directory_services"]} <= units
    assert {row["person_id"] for row in tables["directory_appointments"]} == people
    named = chain(tables["directory_units"], tables["directory_services"], tables["directory_appointments"])
    assert {row["institution_id"] for row in named} == known


def test_every_case_has_a_code_that_its_reporter_could_type() -> None:
    codes = [seeds.tracking_code(number) for number in range(1, 5_001)]
    assert len(set(codes)) == len(codes)
    assert all(read_code(code) == code for code in codes)
