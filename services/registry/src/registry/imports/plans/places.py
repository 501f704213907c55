"""What every plan asks about: which institution a row is of, which unit a code names on a day, who may write there. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from chassis.http.languages import Text
from chassis.imports.findings import Report
from directory.zones import national_day
from registry.terms import Terms
from registry.timeline import Timeline, Version

_NO_INSTITUTION = Text(
    "Sebutkan institution_code, atau institution pada impornya.", "State institution_code, or the import's institution."
)
_UNKNOWN_INSTITUTION = Text("Tidak ada instansi dengan kode ini.", "There is no institution of this code.")
_NOT_YOURS = Text("Anda tidak mengelola instansi ini.", "You don't manage this institution.")
_UNKNOWN_UNIT = Text("Tidak ada unit dengan kode ini pada masa itu.", "No unit has this code in that period.")
_AMBIGUOUS = Text(
    "Lebih dari satu unit memakai kode ini pada masa itu.", "Several units have this code in that period."
)
_TWICE = Text("Baris {row} menyebut hal yang sama.", "Row {row} is about the same thing.")
_REGION = Text("Kode wilayah ini tidak ada.", "There is no region of this code.")


class Line(NamedTuple):
    """A row as it was read: what it states, as JSON."""

    number: int
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who imports, for whom, and as of when. `institution_ids` None: all; `effective_on` None: corrections."""

    now: datetime
    terms: Terms
    institution_id: UUID | None
    institution_ids: frozenset[UUID] | None
    effective_on: date | None
    by: str
    person_id: UUID | None

    @property
    def today(self) -> date:
        return national_day(self.now)


class Institution(NamedTuple):
    """An institution with the periods of its versions, and its kind and zone (wib, wita, wit) in the last of them."""

    id: UUID
    code: str
    kind: str
    time_zone: str
    timeline: Timeline


@dataclass
class Places:
    """Institutions by code, and units of those that rows name: by id, and by institution and code."""

    institutions: Mapping[str, Institution]
    units: Mapping[UUID, Timeline] = field(default_factory=dict)
    regions: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.by_id = {each.id: each for each in self.institutions.values()}
        self._coded: dict[tuple[UUID, str], list[tuple[UUID, Version]]] = defaultdict(list)
        for unit_id, timeline in self.units.items():
            for version in timeline:
                self._coded[version.content["institution_id"], version.content["code"]].append((unit_id, version))

    def institution(self, line: Line, request: Request, report: Report) -> Institution | None:
        """The institution of a row that the requester may write; None with a finding otherwise."""
        stated = line.content.get("institution_code")
        found = self.institutions.get(stated) if stated else self.by_id.get(request.institution_id or UUID(int=0))
        if found is None:
            code, told = ("unknown_institution", _UNKNOWN_INSTITUTION) if stated else ("missing", _NO_INSTITUTION)
            report.add(line.number, "institution_code", code, told)
            return None
        if request.institution_ids is not None and found.id not in request.institution_ids:
            report.add(line.number, "institution_code", "forbidden_institution", _NOT_YOURS)
            return None
        return found

    def coded(self, institution_id: UUID, code: str, begins: date, ends: date | None) -> set[UUID]:
        """The units that have a code on some day of a period."""
        return {
            unit_id
            for unit_id, version in self._coded[institution_id, code]
            if overlap(version, begins, ends) is not None
        }

    def unit(self, line: Line, institution_id: UUID, report: Report, *, begins: date, ends: date | None) -> UUID | None:
        """The unit that `unit_code` names; None with a finding if there is none, or several."""
        found = self.coded(institution_id, line.content["unit_code"], begins, ends)
        if len(found) == 1:
            return found.pop()
        code, told = ("ambiguous", _AMBIGUOUS) if found else ("unknown_unit", _UNKNOWN_UNIT)
        report.add(line.number, "unit_code", code, told)
        return None

    def check_regions(self, line: Line, report: Report, *fields: str) -> None:
        """A finding for each region that doesn't exist."""
        for name in fields:
            stated = line.content.get(name) or ()
            codes = [stated] if isinstance(stated, str) else stated
            if any(code not in self.regions for code in codes):
                report.add(line.number, name, "unknown_region", _REGION)


@dataclass
class Once:
    """What rows were about, so that the second about the same is found."""

    _rows: dict[Any, int] = field(default_factory=dict)

    def first(self, line: Line, key: Any, column: str, report: Report) -> bool:
        """Whether nothing before was about `key`."""
        earlier = self._rows.setdefault(key, line.number)
        if earlier == line.number:
            return True
        report.add(line.number, column, "duplicate", _TWICE.filled(row=earlier))
        return False


def check_terms(line: Line, vocabularies: Mapping[str, str], request: Request, report: Report) -> None:
    """A finding for each field whose term its vocabulary doesn't have."""
    for flaw in request.terms.unknown(line.content, vocabularies):
        report.add(line.number, flaw.pointer.split("/")[1], flaw.code, flaw.detail)


def day(content: Mapping[str, Any], name: str) -> date | None:
    """A day that a row states."""
    stated = content.get(name)
    return date.fromisoformat(stated) if stated else None


def overlap(version: Version, begins: date, ends: date | None) -> tuple[date, date | None] | None:
    """The days that a version and a period have in common."""
    first = max(version.begins, begins)
    last = min((each for each in (version.ends, ends) if each is not None), default=None)
    return (first, last) if last is None or first < last else None


def covers(timeline: Iterable[Version], begins: date, ends: date | None) -> bool:
    """Whether versions, in order of time, hold on every day of a period."""
    reached: date | None = begins
    for version in timeline:
        if reached is not None and version.begins <= reached:
            if version.ends is None:
                return True
            reached = max(reached, version.ends)
    return ends is not None and reached is not None and reached >= ends


def regions_of(lines: Sequence[Line], *fields: str) -> set[str]:
    """The regions that rows name."""
    found: set[str] = set()
    for line in lines:
        for name in fields:
            stated = line.content.get(name) or ()
            found.update([stated] if isinstance(stated, str) else stated)
    return found
