"""Units of a file: established with their parents, changed from a day on, or corrected. Pure.

A row is about the unit that has its code within the row's period; without one, it establishes a unit.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from chassis.http.languages import Text
from chassis.imports.findings import Report
from chassis.ops.identifiers import new_id
from registry import timeline as time
from registry.imports.plans.circles import in_circle
from registry.imports.plans.places import Institution, Line, Once, Places, Request, check_terms, covers, day
from registry.institutions.standing import later, refusal, sooner
from registry.timeline import Timeline, Version
from registry.units.operations import TERMS

_CONTENT = ("code", "name", "short_name", "kind", "region_code", "functions")
_AMBIGUOUS = Text(
    "Lebih dari satu unit memakai kode ini pada masa itu.", "Several units have this code in that period."
)
_PARENT = Text("Tidak ada unit dengan kode ini pada masa itu.", "No unit has this code in that period.")
_OUTSIDE_PARENT = Text(
    "Unit induk tidak berlaku sepanjang masa itu.", "The unit above isn't in force during the whole of the period."
)
_OUTSIDE = Text(
    "Instansi tidak berlaku sepanjang masa itu.", "The institution isn't in force during the whole of the period."
)
_CIRCLE = Text("Unit induk berada di bawah unit ini sendiri.", "The unit above lies below this unit.")
_NOT_IN_FORCE = Text("Unit tidak berlaku pada tanggal perubahan.", "The unit isn't in force on the day of the change.")
_IN_USE = Text(
    "Masih ada unit di bawahnya yang berlaku di luar masa itu.", "Units below it go on outside of the period."
)


@dataclass(slots=True)
class _Entry:
    """A row on its way: the unit it is about, and what this becomes."""

    line: Line
    institution: Institution
    id: UUID
    before: Timeline
    begins: date
    ends: date | None
    after: Timeline = ()


@dataclass(frozen=True, slots=True)
class Held:
    """What is held: units, and by kind what goes on at one past the day on which a row ends it, or was there before the day on
    which a row lets it begin."""

    places: Places
    standing: Mapping[tuple[UUID, date], Sequence[Mapping[str, Any]]]
    before: Mapping[tuple[UUID, date], Sequence[Mapping[str, Any]]]


@dataclass
class Plan:
    """`created` with their institution; `after` by unit, for those created or changed; `before` of the changed."""

    created: dict[UUID, UUID] = field(default_factory=dict)
    before: dict[UUID, Timeline] = field(default_factory=dict)
    after: dict[UUID, Timeline] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: {"created": 0, "changed": 0, "unchanged": 0})


def plan(lines: Sequence[Line], held: Held, request: Request, report: Report) -> Plan:
    """What becomes of the units. Findings go to the report."""
    places = held.places
    found = {entry.line.number: entry for entry in _entries(lines, places, request, report)}
    by_code = {(entry.institution.id, entry.line.content["code"]): entry for entry in found.values()}
    plan = Plan()
    for entry in found.values():
        if not _describe(entry, by_code, places, request, report):
            continue
        if not entry.before:
            plan.created[entry.id] = entry.institution.id
            plan.after[entry.id] = entry.after
            plan.counts["created"] += 1
        elif entry.after == entry.before:
            plan.counts["unchanged"] += 1
        else:
            plan.before[entry.id], plan.after[entry.id] = entry.before, entry.after
            plan.counts["changed"] += 1
    _check_places(found.values(), plan, places, report)
    _check_bounds(found.values(), plan, held, report)
    return plan


def _entries(lines: Sequence[Line], places: Places, request: Request, report: Report) -> Iterator[_Entry]:
    once = Once()
    for line in lines:
        check_terms(line, TERMS, request, report)
        places.check_regions(line, report, "region_code")
        institution = places.institution(line, request, report)
        code = line.content["code"]
        if institution is None or not once.first(line, (institution.id, code), "code", report):
            continue
        begins, ends = day(line.content, "valid_from"), day(line.content, "valid_to")
        stated = begins or request.today
        held = places.coded(institution.id, code, stated, ends if ends is None or stated < ends else None)
        if len(held) > 1:
            report.add(line.number, "code", "ambiguous", _AMBIGUOUS)
            continue
        id_ = held.pop() if held else new_id()
        before = places.units.get(id_, ())
        yield _Entry(line, institution, id_, before, begins or (before[0].begins if before else request.today), ends)


def _describe(
    entry: _Entry,
    by_code: Mapping[tuple[UUID, str], _Entry],
    places: Places,
    request: Request,
    report: Report,
) -> bool:
    """Find what the unit becomes; False with a finding if it can't."""
    content = {name: entry.line.content[name] for name in _CONTENT if name in entry.line.content}
    if "parent_code" in entry.line.content:
        parent = _parent(entry, by_code, places)
        if parent is None:
            report.add(entry.line.number, "parent_code", "unknown_unit", _PARENT)
            return False
        content["parent_id"] = parent
    if not entry.before:
        blank: dict[str, Any] = {"parent_id": None, "short_name": None, "region_code": None, "functions": []}
        whole = {"institution_id": entry.institution.id, **blank, **content}
        entry.after = (Version(entry.begins, entry.ends, whole),)
        return True
    try:
        change = time.correct if request.effective_on is None else time.change
        entry.after = change(entry.before, request.effective_on or request.today, content)
    except time.NotInForce:
        report.add(entry.line.number, "code", "not_in_force", _NOT_IN_FORCE)
        return False
    if {"valid_from", "valid_to"} & entry.line.content.keys():
        ends = entry.ends if "valid_to" in entry.line.content else entry.after[-1].ends
        entry.after = time.span(entry.after, entry.begins, ends)
    return True


