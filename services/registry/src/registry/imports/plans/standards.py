"""Standards that decrees stipulated before the platform was there: they enter as stipulated. Pure.

Everything a decree needs is asked for, but not the minutes of the discussion: that they are missing is a warning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from chassis.http.languages import Text
from chassis.imports.findings import Report
from chassis.ops.identifiers import new_id
from directory.zones import iana_name
from registry.imports.plans.places import Institution, Line, Once, Places, Request, day
from registry.standards.completeness import COMPONENTS, CONSIDERATIONS, component_gaps, consideration_gaps
from registry.standards.seal import content_hash

_SERVICE = Text("Tidak ada layanan dengan kode ini di instansi itu.", "The institution has no service of this code.")
_FROZEN = Text(
    "Nomor ini milik standar lain yang naskahnya berbeda; naskah yang ditetapkan tidak berubah.",
    "The number is that of a standard with another text; a stipulated text doesn't change.",
)
_FUTURE = Text("Tanggal keputusan tidak boleh di masa depan.", "The decree's date can't be in the future.")
_EARLY = Text("Tanggal keputusan tidak boleh setelah mulai berlaku.", "The decree can't be later than its effect.")
_MINUTES = Text(
    "Berita acara pembahasan tidak disebutkan; lengkapi bila ditemukan.",
    "No minutes of the discussion are named; add them if they are found.",
)


@dataclass(frozen=True, slots=True)
class Held:
    """What is held: ids of services by institution and code, their latest version, standards by institution and number."""

    places: Places
    services: Mapping[tuple[UUID, str], UUID]
    latest: Mapping[UUID, int]
    standards: Mapping[tuple[UUID, str], Mapping[str, Any]]


@dataclass
class Plan:
    """Versions to insert, each with its decree."""

    created: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"created": 0, "changed": 0, "unchanged": 0})


def plan(lines: Sequence[Line], held: Held, request: Request, report: Report) -> Plan:
    """What enters. Findings go to the report."""
    plan, once, latest = Plan(), Once(), dict(held.latest)
    for line in sorted(lines, key=lambda each: (each.content["decree_date"], each.number)):
        institution = held.places.institution(line, request, report)
        if institution is None:
            continue
        number = line.content["number"]
        if not once.first(line, (institution.id, number), "number", report):
            continue
        components = {code: line.content[code] for code in COMPONENTS if line.content.get(code) is not None}
        considerations = {kind: line.content.get(kind, "") for kind in CONSIDERATIONS}
        _examine(line, components, considerations, request, report)
        service_id = held.services.get((institution.id, line.content["service_code"]))
        if service_id is None:
            report.add(line.number, "service_code", "unknown_service", _SERVICE)
            continue
        before = held.standards.get((institution.id, number))
        if before is None:
            latest[service_id] = latest.get(service_id, 0) + 1
            plan.created.append(_version(line, institution, service_id, latest[service_id], components, considerations))
            plan.counts["created"] += 1
        elif (before["service_id"], before["components"], before["considerations"]) == (
            service_id,
            components,
            considerations,
        ):
            plan.counts["unchanged"] += 1
        else:
            report.add(line.number, "number", "text_frozen", _FROZEN)
    return plan


def _examine(
    line: Line, components: Mapping[str, Any], considerations: Mapping[str, Any], request: Request, report: Report
) -> None:
    for gap in (*component_gaps(components), *consideration_gaps(considerations)):
        report.add(line.number, gap.pointer.split("/")[2], gap.code, gap.detail)
    decreed, effective = date.fromisoformat(line.content["decree_date"]), day(line.content, "effective_on")
    if decreed > request.today:
        report.add(line.number, "decree_date", "in_the_future", _FUTURE)
    if effective is not None and effective < decreed:
        report.add(line.number, "effective_on", "effective_before_decree", _EARLY)
    if "minutes_held_on" not in line.content or "minutes_reference" not in line.content:
        report.add(line.number, "minutes_reference", "minutes_missing", _MINUTES, warning=True)


def _version(
    line: Line,
    institution: Institution,
    service_id: UUID,
    version: int,
    components: Mapping[str, Any],
    considerations: Mapping[str, Any],
) -> dict[str, Any]:
    stated = ("decree_number", "decree_date", "effective_on", "minutes_held_on", "minutes_reference")
    content = {"components": components, "considerations": considerations}
    return {
        "id": new_id(),
        "service_id": service_id,
        "institution_id": institution.id,
        "number": line.content["number"],
        "version": version,
        **content,
        "content_hash": content_hash(line.content["number"], version, content),
        "time_zone": iana_name(institution.time_zone),
        "decree_number": line.content["decree_number"],
        "decree_date": date.fromisoformat(line.content["decree_date"]),
        "signer": {
            "name": line.content["signer_name"],
            "post": line.content["signer_post"],
            "person_id": None,
            "acting": "definitive",
        },
        "details": {"imported": True, **{name: line.content[name] for name in stated if name in line.content}},
    }
