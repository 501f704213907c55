"""Appointments of a file: one is known by person, place, role and first day; another row of it corrects it. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from chassis.http.languages import Text
from chassis.imports.findings import Report
from chassis.ops.identifiers import new_id
from directory.roles import REACHING_ALL, RESPONSIBLE_OFFICER, SUPERVISOR, UNIT_HEAD, counts_as_holder
from registry.appointments import holding
from registry.appointments.grounds import SECRETARIAT
from registry.appointments.operations import TERMS
from registry.appointments.problems import UNKNOWN_APPOINTER, held_by
from registry.imports.plans.places import Line, Once, Places, Request, check_terms, covers, day

CORRECTED = ("acting", "decree_number", "decree_date", "appointed_by", "ends")
GROUNDS = ("acting", "decree_date", "appointed_by")
"""What a Penanggung jawab's right to the seat rests on; a row that says none of it anew isn't held against the law again."""
_PERSON = Text("Tidak ada orang dengan nomor pegawai ini.", "Nobody has this employee number.")
_WHOLE = Text("Peran ini dijabat untuk seluruh instansi.", "This role is held for a whole institution.")
_AT_UNIT = Text("Peran ini dijabat pada sebuah unit.", "This role is held at a unit.")
_PLATFORM = Text("Peran ini hanya diberikan pengelola nasional.", "The platform alone gives this role.")
_OUTSIDE = Text(
    "Unit atau instansi tidak berlaku sepanjang masa itu.",
    "The unit or institution isn't in force during the whole of the period.",
)
_OWN = Text(
    "Pengangkatan diri sendiri dilakukan oleh pejabat lain.", "One's own appointment is for somebody else to make."
)
_FILLED = Text("Baris {row} mengisi kursi ini pada masa itu.", "Row {row} fills the seat in that period.")

Seat = tuple[UUID, UUID | None, str]
"""Institution, unit (None: the whole institution), role."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is held: people by employee number, and appointments that aren't cancelled of these people or these seats."""

    places: Places
    people: Mapping[str, UUID]
    appointments: Sequence[Mapping[str, Any]]


@dataclass
class Plan:
    """Rows to insert and to correct."""

    created: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"created": 0, "changed": 0, "unchanged": 0})


def plan(lines: Sequence[Line], held: Held, request: Request, report: Report) -> Plan:
    """What becomes of the appointments. Findings go to the report."""
    plan, once = Plan(), Once()
    before = {_key(row): row for row in held.appointments}
    numbers: dict[UUID, int] = {}
    for line in lines:
        row = _row(line, held, request, report)
        if row is None or not once.first(line, _key(row), "employee_number", report):
            continue
        known = before.get(_key(row))
        if known is None:
            plan.created.append(row)
            plan.counts["created"] += 1
        elif all(known[name] == row[name] for name in CORRECTED if name in row["stated"]):
            plan.counts["unchanged"] += 1
            continue
        else:
            right = {name: row[name] for name in CORRECTED if name in row["stated"]}
            founded = any(known[name] != right.get(name, known[name]) for name in GROUNDS)
            row = {**known, **right, "founded": founded}
            plan.changed.append(row)
            plan.counts["changed"] += 1
        numbers[row["id"]] = line.number
        if row["person_id"] == request.person_id:
            report.add(line.number, "employee_number", "own_appointment", _OWN)
        for caution in holding.decree_warnings(row["decree_date"], request.today):
            report.add(line.number, "decree_date", *caution, warning=True)
    _check_terms(plan, held, numbers, request, report)
    _check_seats(plan, held, numbers, report)
    _check_grounds(plan, held, numbers, request, report)
    return plan


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["person_id"], row["institution_id"], row["unit_id"], row["role"], row["begins"]


def _row(line: Line, held: Held, request: Request, report: Report) -> dict[str, Any] | None:
    content = line.content
    check_terms(line, TERMS, request, report)
    institution = held.places.institution(line, request, report)
    person_id = held.people.get(content["employee_number"])
    if person_id is None:
        report.add(line.number, "employee_number", "unknown_person", _PERSON)
    appointer = content.get("appointed_by")
    if appointer is not None and appointer not in held.people:
        report.add(line.number, "appointed_by", "unknown_appointer", UNKNOWN_APPOINTER)
        return None
    if institution is None or person_id is None:
        return None
    begins, ends = date.fromisoformat(content["valid_from"]), day(content, "valid_to")
    role, unit_id = content["role"], None
    if role in REACHING_ALL and request.institution_ids is not None:
        report.add(line.number, "role", "forbidden_role", _PLATFORM)
    if "unit_code" in content:
        if role in holding.AT_INSTITUTIONS:
            report.add(line.number, "unit_code", "role_of_institution", _WHOLE)
            return None
        unit_id = held.places.unit(line, institution.id, report, begins=begins, ends=ends)
        if unit_id is None:
            return None
    elif role in holding.AT_UNITS:
        report.add(line.number, "unit_code", "role_of_unit", _AT_UNIT)
        return None
    if not covers(held.places.units[unit_id] if unit_id else institution.timeline, begins, ends):
        report.add(line.number, "valid_from", "outside_place", _OUTSIDE)
    return {
        "id": new_id(),
        "person_id": person_id,
        "institution_id": institution.id,
        "unit_id": unit_id,
        "role": role,
        "acting": content.get("acting", "definitive"),
        "decree_number": content["decree_number"],
        "decree_date": day(content, "decree_date"),
        "appointed_by": held.people[appointer] if appointer is not None else None,
        "begins": begins,
        "ends": ends,
        "extensions": [],
        "founded": True,
        "stated": content.keys() | ({"ends"} if "valid_to" in content else set()),
    }


