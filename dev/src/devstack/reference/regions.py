"""Regions of Indonesia by the codes of the Ministry of Home Affairs (Kepmendagri 300.2.2-2430/2025).

Drawn from two tables, `regions.csv` (code,name) and `population.csv` (code,male,female,total).
"""

from collections.abc import Iterable
from pathlib import Path

from devstack.reference.files import Row, read_rows, write_rows

COLUMNS = (
    "code",
    "name",
    "level",
    "parent_code",
    "time_zone",
    "population",
    "population_male",
    "population_female",
)

# Keppres 41/1987 names the provinces of its day; those that were split off later keep the zone of their origin.
ZONE_OF_PROVINCE = (
    dict.fromkeys(("11", "12", "13", "14", "15", "16", "17", "18", "19", "21"), "wib")
    | dict.fromkeys(("31", "32", "33", "34", "35", "36", "61", "62"), "wib")
    | dict.fromkeys(("51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"), "wita")
    | dict.fromkeys(("81", "82", "91", "92", "93", "94", "95", "96"), "wit")
)

# DK Jakarta is one autonomous region: below it are an administrative regency and administrative cities.
PROVINCE_WITHOUT_AUTONOMOUS_PARTS = "31"
FIRST_CITY_NUMBER = 71

VILLAGE_LEVELS = {"1": "urban_village", "2": "village", "3": "customary_village"}
PROVINCE_DEPTH, REGENCY_DEPTH, DISTRICT_DEPTH, VILLAGE_DEPTH = 1, 2, 3, 4


def level_of(code: str) -> str:
    """The level of a dotted code (a code of `region_levels`); `ValueError` when the code has no known form.

    >>> level_of("51.71"), level_of("31.01"), level_of("51.71.01.1001")
    ('city', 'administrative_regency', 'urban_village')
    """
    parts = code.split(".")
    match len(parts):
        case 1:
            return "province"
        case 2:
            kind = "city" if int(parts[1]) >= FIRST_CITY_NUMBER else "regency"
            return f"administrative_{kind}" if parts[0] == PROVINCE_WITHOUT_AUTONOMOUS_PARTS else kind
        case 3:
            return "district"
        case 4 if parts[3][0] in VILLAGE_LEVELS:
            return VILLAGE_LEVELS[parts[3][0]]
    raise ValueError(f"not a region code: {code}")


def parent_of(code: str) -> str:
    """The code one level up; empty for a province."""
    return code.rpartition(".")[0]


def describe(named: Iterable[Row], counted: Iterable[Row]) -> list[Row]:
    """Rows of `COLUMNS` from (code, name) and (code, male, female, total); stray blanks and line breaks in a name are dropped."""
    people = {row["code"]: row for row in counted}
    nobody = {"male": "", "female": "", "total": ""}
    described = []
    for row in named:
        code = row["code"]
        counts = people.get(code, nobody)
        values = (
            code,
            " ".join(row["name"].split()),
            level_of(code),
            parent_of(code),
            ZONE_OF_PROVINCE[code[:2]],
            counts["total"],
            counts["male"],
            counts["female"],
        )
        described.append(dict(zip(COLUMNS, values, strict=True)))
    return described


def write(source: Path, data: Path) -> Path:
    """Make `regions/regions.csv` from the two tables in `source`."""
    target = data / "regions" / "regions.csv"
    rows = describe(read_rows(source / "regions.csv"), read_rows(source / "population.csv"))
    write_rows(target, COLUMNS, rows=rows)
    return target
