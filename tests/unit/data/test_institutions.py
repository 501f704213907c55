"""National institutions of the cabinet of October 2024 and their names; regional governments; who supervises whom."""

from collections import Counter
from pathlib import Path

import pytest

from devstack.reference.files import Row, read_rows
from devstack.reference.institutions import regional


def test_regional_governments_are_the_autonomous_ones(institutions: dict[str, Row]) -> None:
    kinds = Counter(row["kind"] for row in institutions.values())
    assert (kinds["province"], kinds["regency"], kinds["city"]) == (38, 415, 93)


def test_administrative_parts_of_jakarta_have_no_government(regions: dict[str, Row]) -> None:
    parts = [regions[code] for code in ("31.01", "31.71", "31.72", "31.73", "31.74", "31.75")]
    assert list(regional(parts)) == []


def test_the_cabinet_has_48_ministries(institutions: dict[str, Row]) -> None:
    """7 coordinating ministries and 41 ministries: BUMN became an agency and Haji dan Umrah a ministry in 2025."""
    kinds = Counter(row["kind"] for row in institutions.values())
    assert (kinds["coordinating_ministry"], kinds["ministry"]) == (7, 41)


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("kemendagri", "Kementerian Dalam Negeri", "ministry"),
        ("kemenpanrb", "Kementerian Pendayagunaan Aparatur Negara dan Reformasi Birokrasi", "ministry"),
        ("kemenko-polkam", "Kementerian Koordinator Bidang Politik dan Keamanan", "coordinating_ministry"),
        ("bmkg", "Badan Meteorologi, Klimatologi, dan Geofisika", "non_ministerial_agency"),
        ("kejaksaan", "Kejaksaan Republik Indonesia", "law_enforcement"),
        ("polri", "Kepolisian Negara Republik Indonesia", "law_enforcement"),
        ("bpk", "Badan Pemeriksa Keuangan Republik Indonesia", "state_institution"),
        ("kpk", "Komisi Pemberantasan Korupsi", "state_commission"),
        ("ombudsman", "Ombudsman Republik Indonesia", "state_commission"),
        ("knkt", "Komite Nasional Keselamatan Transportasi", "non_structural_agency"),
        ("rri", "Lembaga Penyiaran Publik Radio Republik Indonesia", "other_institution"),
        ("pemda-51", "Pemerintah Provinsi Bali", "province"),
        ("pemda-51.03", "Pemerintah Kabupaten Badung", "regency"),
        ("pemda-51.71", "Pemerintah Kota Denpasar", "city"),
        ("pemda-11", "Pemerintah Aceh", "province"),
        ("pemda-34", "Pemerintah Daerah Daerah Istimewa Yogyakarta", "province"),
    ],
)
def test_known_institutions(institutions: dict[str, Row], code: str, name: str, kind: str) -> None:
    assert (institutions[code]["name"], institutions[code]["kind"]) == (name, kind)


@pytest.mark.parametrize(
    ("alias", "code"),
    [
        ("bmkg", "bmkg"),
        ("Badan Meteorologi Klimatologi dan Geofisika", "bmkg"),
        ("Badan Inteligen Negara", "bin"),  # a misspelling in use
        ("Badan Standarisasi Nasional", "bsn"),
        ("Badan Pemeriksa Keuangan", "bpk"),
        ("Badan Pemeriksa Keuangan dan Pembangunan", "bpkp"),
        ("Badan SAR Nasional", "basarnas"),
        ("Lembaga Sandi Negara", "bssn"),
        ("Kementerian Komunikasi dan Informatika", "komdigi"),
        ("kemenpan rb", "kemenpanrb"),
        ("Bappenas", "kemen-ppn"),
        ("BKKBN", "kemendukbangga"),
        ("Pemkot Denpasar", "pemda-51.71"),
        ("Pemprov DKI Jakarta", "pemda-31"),
    ],
)
def test_known_aliases(aliases: dict[str, Row], alias: str, code: str) -> None:
    assert aliases[alias.casefold()]["institution_code"] == code


def test_a_split_ministry_is_no_alias_but_names_its_successors(
    data: Path, institutions: dict[str, Row], aliases: dict[str, Row]
) -> None:
    former = {row["code"]: row for row in read_rows(data / "institutions" / "former-ministries.csv")}
    assert former["kemenkumham"]["successor_codes"].split() == ["kemenkum", "kemenham", "kemenimipas"]
    assert former["klhk"]["successor_codes"].split() == ["kemenlh", "kemenhut"]
    assert former["kemen-pupr"]["successor_codes"].split() == ["kemenpu", "kemenpkp"]
    split = [row for row in former.values() if row["change"] == "split"]
    assert all(len(row["successor_codes"].split()) > 1 for row in split)
    assert [row["name"] for row in split if row["name"].casefold() in aliases] == []
    assert [
        code for row in former.values() for code in row["successor_codes"].split() if code not in institutions
    ] == []


def test_every_alias_names_an_institution(institutions: dict[str, Row], aliases: dict[str, Row], data: Path) -> None:
    assert {row["institution_code"] for row in aliases.values()} <= set(institutions)
    assert len(aliases) == len(read_rows(data / "institutions" / "aliases.csv"))  # none is given twice


def test_supervision_follows_the_law(data: Path) -> None:
    """UU 25/2009 art. 6: the Minister over governors, a governor over the regents and mayors of the province."""
    over = {
        row["institution_code"]: row["supervisor_code"] for row in read_rows(data / "institutions" / "supervision.csv")
    }
    assert over["pemda-51.71"] == "pemda-51"
    assert over["pemda-51"] == "kemendagri"
    assert len(over) == 38 + 415 + 93
    assert "bmkg" not in over


def test_the_city_is_a_tree_of_units_only(data: Path) -> None:
    units = {row["code"]: row for row in read_rows(data / "institutions" / "denpasar-units.csv")}
    assert len(units) == 93
    assert [row["code"] for row in units.values() if row["kind"] == "secretariat"] == ["010001"]
    assert not units.keys() & {"000000", "000001", "000002", "014000", "100000", "300001", "300002", "300003"}
    assert units["20001"]["kind"] == "council_secretariat"


@pytest.mark.parametrize(
    ("code", "kind", "parent"),
    [
        ("010001", "secretariat", ""),
        ("011001", "division", "010001"),
        ("011301", "division", "011001"),
        ("030601", "civil_registry", ""),
        ("140018", "one_stop_licensing", ""),
        ("041001", "hospital", ""),
        ("03080102", "section", "030801"),
        ("0308010203", "section", "03080102"),
        ("170003", "district_office", ""),
        ("200013", "urban_village_office", "170003"),  # Renon lies in Denpasar Selatan
    ],
)
def test_known_units(data: Path, code: str, kind: str, parent: str) -> None:
    [unit] = [row for row in read_rows(data / "institutions" / "denpasar-units.csv") if row["code"] == code]
    assert (unit["kind"], unit["parent_code"]) == (kind, parent)