def _then(plan: Plan, held: Held) -> list[Mapping[str, Any]]:
    """The appointments that there are once the file is in."""
    corrected = {row["id"] for row in plan.changed}
    return [*(row for row in held.appointments if row["id"] not in corrected), *plan.changed, *plan.created]


def _check_terms(plan: Plan, held: Held, numbers: Mapping[UUID, int], request: Request, report: Report) -> None:
    """How long somebody acts at a seat, with the terms before that run on into this one."""
    acting: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in _then(plan, held):
        acting[_seat(row), row["person_id"], row["acting"]].append(row)
    for row in (*plan.changed, *plan.created):
        earlier = [
            each for each in acting[_seat(row), row["person_id"], row["acting"]] if each["begins"] < row["begins"]
        ]
        terms = [holding.Term(each["begins"], each["ends"], len(each["extensions"])) for each in earlier]
        terms.sort(key=lambda term: term.ends or date.max, reverse=True)
        since, extended = holding.line_of_terms(row["begins"], len(row["extensions"]), terms)
        limits = holding.Limits.of(request.terms.attributes("acting_kinds", row["acting"]))
        for caution in holding.term_warnings(row["acting"], since, row["ends"], limits, extended=extended):
            report.add(numbers[row["id"]], "valid_to", *caution, warning=True)


def _seat(row: Mapping[str, Any]) -> Seat:
    return row["institution_id"], row["unit_id"], row["role"]


def _check_grounds(plan: Plan, held: Held, numbers: Mapping[UUID, int], request: Request, report: Report) -> None:
    """A Penanggung jawab heads the secretariat or is appointed by the Pembina, among what is held and what arrives."""
    answering = [row for row in (*plan.changed, *plan.created) if row["role"] == RESPONSIBLE_OFFICER]
    places = {row["institution_id"] for row in answering}
    among: dict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
    for row in _then(plan, held) if places else ():
        if row["institution_id"] in places and row["role"] in (SUPERVISOR, UNIT_HEAD):
            among[row["institution_id"]].append(row)
    for row in answering:
        decreed = row["decree_date"] or row["begins"]
        secretaries = {
            each["person_id"]
            for each in among[row["institution_id"]]
            if each["role"] == UNIT_HEAD
            and _in_office(each, row["begins"])
            and _is_secretariat(held.places, each["unit_id"], row["begins"])
        }
        supervisors = {
            identity
            for each in among[row["institution_id"]]
            if each["role"] == SUPERVISOR and counts_as_holder(each["acting"]) and _in_office(each, decreed)
            for identity in (each["id"], each["person_id"])
        }
        appointer = row["appointed_by"]
        grounds = holding.Grounds(
            heads_secretariat=row["person_id"] in secretaries if secretaries else None,
            by_supervisor=None if appointer is None else appointer in supervisors,
            supervisor_on_record=bool(supervisors),
            has_holder=True,
            secretariat_on_record=_has_secretariat(held.places, row),
        )
        over = row["ends"] is not None and row["ends"] <= request.today
        refusal = holding.seat_refusal(row["role"], row["acting"], grounds, over=over) if row["founded"] else None
        if refusal is not None:
            report.add(numbers[row["id"]], "appointed_by", *refusal)
            continue
        for caution in holding.seat_warnings(row["role"], row["acting"], grounds):
            report.add(numbers[row["id"]], "appointed_by", *caution, warning=True)


def _in_office(row: Mapping[str, Any], on: date) -> bool:
    return bool(row["begins"] <= on and (row["ends"] is None or on < row["ends"]))


def _is_secretariat(places: Places, unit_id: UUID, on: date) -> bool:
    return any(each.holds_on(on) and each.content["kind"] == SECRETARIAT for each in places.units.get(unit_id, ()))


def _has_secretariat(places: Places, row: Mapping[str, Any]) -> bool:
    return any(
        each.content["kind"] == SECRETARIAT
        and each.content["institution_id"] == row["institution_id"]
        and (each.ends is None or row["begins"] < each.ends)
        and (row["ends"] is None or each.begins < row["ends"])
        for timeline in places.units.values()
        for each in timeline
    )


def _check_seats(plan: Plan, held: Held, numbers: Mapping[UUID, int], report: Report) -> None:
    """One holder of a seat at a time, and nobody beside oneself, among what is held and what arrives."""
    seats: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in _then(plan, held):
        if holding.is_single(row["role"], row["acting"]):
            seats[_seat(row)].append(row)
        elif row["role"] in holding.SINGLE:
            seats[_seat(row), row["person_id"]].append(row)
    for row in _then(plan, held):
        if holding.is_single(row["role"], row["acting"]) and (_seat(row), row["person_id"]) in seats:
            seats[_seat(row), row["person_id"]].append(row)
    for holders in seats.values():
        holders.sort(key=lambda row: (row["begins"], row["id"] in numbers))
        last: Mapping[str, Any] | None = None
        for row in holders:
            if last is not None and _in_office(last, row["begins"]):
                blamed, other = (row, last) if row["id"] in numbers else (last, row)
                if blamed["id"] in numbers:
                    report.add(numbers[blamed["id"]], "employee_number", "seat_taken", _taken(other, numbers))
            if last is None or (last["ends"] is not None and (row["ends"] is None or row["ends"] > last["ends"])):
                last = row


def _taken(other: Mapping[str, Any], numbers: Mapping[UUID, int]) -> Text:
    """Who holds a seat is public; who has an employee number isn't: of the file itself it is the row that is told."""
    row = numbers.get(other["id"])
    if row is None:
        return held_by(other["person_name"], other["begins"], other["ends"])
    return Text(_FILLED.id.format(row=row), _FILLED.en.format(row=row))
