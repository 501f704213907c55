"""Institutions of a file, known by their codes; the platform alone brings them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from chassis.http.languages import Text
from chassis.imports.findings import Report
from registry import timeline as time
from registry.imports.plans.circles import in_circle
from registry.imports.plans.places import Line, Once, Places, Request, check_terms, day
from registry.institutions.operations import TERMS
from registry.institutions.problems import CIRCLE
from registry.institutions.standing import refusal
from registry.timeline import Timeline, Version

CONTENT = ("name", "short_name", "kind", "region_code", "time_zone")
_SUPERVISOR = Text("Tidak ada instansi dengan kode ini.", "There is no institution of this code.")
_ITSELF = Text("Instansi tidak dapat membina dirinya sendiri.", "An institution doesn't supervise itself.")
_IN_USE = Text("Masih ada yang berlaku di luar masa itu.", "Something goes on outside of the period.")
_NOT_IN_FORCE = Text("Instansi tidak berlaku pada tanggal itu.", "The institution isn't in force on that day.")


@dataclass(frozen=True, slots=True)
class Held:
    """An institution as it is held: its versions, aliases, those that supervise it today, what goes on past a stated end, and
    what was there before a stated beginning."""

    id: UUID
    timeline: Timeline
    aliases: frozenset[str]
    supervisors: frozenset[str]
    standing: Sequence[Mapping[str, Any]] = ()
    before: Sequence[Mapping[str, Any]] = ()


Supervision = Mapping[str, Timeline]
"""Who supervises whom, by code: each edge with its days, and the supervisor's code as `parent_id`."""


@dataclass
class Plan:
    """Contents as operations take them, supervisors by code: `created`, and `changed` with their ids."""

    created: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[UUID, dict[str, Any]]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"created": 0, "changed": 0, "unchanged": 0})


def plan(
    lines: Sequence[Line],
    places: Places,
    held: Mapping[str, Held],
    supervision: Supervision,
    request: Request,
    report: Report,
) -> Plan:
    """What becomes of the institutions. Findings go to the report."""
    plan, once = Plan(), Once()
    known = places.institutions.keys() | {line.content["code"] for line in lines}
    for line in lines:
        content, code = line.content, line.content["code"]
        check_terms(line, TERMS, request, report)
        places.check_regions(line, report, "region_code")
        if not once.first(line, code, "code", report):
            continue
        for above in content.get("supervisor_codes", ()):
            if above == code:
                report.add(line.number, "supervisor_codes", "itself", _ITSELF)
            elif above not in known:
                report.add(line.number, "supervisor_codes", "unknown_institution", _SUPERVISOR)
        before = held.get(code)
        if before is None:
            plan.created.append(_new(content, request))
            plan.counts["created"] += 1
            continue
        stated = _changes(line, before, request, report)
        if stated is None:
            continue
        if stated:
            plan.changed.append((before.id, stated))
        plan.counts["changed" if stated else "unchanged"] += 1
    _check_circles(lines, held, supervision, request, report)
    return plan


def _check_circles(
    lines: Sequence[Line], held: Mapping[str, Held], supervision: Supervision, request: Request, report: Report
) -> None:
    """Nobody is supervised by who is below, on any day; what the file says counts beside what is held."""
    rows = {line.content["code"]: line for line in lines if "supervisor_codes" in line.content}
    after = {
        code: _supervised(line, code in held, supervision.get(code, ()), request)
        for code, line in rows.items()
        if code not in held or set(line.content["supervisor_codes"]) != held[code].supervisors
    }
    for code in in_circle(after, lambda code: after.get(code) or supervision.get(code, ())):
        report.add(rows[code].number, "supervisor_codes", "circle", CIRCLE)


def _supervised(line: Line, known: bool, before: Timeline, request: Request) -> Timeline:
    """Who supervises an institution after its row: from a day on those that it names, itself apart, of which another finding tells."""
    from_day = None if known else day(line.content, "valid_from")
    begins = from_day or request.effective_on or request.today
    named = set(line.content["supervisor_codes"]) - {line.content["code"]}
    kept = [
        each if each.content["parent_id"] in named or not each.goes_past(begins) else replace(each, ends=begins)
        for each in before
        if each.content["parent_id"] in named or each.begins < begins
    ]
    going_on = {each.content["parent_id"] for each in kept if each.goes_past(begins)}
    return (*kept, *(Version(begins, None, {"parent_id": code}) for code in sorted(named - going_on)))


def _new(content: Mapping[str, Any], request: Request) -> dict[str, Any]:
    return {
        "code": content["code"],
        **{name: content.get(name) for name in CONTENT},
        "aliases": content.get("aliases", []),
        "supervisor_codes": content.get("supervisor_codes", []),
        "valid_during": {"from_": day(content, "valid_from") or request.today, "to": day(content, "valid_to")},
    }


def _changes(line: Line, before: Held, request: Request, report: Report) -> dict[str, Any] | None:
    """What differs; None with a finding if the institution can't change on that day."""
    content = line.content
    try:
        current = time.version_on(before.timeline, request.effective_on or request.today)
    except time.NotInForce:
        report.add(line.number, "code", "not_in_force", _NOT_IN_FORCE)
        return None
    found = {name: content[name] for name in CONTENT if name in content and content[name] != current.content[name]}
    if "aliases" in content and set(content["aliases"]) != before.aliases:
        found["aliases"] = content["aliases"]
    if "supervisor_codes" in content and set(content["supervisor_codes"]) != before.supervisors:
        found["supervisor_codes"] = content["supervisor_codes"]
    period = {
        side: stated
        for side, stated, known in (
            ("from_", day(content, "valid_from"), before.timeline[0].begins),
            ("to", day(content, "valid_to"), before.timeline[-1].ends),
        )
        if stated is not None and stated != known
    }
    if period:
        found["valid_during"] = period
    if before.standing:
        report.add(line.number, "valid_to", "still_in_use", refusal(before.standing).detail or _IN_USE)
    if before.before:
        report.add(line.number, "valid_from", "still_in_use", refusal(before.before, begins=True).detail or _IN_USE)
    if found and request.effective_on is not None:
        found["effective_on"] = request.effective_on
    return found
