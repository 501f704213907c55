"""People of a file, known by their employee numbers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chassis.http.languages import Text
from chassis.imports.findings import Report
from chassis.ops.identifiers import new_id
from registry.imports.plans.places import Line, Once, Places, Request

CONTENT = ("name", "account_id", "client_id")
_LINKS = ("account_id", "client_id")
_NOT_YOURS = Text("Data orang ini dikelola instansi lain.", "Another institution keeps this person's record.")
_TAKEN = Text("Sudah dipakai orang lain.", "It belongs to another person.")
_SEATED_ELSEWHERE = Text(
    "Orang ini menjabat di instansi yang tidak Anda kelola; akunnya ditautkan di sana.",
    "The person holds a seat that isn't yours to give; who gives it links the account.",
)


@dataclass(frozen=True, slots=True)
class Held:
    """What is held: people by employee number, who has an account or client, and the places of seats by person."""

    places: Places
    people: Mapping[str, Mapping[str, Any]]
    links: Mapping[tuple[str, str], UUID]
    seats: Mapping[UUID, frozenset[tuple[UUID, bool]]]
    """By person: institution, and whether the role is the platform's to give."""


@dataclass
class Plan:
    """Rows to insert and to update; `renamed`: whose appointments tell another name now."""

    created: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    renamed: list[UUID] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"created": 0, "changed": 0, "unchanged": 0})


def plan(lines: Sequence[Line], held: Held, request: Request, report: Report) -> Plan:
    """What becomes of the people. Findings go to the report."""
    plan, once, linked = Plan(), Once(), Once()
    for line in lines:
        institution = held.places.institution(line, request, report)
        number = line.content["employee_number"]
        if institution is None or not once.first(line, number, "employee_number", report):
            continue
        before = held.people.get(number)
        id_ = before["id"] if before else new_id()
        if before and request.institution_ids is not None and before["institution_id"] not in request.institution_ids:
            report.add(line.number, "employee_number", "person_of_another_institution", _NOT_YOURS)
            continue
        stated = {name: line.content[name] for name in CONTENT if name in line.content}
        for name in _LINKS:
            if name in stated:
                _check_link(line, name, id_, before, held, linked, request, report)
        blank: dict[str, Any] = {"account_id": None, "client_id": None}
        if before is None:
            row = {"id": id_, "institution_id": institution.id, "employee_number": number, **blank, **stated}
            plan.created.append(row)
            plan.counts["created"] += 1
        elif all(before[name] == value for name, value in stated.items()):
            plan.counts["unchanged"] += 1
        else:
            plan.changed.append({"id": id_, **{name: stated.get(name, before[name]) for name in CONTENT}})
            plan.counts["changed"] += 1
            if stated["name"] != before["name"]:
                plan.renamed.append(id_)
    return plan


def _check_link(
    line: Line,
    name: str,
    id_: UUID,
    before: Mapping[str, Any] | None,
    held: Held,
    linked: Once,
    request: Request,
    report: Report,
) -> None:
    """An account is one person's, and acts with every seat of its person: who gives those seats may link it."""
    value = line.content[name]
    if held.links.get((name, value), id_) != id_:
        report.add(line.number, name, "taken", _TAKEN)
    linked.first(line, (name, value), name, report)
    if before is None or before[name] == value or request.institution_ids is None:
        return
    if any(national or place not in request.institution_ids for place, national in held.seats.get(id_, ())):
        report.add(line.number, name, "seated_elsewhere", _SEATED_ELSEWHERE)
