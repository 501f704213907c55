"""What must hold for the tables of `data/`: regions, institutions, aliases, supervision, units.

Each check yields one sentence per problem; nothing yielded means that the table is sound.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from devstack.reference.files import Row, read_json, read_rows
from devstack.reference.institutions import AUTONOMOUS_LEVELS
from devstack.reference.regions import (
    DISTRICT_DEPTH,
    PROVINCE_DEPTH,
    REGENCY_DEPTH,
    VILLAGE_DEPTH,
    ZONE_OF_PROVINCE,
    level_of,
    parent_of,
)

# Kepmendagri 300.2.2-2430/2025.
REGIONS_BY_DEPTH = {PROVINCE_DEPTH: 38, REGENCY_DEPTH: 514, DISTRICT_DEPTH: 7_285, VILLAGE_DEPTH: 83_762}

ALIAS_KINDS = {"alias", "acronym", "former_name"}


def codes_of_vocabulary(data: Path, name: str, *, file: str = "directory") -> set[str]:
    """The codes of one vocabulary."""
    vocabulary = read_json(data / "vocabularies" / f"{file}.json")[name]
    return {item["code"] for item in vocabulary["items"]}


def repeated(values: Iterable[str]) -> list[str]:
    """The values that occur more than once."""
    return [value for value, times in Counter(values).items() if times > 1]


def check_regions(data: Path) -> Iterator[str]:
    """Counts by level, codes unique and well formed, parents present, zone of the province, people counted twice."""
    rows = read_rows(data / "regions" / "regions.csv")
    codes = {row["code"] for row in rows}
    yield from (f"regions: code {code} occurs twice" for code in repeated(row["code"] for row in rows))
    counted = Counter(row["code"].count(".") + 1 for row in rows)
    if counted != REGIONS_BY_DEPTH:
        yield f"regions: {dict(counted)} by depth, expected {REGIONS_BY_DEPTH}"
    for row in rows:
        code = row["code"]
        if row["level"] != level_of(code):
            yield f"regions: {code} is a {level_of(code)}, not a {row['level']}"
        if row["parent_code"] != parent_of(code) or (row["parent_code"] and row["parent_code"] not in codes):
            yield f"regions: {code} has the parent {row['parent_code']!r}"
        if row["time_zone"] != ZONE_OF_PROVINCE[code[:2]]:
            yield f"regions: {code} lies in {ZONE_OF_PROVINCE[code[:2]]}, not in {row['time_zone']}"
        if not row["name"] or row["name"] != row["name"].strip():
            yield f"regions: the name of {code} is empty or padded"
        counts = [row["population"], row["population_male"], row["population_female"]]
        if any(counts) and int(counts[0]) != int(counts[1]) + int(counts[2]):
            yield f"regions: the people of {code} don't add up"


def check_institutions(data: Path) -> Iterator[str]:
    """Codes and names unique, kinds known, exactly one government per autonomous region."""
    rows = read_rows(data / "institutions" / "institutions.csv")
    kinds = codes_of_vocabulary(data, "institution_kinds")
    yield from (f"institutions: code {code} occurs twice" for code in repeated(row["code"] for row in rows))
    yield from (f"institutions: name {name!r} occurs twice" for name in repeated(row["name"] for row in rows))
    yield from (f"institutions: {row['code']} has no kind {row['kind']}" for row in rows if row["kind"] not in kinds)
    autonomous = {
        row["code"]: row["level"]
        for row in read_rows(data / "regions" / "regions.csv")
        if row["level"] in AUTONOMOUS_LEVELS
    }
    governments = {row["region_code"]: row["kind"] for row in rows if row["region_code"]}
    if governments != autonomous:
        yield f"institutions: governments and regions differ at {sorted(governments.items() ^ autonomous.items())[:5]}"


def check_names(data: Path) -> Iterator[str]:
    """An alias names one institution only and isn't another's official name; successors of former bodies exist."""
    rows = read_rows(data / "institutions" / "institutions.csv")
    codes = {row["code"] for row in rows}
    official = {row["name"].casefold() for row in rows}
    aliases = read_rows(data / "institutions" / "aliases.csv")
    yield from (f"aliases: {name!r} is given twice" for name in repeated(row["alias"].casefold() for row in aliases))
    for row in aliases:
        if row["institution_code"] not in codes:
            yield f"aliases: no institution {row['institution_code']}"
        if row["kind"] not in ALIAS_KINDS:
            yield f"aliases: no kind {row['kind']}"
        if row["alias"].casefold() in official:
            yield f"aliases: {row['alias']!r} is an official name"
    changes = codes_of_vocabulary(data, "unit_change_types")
    for row in read_rows(data / "institutions" / "former-ministries.csv"):
        if row["code"] in codes or row["change"] not in changes:
            yield f"former ministries: {row['code']} still exists, or has no change {row['change']}"
        missing = [code for code in row["successor_codes"].split() if code not in codes]
        yield from (f"former ministries: {row['code']} has no successor {code}" for code in missing)


def check_supervision(data: Path) -> Iterator[str]:
    """Both ends exist, nobody supervises itself, every regional government has exactly one supervisor above it."""
    rows = read_rows(data / "institutions" / "institutions.csv")
    kinds = {row["code"]: row["kind"] for row in rows}
    supervision = read_rows(data / "institutions" / "supervision.csv")
    supervised = [row["institution_code"] for row in supervision]
    regional = {code for code, kind in kinds.items() if kind in AUTONOMOUS_LEVELS}
    yield from (f"supervision: {code} has two supervisors" for code in repeated(supervised))
    yield from (f"supervision: nobody over {code}" for code in sorted(regional - set(supervised)))
    for row in supervision:
        if row["supervisor_code"] not in kinds or row["institution_code"] not in kinds:
            yield f"supervision: unknown {row['supervisor_code']} over {row['institution_code']}"
        if row["supervisor_code"] == row["institution_code"]:
            yield f"supervision: {row['institution_code']} over itself"
        if not row["source"]:
            yield f"supervision: no source for {row['institution_code']}"


def check_units(data: Path) -> Iterator[str]:
    """The city's units: codes unique, kinds known, every parent listed before its child, regions known."""
    rows: list[Row] = read_rows(data / "institutions" / "denpasar-units.csv")
    kinds = codes_of_vocabulary(data, "unit_kinds")
    regions = {row["code"] for row in read_rows(data / "regions" / "regions.csv")}
    yield from (f"units: code {code} occurs twice" for code in repeated(row["code"] for row in rows))
    listed = {""}
    for row in rows:
        if row["kind"] not in kinds:
            yield f"units: {row['code']} has no kind {row['kind']}"
        if row["parent_code"] not in listed:
            yield f"units: {row['code']} stands before its parent {row['parent_code']}"
        if row["region_code"] not in regions:
            yield f"units: {row['code']} has no region {row['region_code']}"
        listed.add(row["code"])


CHECKS = (check_regions, check_institutions, check_names, check_supervision, check_units)
