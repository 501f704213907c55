"""A country for the registry copy: the institutions that ship, each with made-up units, heads and services. Pure.

The officer of the benchmarks belongs to Kota Denpasar. All ids follow from names: the same in every run.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

HOME = "pemda-51.71"
SINCE = date(2020, 1, 1)
ALWAYS = (SINCE, None)
"""The period of everything, from its first day on."""

DEPARTMENTS = (
    "Sekretariat", "Dinas Kependudukan dan Pencatatan Sipil", "Dinas Pekerjaan Umum", "Dinas Kesehatan",
    "Dinas Pendidikan", "Dinas Perhubungan", "Dinas Lingkungan Hidup", "Dinas Sosial",
)  # fmt: skip
SECTIONS = ("Bidang Pelayanan", "Bidang Pengawasan", "Bidang Tata Usaha", "Unit Pelaksana Teknis")
SERVICES_A_SECTION = 2

Rows = list[tuple[Any, ...]]


def named(kind: str, *parts: object) -> UUID:
    """The id of a thing that is made up here."""
    return uuid5(NAMESPACE_URL, "/".join(["https://benchmarks.prima.invalid", kind, *map(str, parts)]))


@dataclass(frozen=True)
class Institution:
    """An institution with the sections that take cases; each has `SERVICES_A_SECTION` services."""

    id: UUID
    code: str
    name: str
    kind: str
    region_code: str | None

    def units(self) -> Iterator[tuple[UUID, UUID | None, str]]:
        """Departments and their sections: (id, parent, name)."""
        for number, department in enumerate(DEPARTMENTS):
            above = named("unit", self.code, number)
            yield above, None, department
            for place, section in enumerate(SECTIONS):
                yield named("unit", self.code, number, place), above, f"{section}, {department}"

    def sections(self) -> list[UUID]:
        """The units that cases are handed to."""
        return [id_ for id_, above, _ in self.units() if above is not None]

    def services(self) -> Iterator[tuple[UUID, UUID]]:
        """(id, unit) of each service."""
        for section in self.sections():
            for number in range(SERVICES_A_SECTION):
                yield named("service", section, number), section


def read_institutions(data: Path) -> list[Institution]:
    """The institutions that ship, the officer's own first."""
    with (data / "institutions" / "institutions.csv").open(encoding="utf-8", newline="") as file:
        found = [
            Institution(
                named("institution", row["code"]), row["code"], row["name"], row["kind"], row["region_code"] or None
            )
            for row in csv.DictReader(file)
        ]
    return sorted(found, key=lambda institution: institution.code != HOME)


def copy_rows(institutions: list[Institution]) -> dict[str, tuple[tuple[str, ...], Rows]]:
    """The rows of the registry copy, by table: (columns, rows)."""
    units: Rows = []
    ancestors: Rows = []
    people: Rows = []
    appointments: Rows = []
    services: Rows = []
    for institution in institutions:
        for id_, above, name in institution.units():
            code = str(id_)[:8]
            units.append((id_, institution.id, above, code, name, "department", institution.region_code, [], ALWAYS))
            ancestors.append((id_, id_, 0, ALWAYS))
            if above is not None:
                ancestors.append((id_, above, 1, ALWAYS))
            person = named("person", id_)
            people.append((person, f"Pejabat {code}", f"account-{code}", None))
            role = "unit_head" if above is None else "liaison"
            appointments.append(
                (
                    named("seat", id_),
                    person,
                    f"Pejabat {code}",
                    institution.id,
                    id_,
                    role,
                    "definitive",
                    "1/2020",
                    ALWAYS,
                )
            )
        services.extend(
            (id_, institution.id, unit, str(id_)[:8], f"Layanan {str(id_)[:8]}", "administrative", [], "active")
            for id_, unit in institution.services()
        )
    return {
        "directory_institutions": (
            ("id", "code", "name", "kind", "region_code", "time_zone", "aliases", "valid_during"),
            [
                (each.id, each.code, each.name, each.kind, each.region_code, "Asia/Jakarta", [], ALWAYS)
                for each in institutions
            ],
        ),
        "directory_units": (
            ("id", "institution_id", "parent_id", "code", "name", "kind", "region_code", "functions", "valid_during"),
            units,
        ),
        "directory_unit_ancestors": (("unit_id", "ancestor_id", "depth", "valid_during"), ancestors),
        "directory_people": (("id", "name", "account_id", "client_id"), people),
        "directory_appointments": (
            (
                "id",
                "person_id",
                "person_name",
                "institution_id",
                "unit_id",
                "role",
                "acting",
                "decree_number",
                "valid_during",
            ),
            appointments,
        ),
        "directory_services": (
            ("id", "institution_id", "unit_id", "code", "name", "kind", "region_codes", "state"),
            services,
        ),
    }
