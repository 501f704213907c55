"""A registry as large as a country's: trees of units in every institution, who holds their seats, what they offer. Pure.

The first institution's tree hangs from one unit, whose subtree is measured. The same in every run.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from asyncpg import Range

UNITS, APPOINTMENTS, SERVICES = 200_000, 1_000_000, 1_000_000
SUBTREE = 20_000
"""Units below the first unit."""
BRANCHES = 8
BEGINS, RENAMED, SUCCEEDED = date(2015, 1, 1), date(2022, 1, 1), date(2024, 1, 1)
"""Every tenth unit got its name, and every unit its head, later than it began."""
REWRITTEN, MOVED = date(2023, 1, 1), date(2021, 1, 1)
"""Every seventh service was called otherwise, and every fiftieth was at the unit above, until then."""
STAMP = datetime(2026, 1, 1, tzinfo=UTC)
_UNIT, _PERSON, _SEAT, _SERVICE = 1, 2, 3, 4
_KINDS = ("department", "division", "section", "technical_unit")
_SUBJECTS = (
    "Akta Kelahiran", "Kartu Keluarga", "Izin Mendirikan Bangunan", "Izin Usaha Mikro", "Surat Keterangan Domisili",
    "Rujukan Rumah Sakit", "Imunisasi Anak", "Pendaftaran Sekolah", "Bantuan Sosial", "Uji Kendaraan Bermotor",
    "Pengangkutan Sampah", "Sambungan Air Bersih", "Konsultasi Pajak Daerah", "Kartu Pencari Kerja", "Surat Nikah",
    "Izin Keramaian", "Sertifikat Tanah", "Pengaduan Konsumen", "Bantuan Hukum", "Pemakaman Umum",
)  # fmt: skip
_FOR = (
    "Penduduk", "Badan Usaha", "Orang Asing", "Lanjut Usaha", "Penyandang Disabilitas", "Pelajar", "Petani", "Nelayan",
    "Koperasi", "Yayasan",
)  # fmt: skip
"""Two hundred things are offered, each five thousand times: in every region, as in life."""
_ACTS = ("Penerbitan", "Perpanjangan", "Perubahan", "Legalisasi", "Penelusuran")

COLUMNS = {
    "unit_identities": ("id", "institution_id", "version"),
    "units": (
        "id", "institution_id", "parent_id", "code", "name", "kind", "region_code", "functions", "valid_during",
        "recorded_at",
    ),
    "unit_ancestors": ("unit_id", "ancestor_id", "depth", "valid_during"),
    "people": ("id", "institution_id", "name", "employee_number", "version", "created_at"),
    "appointments": (
        "id", "person_id", "institution_id", "unit_id", "role", "acting", "decree_number", "valid_during", "version",
        "created_at", "recorded_at",
    ),
    "services": (
        "id", "institution_id", "unit_id", "code", "name", "description", "kind", "field", "legal_basis",
        "target_groups", "vulnerable_groups", "channels", "life_events", "region_codes", "locations", "opening_hours",
        "partners", "state", "active_during", "version", "created_at", "placed_since", "described_since",
    ),
}  # fmt: skip
"""The columns that are loaded, by table."""
FORMER = {
    "service_former_contents": f"""
        INSERT INTO service_former_contents (service_id, name, description, kind, field, funding_route, legal_basis,
            target_groups, vulnerable_groups, channels, life_events, region_codes, locations, opening_hours, partners,
            place_ids, open_on_holidays, special_hours, search, until, held_during, recorded_at)
        SELECT id, 'Layanan ' || name, description, kind, field, funding_route, legal_basis, target_groups,
            vulnerable_groups, channels, life_events, region_codes, locations, opening_hours, partners, place_ids,
            open_on_holidays, special_hours, search, described_since, daterange(NULL, described_since), '{STAMP}'
        FROM services WHERE described_since > '-infinity' AND active_during <> '{{}}'""",
    "service_former_places": f"""
        INSERT INTO service_former_places (service_id, institution_id, unit_id, code, until, held_during, recorded_at)
        SELECT services.id, services.institution_id, units.parent_id, services.code, placed_since,
            daterange(NULL, placed_since), '{STAMP}'
        FROM services JOIN units ON units.id = services.unit_id AND upper_inf(units.valid_during)
        WHERE placed_since > '-infinity'""",
}
"""What services were before, made of what they are."""


class Place(NamedTuple):
    """An institution, and the region that it governs."""

    id: UUID
    region_code: str | None


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with the units above it, nearest first."""

    number: int
    place: Place
    above: tuple[int, ...]


