"""The units of one real city, Denpasar, as an example of a tree: drawn from a flat list of hierarchical codes.

The list (`idopd,namaopd,nama_pendek_opd`) also names people, collective entries and enterprises; they are no units.
"""

from collections.abc import Iterable
from pathlib import Path

from devstack.reference.files import Row, read_rows, write_rows

COLUMNS = ("code", "name", "short_name", "kind", "parent_code", "region_code")

CITY = "51.71"

NO_UNITS = {
    "000000": "a collective entry",
    "000001": "the mayor",
    "000002": "the deputy mayor",
    "014000": "expert staff of the mayor",
    "100000": "a collective entry",
    "0308010702": "an operator",
    "300001": "a regional enterprise",
    "300002": "a regional enterprise",
    "300003": "a regional enterprise",
}

REGIONAL_SECRETARIAT = "010001"
SECRETARIAT_NUMBER_LENGTH = 6
NAMES_MENDED = {REGIONAL_SECRETARIAT: "Sekretariat Daerah"}  # listed by its head, the Sekretaris Daerah

# The first match counts. A department's own secretariat is of a division's rank: only the regional secretariat is
# `secretariat`, for its head is the Penanggung jawab (UU 25/2009 art. 7).
KIND_BY_NAME = (
    ("Sekretariat Daerah", "secretariat"),
    ("Sekretariat DPRD", "council_secretariat"),
    ("Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu", "one_stop_licensing"),
    ("Dinas Kependudukan dan Pencatatan Sipil", "civil_registry"),
    ("Rumah Sakit", "hospital"),
    ("Inspektorat", "inspectorate"),
    ("Dinas", "department"),
    ("Badan", "agency"),
    ("Sekretariat", "division"),
    ("Bagian", "division"),
    ("Kecamatan", "district_office"),
    ("Kelurahan", "urban_village_office"),
    ("UPT.", "technical_unit"),
    ("Bidang", "section"),
    ("Sub Bagian", "section"),
    ("Subag", "section"),
    ("Seksi", "section"),
)


def kind_of(name: str) -> str:
    """The unit's kind (a code of `unit_kinds`) by the first words of its name; `ValueError` when none fits."""
    for start, kind in KIND_BY_NAME:
        if name.startswith(start):
            return kind
    raise ValueError(f"no kind for unit: {name}")


def region_of(name: str, kind: str, *, regions: Iterable[Row]) -> str:
    """The region that a district's or urban village's office serves; the whole city for every other unit."""
    level = {"district_office": "district", "urban_village_office": "urban_village"}.get(kind)
    if level is None:
        return CITY
    served = name.partition(" ")[2]
    return next(row["code"] for row in regions if row["level"] == level and row["name"] == served)


def parent_of(code: str) -> str:
    """The code above within the list's own numbering; empty for a unit directly below the city's government.

    Eight and ten digits extend the code above by two. In the secretariat (01AB01) A numbers the assistant and B the
    division; the other six-digit codes are flat.
    """
    if len(code) > SECRETARIAT_NUMBER_LENGTH:
        return code[:-2]
    if not code.startswith("01") or code == REGIONAL_SECRETARIAT:
        return ""
    return REGIONAL_SECRETARIAT if code[3] == "0" else f"{code[:3]}001"


def tree(listed: Iterable[Row], regions: Iterable[Row]) -> list[Row]:
    """Rows of `COLUMNS`, parents before children; an urban village's office stands below its district's office."""
    city_regions = [row for row in regions if row["code"].startswith(CITY)]
    units = []
    for row in listed:
        code = row["idopd"]
        if code in NO_UNITS:
            continue
        name = NAMES_MENDED.get(code, row["namaopd"].strip())
        kind = kind_of(name)
        region = region_of(name, kind, regions=city_regions)
        values = (code, name, row["nama_pendek_opd"].strip(), kind, parent_of(code), region)
        units.append(dict(zip(COLUMNS, values, strict=True)))
    office_of_district = {unit["region_code"]: unit["code"] for unit in units if unit["kind"] == "district_office"}
    for unit in units:
        if unit["kind"] == "urban_village_office":
            unit["parent_code"] = office_of_district[unit["region_code"].rpartition(".")[0]]
    return units


def write(source: Path, data: Path) -> Path:
    """Make `institutions/denpasar-units.csv` from the list in `source`."""
    target = data / "institutions" / "denpasar-units.csv"
    regions = read_rows(data / "regions" / "regions.csv")
    write_rows(target, COLUMNS, rows=tree(read_rows(source / "denpasar-units.csv"), regions))
    return target
