"""Services of a file, known by their codes within the institution. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from chassis.http.languages import Text
from chassis.imports.findings import Report
from chassis.ops.identifiers import new_id
from registry.imports.plans.places import Line, Once, Places, Request, check_terms, day
from registry.services import funding
from registry.services.operations import TERMS
from registry.services.problems import unit_ends_on

LISTS = ("legal_basis", "target_groups", "vulnerable_groups", "channels", "life_events", "region_codes")
DOCUMENTS = ("locations", "opening_hours", "partners", "special_hours")
CONTENT = (
    "unit_id",
    "name",
    "description",
    "kind",
    "field",
    "funding_route",
    *LISTS,
    *DOCUMENTS,
    "place_ids",
    "open_on_holidays",
)
_BASIS = Text(
    "Layanan tanpa dasar hukum tidak dapat aktif: ruang lingkupnya diatur peraturan perundang-undangan.",
    "A service without a legal basis can't be active: its scope is set by law.",
)
_MALL = Text(
    "Bukan unit mal pelayanan publik yang berlaku hari ini.", "It isn't a public service mall that is in force today."
)
_FUTURE = Text("Tanggalnya tidak boleh setelah hari ini.", "The day can't be after today.")
_NOT_IN_FORCE = Text("Unit ini tidak berlaku hari ini.", "The unit isn't in force today.")


@dataclass(frozen=True, slots=True)
class Held:
    """Services by institution and code; `malls`: those of the units named where integrated service may be given (art. 9).

    `endings`: the units that end without a successor, and when.
    """

    places: Places
    services: Mapping[tuple[UUID, str], Mapping[str, Any]]
    malls: frozenset[UUID] = frozenset()
    endings: Mapping[UUID, date] = field(default_factory=dict)


@dataclass
class Plan:
    """Whole rows to insert and to update; `activated`: since when those are offered that weren't."""

    created: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    activated: dict[UUID, date] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: {"created": 0, "changed": 0, "unchanged": 0})


def plan(lines: Sequence[Line], held: Held, request: Request, report: Report) -> Plan:
    """What becomes of the services. Findings go to the report."""
    plan, once = Plan(), Once()
    today = request.today
    for line in lines:
        check_terms(line, TERMS, request, report)
        held.places.check_regions(line, report, "region_codes")
        institution = held.places.institution(line, request, report)
        if institution is None or not once.first(line, (institution.id, line.content["code"]), "code", report):
            continue
        unit_id = held.places.unit(line, institution.id, report, begins=today, ends=None)
        if unit_id is None:
            continue
        before = held.services.get((institution.id, line.content["code"]))
        row: dict[str, Any] = {
            "id": new_id(), "institution_id": institution.id, "code": line.content["code"], "state": "draft",
            "description": None, "field": None, "funding_route": None, **{name: [] for name in LISTS},
            "locations": [], "opening_hours": {}, "partners": [], "special_hours": [], "place_ids": [],
            "open_on_holidays": False, **(before or {}),
        }  # fmt: skip
        row |= {name: line.content[name] for name in CONTENT if name in line.content} | {"unit_id": unit_id}
        if "place_ids" in line.content:
            row["place_ids"] = places_of(line)
            if not held.malls.issuperset(row["place_ids"]):
                report.add(line.number, "place_ids", "not_a_public_service_mall", _MALL)
        since = day(line.content, "active_from") or today
        activates = line.content.get("state") == "active" and row["state"] != "active"
        if activates:
            row["state"] = "active"
            plan.activated[row["id"]] = since
            if since > today:
                report.add(line.number, "active_from", "in_the_future", _FUTURE)
        if row["state"] == "active" and (activates or before is None or before["unit_id"] != unit_id):
            until = None if activates or before is None else before["active_until"]
            _check_unit(line, unit_id, until, held, request, report)
        if row["state"] == "active" and not row["legal_basis"]:
            report.add(line.number, "legal_basis", "without_legal_basis", _BASIS)
        _fund(line, row, institution.kind, report)
        if before is None:
            plan.created.append(row)
            plan.counts["created"] += 1
        elif row == before:
            plan.counts["unchanged"] += 1
        else:
            plan.changed.append(row)
            plan.counts["changed"] += 1
    return plan


def _check_unit(line: Line, unit_id: UUID, until: date | None, held: Held, request: Request, report: Report) -> None:
    """What is offered is offered by a unit that is there today, and lasts as long."""
    ends = held.endings.get(unit_id)
    if not any(version.holds_on(request.today) for version in held.places.units[unit_id]):
        report.add(line.number, "unit_code", "not_in_force", _NOT_IN_FORCE)
    elif ends is not None and (until is None or until > ends):
        report.add(line.number, "unit_code", "unit_ends", unit_ends_on(ends))


def places_of(line: Line) -> list[UUID]:
    """The units that a row names as malls."""
    return [UUID(str(each)) for each in line.content.get("place_ids") or ()]


def _fund(line: Line, row: dict[str, Any], provider: str, report: Report) -> None:
    """The route of funding as the law has it; of an active good or service the provider's, if none is stated."""
    flaw = funding.flaw_of(row["kind"], row["funding_route"], provider=provider)
    if flaw is None and row["state"] == "active":
        row["funding_route"] = row["funding_route"] or funding.implied(row["kind"], provider=provider)
        flaw = funding.missing_of(row["kind"], row["funding_route"])
    if flaw is not None:
        report.add(line.number, "funding_route", flaw.code, flaw.detail)
