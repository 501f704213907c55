"""Institutions: the national ones are kept by hand in `institutions.csv`, the regional ones follow from the regions.

The regional rows of `institutions.csv` and `aliases.csv` are drawn anew; whatever else stands there is kept.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from devstack.reference.files import Row, read_rows, write_rows

INSTITUTION_COLUMNS = ("code", "name", "kind", "region_code", "short_name", "parent_hint")
ALIAS_COLUMNS = ("institution_code", "alias", "kind")
SUPERVISION_COLUMNS = ("supervisor_code", "institution_code", "source")

# Autonomous regions only: the administrative regency and cities of DK Jakarta have no government of their own.
AUTONOMOUS_LEVELS = ("province", "regency", "city")
REGIONAL_PREFIX = "pemda-"

# (name, short name, further aliases) where the law gives a government another name than its level.
NAMED_BY_LAW = {
    "11": ("Pemerintah Aceh", "Pemprov Aceh", ("Pemerintah Provinsi Aceh",)),  # UU 11/2006
    "31": (  # UU 2/2024 drops "Ibukota"; the code list of 2025 still carries it
        "Pemerintah Provinsi Daerah Khusus Ibukota Jakarta",
        "Pemprov DKI Jakarta",
        ("Pemerintah Provinsi Daerah Khusus Jakarta", "Pemprov DKJ"),
    ),
    "34": (  # UU 13/2012
        "Pemerintah Daerah Daerah Istimewa Yogyakarta",
        "Pemda DIY",
        ("Pemerintah Provinsi Daerah Istimewa Yogyakarta", "Pemprov DIY"),
    ),
}

GOVERNOR_OVER_REGIONS = "UU 25/2009 art. 6; UU 23/2014 art. 8(2), 91"
MINISTER_OVER_PROVINCES = "UU 25/2009 art. 6; UU 23/2014 art. 8"
MINISTRY_OF_HOME_AFFAIRS = "kemendagri"


def code_of(region_code: str) -> str:
    """The code of the government of an autonomous region: `pemda-51.71`."""
    return f"{REGIONAL_PREFIX}{region_code}"


def names_of(region: Row) -> tuple[str, str, tuple[str, ...]]:
    """Official name, short name and further aliases of a region's government."""
    if region["code"] in NAMED_BY_LAW:
        return NAMED_BY_LAW[region["code"]]
    name = region["name"]
    match region["level"]:
        case "province":
            return f"Pemerintah Provinsi {name}", f"Pemprov {name}", (f"Provinsi {name}",)
        case "regency":
            return f"Pemerintah {name}", f"Pemkab {name.removeprefix('Kabupaten ')}", (name,)
        case _:
            return f"Pemerintah {name}", f"Pemkot {name.removeprefix('Kota ')}", (name,)


def regional(regions: Iterable[Row]) -> Iterator[tuple[Row, list[Row]]]:
    """Each autonomous region's institution (`INSTITUTION_COLUMNS`) with its aliases (`ALIAS_COLUMNS`)."""
    for region in regions:
        if region["level"] not in AUTONOMOUS_LEVELS:
            continue
        name, short_name, others = names_of(region)
        code = code_of(region["code"])
        parent = code_of(region["parent_code"]) if region["parent_code"] else MINISTRY_OF_HOME_AFFAIRS
        institution = dict(
            zip(
                INSTITUTION_COLUMNS,
                (code, name, region["level"], region["code"], short_name, parent),
                strict=True,
            )
        )
        aliases = [{"institution_code": code, "alias": alias, "kind": "alias"} for alias in (short_name, *others)]
        yield institution, aliases


def supervision(institutions: Iterable[Row]) -> list[Row]:
    """Who supervises whom outside the institution itself: the Minister the provinces, a governor the regions below."""
    return [
        {
            "supervisor_code": row["parent_hint"],
            "institution_code": row["code"],
            "source": MINISTER_OVER_PROVINCES if row["kind"] == "province" else GOVERNOR_OVER_REGIONS,
        }
        for row in institutions
        if row["kind"] in AUTONOMOUS_LEVELS
    ]


def write(data: Path) -> Path:
    """Redraw the regional part of `institutions.csv` and `aliases.csv`, and the whole of `supervision.csv`."""
    folder = data / "institutions"
    drawn = list(regional(read_rows(data / "regions" / "regions.csv")))
    institutions = [
        row for row in read_rows(folder / "institutions.csv") if not row["code"].startswith(REGIONAL_PREFIX)
    ]
    aliases = [
        row for row in read_rows(folder / "aliases.csv") if not row["institution_code"].startswith(REGIONAL_PREFIX)
    ]
    institutions += [institution for institution, _ in drawn]
    aliases += [alias for _, names in drawn for alias in names]
    write_rows(folder / "institutions.csv", INSTITUTION_COLUMNS, rows=institutions)
    write_rows(folder / "aliases.csv", ALIAS_COLUMNS, rows=aliases)
    write_rows(folder / "supervision.csv", SUPERVISION_COLUMNS, rows=supervision(institutions))
    return folder