def made(kind: int, number: int) -> UUID:
    """The id of a thing that is made up here: version 7, some milliseconds after the one before, else as if by chance.

    Ids that differ in their last bits alone would be told apart by no node of a GiST index: it compares the first 53.
    """
    scattered = ((number << 3 | kind) * 0x9E3779B97F4A7C15) & (1 << 74) - 1
    instant = 1_750_000_000_000 + number * 17
    return UUID(int=instant << 80 | 0x7 << 76 | (scattered >> 62) << 64 | 0x2 << 62 | scattered & (1 << 62) - 1)


def unit_id(number: int) -> UUID:
    return made(_UNIT, number)


def service_id(number: int) -> UUID:
    return made(_SERVICE, number)


def units(places: Sequence[Place]) -> Iterator[Unit]:
    """All units: the first institution's tree of `SUBTREE` below unit 0, the others' of equal sizes."""
    yield from _tree(places[0], 0, SUBTREE + 1)
    rest, first = places[1:], SUBTREE + 1
    for order, place in enumerate(rest):
        left = UNITS - first
        size = left // (len(rest) - order)
        yield from _tree(place, first, size)
        first += size


def _tree(place: Place, first: int, size: int) -> Iterator[Unit]:
    lines: list[tuple[int, ...]] = []
    for number in range(size):
        parent = (number - 1) // BRANCHES
        lines.append(() if number == 0 else (first + parent, *lines[parent]))
        yield Unit(first + number, place, lines[number])


def unit_rows(unit: Unit) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The rows of a unit: (table, row)."""
    id_, place = unit_id(unit.number), unit.place
    yield "unit_identities", (id_, place.id, 1)
    parent = unit_id(unit.above[0]) if unit.above else None
    name, renamed = f"Seksi Pelayanan {unit.number}", unit.number % 10 == 3
    periods = [(BEGINS, RENAMED), (RENAMED, None)] if renamed else [(BEGINS, None)]
    for order, period in enumerate(periods):
        yield (
            "units",
            (id_, place.id, parent, f"U{unit.number}", name if order == 0 else f"Bidang {name}",
             _KINDS[min(len(unit.above), 3)], place.region_code, [], Range(*period), STAMP),
        )  # fmt: skip
    for depth, above in enumerate((unit.number, *unit.above)):
        yield "unit_ancestors", (id_, unit_id(above), depth, Range(BEGINS, None))


def seat_rows(unit: Unit) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Five appointments of a unit: its head and the one before, a liaison, two officers."""
    roles = ("unit_head", "unit_head", "liaison", "officer", "officer")
    for order, role in enumerate(roles):
        number = unit.number * len(roles) + order
        period = Range(BEGINS, SUCCEEDED) if order == 0 else Range(SUCCEEDED if order == 1 else BEGINS, None)
        person = made(_PERSON, number)
        yield "people", (person, unit.place.id, f"Pejabat {number}", f"N{number:018d}", 1, STAMP)
        yield (
            "appointments",
            (made(_SEAT, number), person, unit.place.id, unit_id(unit.number), role, "definitive", "SK 1/2024", period,
             1, STAMP, STAMP),
        )  # fmt: skip


def service_rows(unit: Unit) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Five services of a unit; nine of ten are offered."""
    each = SERVICES // UNITS
    for order in range(each):
        number = unit.number * each + order
        subject = _SUBJECTS[(number * 7) % len(_SUBJECTS)]
        whom = _FOR[(number * 3) // len(_SUBJECTS) % len(_FOR)]
        name = f"{_ACTS[order % len(_ACTS)]} {subject} {whom} {number}"
        active = number % 10 != 9
        regions = [unit.place.region_code] if unit.place.region_code else []
        yield (
            "services",
            (service_id(number), unit.place.id, unit_id(unit.number), f"L{number}", name,
             f"Diberikan di loket {unit.number} pada hari kerja.", "administrative", None, ["UU 25/2009"], [],
             [], ["counter"], [], regions, [], {}, [], "active" if active else "draft",
             [Range(BEGINS, None)] if active else [], 1, STAMP, MOVED if unit.above and number % 50 == 7 else date.min,
             REWRITTEN if number % 7 == 2 else date.min),
        )  # fmt: skip


def batches(places: Sequence[Place], size: int = 2_000) -> Iterator[dict[str, list[tuple[Any, ...]]]]:
    """Rows by table, some thousand units at a time."""
    everyone = units(places)
    while some := list(islice(everyone, size)):
        rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
        for unit in some:
            for make in (unit_rows, seat_rows, service_rows):
                for table, row in make(unit):
                    rows[table].append(row)
        yield rows