def _parent(entry: _Entry, by_code: Mapping[tuple[UUID, str], _Entry], places: Places) -> UUID | None:
    code = entry.line.content["parent_code"]
    if (named := by_code.get((entry.institution.id, code))) is not None:
        return named.id
    held = places.coded(entry.institution.id, code, entry.begins, entry.ends)
    return held.pop() if len(held) == 1 else None


def _check_bounds(entries: Iterable[_Entry], plan: Plan, held: Held, report: Report) -> None:
    """Nobody is in office, and nothing is offered or promised, at a unit that has ended or doesn't exist yet; units below it are
    looked at elsewhere."""
    for entry in entries:
        if entry.id not in plan.before:
            continue
        ends, begins = sooner(entry.before, entry.after), later(entry.before, entry.after)
        for column, day_, standing in (("valid_to", ends, held.standing), ("valid_from", begins, held.before)):
            found = standing.get((entry.id, day_), ()) if day_ is not None else ()
            outside = [row for row in found if row["kind"] != "unit"]
            if outside:
                told = refusal(outside, begins=column == "valid_from").detail
                report.add(entry.line.number, column, "still_in_use", told or _IN_USE)


def _check_places(entries: Any, plan: Plan, places: Places, report: Report) -> None:
    """Every version lies within its institution and its parent, in no circle, and above what goes on below it."""

    def timeline_of(unit_id: UUID) -> Timeline:
        return plan.after.get(unit_id) or places.units.get(unit_id, ())

    below: dict[UUID, list[UUID]] = defaultdict(list)
    if plan.before:
        for unit_id, versions in places.units.items():
            if unit_id not in plan.after:
                for parent_id in {version.content["parent_id"] for version in versions}:
                    below[parent_id].append(unit_id)
    for entry in entries:
        number = entry.line.number
        if entry.id not in plan.after:
            continue
        for version in entry.after:
            if not covers(entry.institution.timeline, version.begins, version.ends):
                report.add(number, "valid_from", "outside_institution", _OUTSIDE)
            parent_id = version.content["parent_id"]
            if parent_id is not None and not covers(timeline_of(parent_id), version.begins, version.ends):
                report.add(number, "parent_code", "outside_parent", _OUTSIDE_PARENT)
        for child_id in below[entry.id]:
            for version in places.units[child_id]:
                if version.content["parent_id"] == entry.id and not covers(entry.after, version.begins, version.ends):
                    column = "valid_from" if version.begins < entry.after[0].begins else "valid_to"
                    report.add(number, column, "still_in_use", _IN_USE)
    rows = {entry.id: entry.line.number for entry in entries}
    for unit_id in in_circle(plan.after, timeline_of):
        report.add(rows[unit_id], "parent_code", "circle", _CIRCLE)
