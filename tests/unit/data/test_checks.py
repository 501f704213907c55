"""The checks find what they are for, and drawing the regional part anew changes nothing in what ships."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devstack.reference import document_checks as documents
from devstack.reference import institutions
from devstack.reference import table_checks as tables
from devstack.reference.__main__ import main

Check = Callable[[Path], Iterator[str]]


@pytest.fixture
def copy(data: Path, tmp_path: Path) -> Path:
    """A data folder of its own whose files are links, so that a test may replace the one that it breaks."""
    folder = tmp_path / "data"
    for file in sorted(path for path in data.rglob("*") if path.is_file()):
        link = folder / file.relative_to(data)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file)
    return folder


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.unlink()
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def edit(file: Path, change: Callable[[Any], None]) -> None:
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.unlink()
    file.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("check", "file", "old", "new", "problem"),
    [
        (
            tables.check_regions,
            "regions/regions.csv",
            "51.71,Kota Denpasar,city",
            "51.71,Kota Denpasar,regency",
            "51.71 is a city",
        ),
        (tables.check_regions, "regions/regions.csv", "31.72,Kota", "31.79,Kota", "31.72.01 has the parent '31.72'"),
        (tables.check_institutions, "institutions/institutions.csv", "bmkg,", "bnn,", "code bnn occurs twice"),
        (
            tables.check_supervision,
            "institutions/institutions.csv",
            "pemda-51.71,",
            "pemda-51.72,",
            "unknown pemda-51 over pemda-51.71",
        ),
        (tables.check_names, "institutions/aliases.csv", "bmkg,BMKG", "bmkg,BNN", "'bnn' is given twice"),
        (
            tables.check_names,
            "institutions/aliases.csv",
            "bmkg,BMKG",
            "bmkg,Badan Narkotika Nasional",
            "is an official name",
        ),
        (
            tables.check_supervision,
            "institutions/supervision.csv",
            "pemda-51,pemda-51.71",
            "pemda-51.71,pemda-51.71",
            "51.71 over itself",
        ),
        (
            tables.check_names,
            "institutions/former-ministries.csv",
            "kemenlh kemenhut",
            "kemenlh kehutanan",
            "no successor kehutanan",
        ),
        (
            tables.check_units,
            "institutions/denpasar-units.csv",
            "010001,Sekretariat",
            "010009,Sekretariat",
            "before its parent 010001",
        ),
    ],
)
def test_a_broken_table_is_found(copy: Path, check: Check, file: str, old: str, new: str, problem: str) -> None:
    replace(copy / file, old, new)
    assert any(problem in found for found in check(copy))


def one_day_twice(calendar: Any) -> None:
    calendar["days"].append(calendar["days"][0])


def a_shorter_friday(calendar: Any) -> None:
    calendar["working_blocks"]["friday"] = [["07:30", "11:30"]]


def an_unknown_event(deadlines: Any) -> None:
    deadlines["policies"][0]["rules"][0]["from_event"] = "sunrise"


def one_category_less(categories: Any) -> None:
    categories["categories"].pop()


def a_stop_word(lexicon: Any) -> None:
    lexicon["categories"]["health"].append("yang")


def a_heavier_item(instrument: Any) -> None:
    instrument["forms"][0]["items"][0]["weight"] = "18"


def a_gap_between_grades(survey: Any) -> None:
    survey["grades"][0]["min"] = "88.32"


def no_fee(standards: Any) -> None:
    del standards["examples"][0]["standard"]["components"]["fee"]


def no_english_label(vocabularies: Any) -> None:
    vocabularies["time_zones"]["items"][0]["label"]["en"] = ""


@pytest.mark.parametrize(
    ("check", "file", "change", "problem"),
    [
        (documents.check_calendar, "calendars/national.json", one_day_twice, "given twice"),
        (documents.check_calendar, "calendars/national.json", a_shorter_friday, "a week of 2040 minutes"),
        (
            documents.check_deadlines,
            "deadlines/deadline-policies.json",
            an_unknown_event,
            "names an unknown stage, unit or event",
        ),
        (documents.check_categories, "complaints/categories.json", one_category_less, "not those of the vocabulary"),
        (documents.check_category_lexicon, "complaints/category-lexicon.json", a_stop_word, "yang of health"),
        (
            documents.check_instrument,
            "instruments/pekppp.json",
            a_heavier_item,
            "the items of service_policy weigh 101",
        ),
        (documents.check_survey, "surveys/skm.json", a_gap_between_grades, "grades a and b don't meet"),
        (documents.check_standards, "standards/examples.json", no_fee, "hasn't the components of a standard"),
        (documents.check_vocabularies, "vocabularies/directory.json", no_english_label, "time_zones/wib lacks a label"),
    ],
)
def test_a_broken_document_is_found(
    copy: Path, check: Check, file: str, change: Callable[[Any], None], problem: str
) -> None:
    edit(copy / file, change)
    assert any(problem in found for found in check(copy))


def test_a_failed_check_exits_with_1(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(copy / "complaints" / "categories.json", one_category_less)
    assert main(["--data", str(copy), "check"]) == 1
    assert capsys.readouterr().out == "categories: not those of the vocabulary lapor_categories\n"


def test_drawing_the_regional_governments_anew_changes_nothing(data: Path, copy: Path) -> None:
    names = ("institutions.csv", "aliases.csv", "supervision.csv")
    for name in names:
        replace(copy / "institutions" / name, "\n", "\n")  # a file of its own: the links are never written through
    institutions.write(copy)
    for name in names:
        assert (copy / "institutions" / name).read_bytes() == (data / "institutions" / name).read_bytes()
