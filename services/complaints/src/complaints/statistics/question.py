"""What statistics are asked for: a filter of the one grammar, the dimensions to group by, what to tell beside the counters. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import ARRAY, ColumnElement, Date, Text, Uuid, any_, bindparam, cast, func, or_, select

from chassis.http.filters import Chosen
from complaints.statistics.cubes import FIRST, LAST, REGENCY, Grain
from complaints.statistics.facts import ZONE
from directory.tables import TODAY, unit_ancestors
from directory.zones import zone

Group = Literal[
    "type", "class", "state", "category", "channel", "institution", "unit", "service", "province", "regency", "source",
    "day", "month", "year",
]  # fmt: skip
Detail = Literal["duties", "days", "ratings", "outcomes"]
ITEMS: Mapping[Detail, str] = {"duties": "duty:", "days": "days:", "ratings": "rating:", "outcomes": "outcome:"}
"""How the items of each detail begin."""
_COLUMNS = {
    "type": "type",
    "class": "case_class",
    "state": "state",
    "category": "category",
    "channel": "channel",
    "institution": "institution_id",
    "unit": "unit_id",
    "service": "service_id",
    "source": "source",
}
_GROUPED = {**_COLUMNS, "province": "region_code", "regency": "region_code"}
_FILTERED = {**_COLUMNS, "scope": "unit_id", "region": "region_code", "confidential": "confidential"}
"""Filters that roll-ups answer, and the dimension that each asks of. `confidential` is asked by our own figures alone."""
_OF_RECAPS = frozenset({"late", "merged"})
_PERIOD = frozenset({"created_from", "created_to"})
_PLACES = {"province": 2, "regency": REGENCY}
_TIMES: tuple[Grain, ...] = ("day", "month", "year")

Columns = Mapping[str, ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """`chosen` as of cases.queries.settled, with `source` among its values where that was asked."""

    chosen: Chosen
    group_by: tuple[Group, ...] = ()
    details: frozenset[Detail] = frozenset()

    @property
    def values(self) -> Mapping[str, Any]:
        return self.chosen.values

    @property
    def finest(self) -> Grain | None:
        """The shortest time that the groups are of; None if they are of no time."""
        return next((grain for grain in _TIMES if grain in self.group_by), None)

    @property
    def dimensions(self) -> frozenset[str]:
        """The dimensions that filter and groups ask of."""
        asked = {_FILTERED[name] for name in self.values if name in _FILTERED}
        return frozenset(asked | {_GROUPED[name] for name in self.group_by if name in _GROUPED})

    @property
    def rolled_up(self) -> bool:
        """Whether roll-ups know all that the filter asks of."""
        region = self.values.get("region", "")
        return self.values.keys() <= _FILTERED.keys() | _PERIOD and len(region) <= REGENCY

    @property
    def of_recaps(self) -> bool:
        """Whether rows of recaps have all that the filter asks of: they have no text, no parent and no running clock."""
        return self.values.keys() <= _FILTERED.keys() | _PERIOD | _OF_RECAPS

    @property
    def days(self) -> tuple[date, date]:
        """The whole days of the period asked for."""
        start, end = self.values.get("created_from"), self.values.get("created_to")
        first = _day_after(start) if start is not None else FIRST
        return first, max(first, _day_of(end) if end is not None else LAST)

    def between(self, start: datetime | None, end: datetime | None) -> Mapping[str, Any]:
        """The filter's values with another period."""
        kept = {name: value for name, value in self.values.items() if name not in _PERIOD}
        period = {"created_from": start, "created_to": end}
        return kept | {name: instant for name, instant in period.items() if instant is not None}

    def around(self, covered: tuple[date, date]) -> list[tuple[datetime | None, datetime | None]]:
        """The parts of the asked period before and after these days; both ends half-open."""
        start, end = self.values.get("created_from"), self.values.get("created_to")
        first, last = midnight(covered[0]), midnight(covered[1])
        before = [(start, first)] if covered[0] != FIRST and (start is None or start < first) else []
        after = [(last, end)] if covered[1] != LAST and (end is None or last < end) else []
        return [*before, *after]

    def conditions(self, columns: Columns) -> list[ColumnElement[bool]]:
        """The filter but its period, on rows that have the dimensions as columns; what isn't a dimension is left out."""
        names = sorted(name for name in self.values if name in _FILTERED)
        return [_CONDITIONS.get(name, _one_of(name))(columns[_FILTERED[name]]) for name in names]

    def groups(self, columns: Columns) -> list[ColumnElement[Any]]:
        """The expressions by which rows are grouped; `day` is a column too."""
        return [_group(name, columns).label(f"by_{name}") for name in self.group_by]

    def dimension_values(self) -> Mapping[str, Any]:
        """The parameters of `conditions`."""
        return {name: value for name, value in self.values.items() if name in _FILTERED}


def midnight(day: date) -> datetime:
    """The instant at which a day of statistics begins."""
    return datetime.combine(day, time(), tzinfo=zone(ZONE))


def _day_of(instant: datetime) -> date:
    return instant.astimezone(zone(ZONE)).date()


def _day_after(instant: datetime) -> date:
    """The first whole day from an instant on."""
    day = _day_of(instant)
    return day if midnight(day) == instant else day + timedelta(days=1)


def _group(name: str, columns: Columns) -> ColumnElement[Any]:
    if name in _TIMES:
        return cast(func.date_trunc(name, columns["day"]), Date)
    if name in _PLACES:
        return func.left(columns["region_code"], _PLACES[name])
    return columns[_GROUPED[name]]


def _one_of(name: str) -> Callable[[ColumnElement[Any]], ColumnElement[bool]]:
    return lambda column: column == any_(bindparam(name, type_=ARRAY(column.type)))


def _below(column: ColumnElement[Any]) -> ColumnElement[bool]:
    below = select(unit_ancestors.c.unit_id).where(
        unit_ancestors.c.ancestor_id == any_(bindparam("scope", type_=ARRAY(Uuid))),
        unit_ancestors.c.valid_during.op("@>")(TODAY),
    )
    return column == any_(func.array(below.scalar_subquery(), type_=ARRAY(Uuid)))


def _inside(column: ColumnElement[Any]) -> ColumnElement[bool]:
    code = bindparam("region", type_=Text)
    return or_(column == code, func.starts_with(column, code + "."))


_CONDITIONS: Mapping[str, Callable[[ColumnElement[Any]], ColumnElement[bool]]] = {"scope": _below, "region": _inside}
