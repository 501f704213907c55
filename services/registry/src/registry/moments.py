"""`as_of` and `known_at`: the day whose state is read, and the instant up to which changes had been recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import Depends, Query
from sqlalchemy import ColumnElement, Date, DateTime, FromClause, and_, bindparam, func, or_

from chassis.http.models import Instant
from chassis.ops.clock import Now
from directory.zones import DEFAULT_ZONE, national_day

AS_OF = bindparam("as_of", type_=Date)
_KNOWN_AT = bindparam("known_at", type_=DateTime(timezone=True))
_UNTIL = bindparam("until", type_=DateTime(timezone=True))
_AS_OF = Query(description="The day whose state is read; default today (Asia/Jakarta)")
_KNOWN = Query(description="As it was recorded at this instant; default now. Repeatable once some seconds old")


@dataclass(frozen=True, slots=True)
class Moment:
    """`stated`: whether the caller named the day."""

    day: date
    stated: bool
    known_at: datetime | None = None

    @property
    def values(self) -> Mapping[str, Any]:
        """The parameters of `held`."""
        return {"as_of": self.day} | ({"known_at": self.known_at} if self.known_at else {})


class Cut(NamedTuple):
    """How far a read of acts reaches: the last day, and the instant at which it ends where they were done. None: over all."""

    day: date | None = None
    ends: datetime | None = None


EVERYTHING = Cut()


def cut_at(moment: Moment, zone: str) -> Cut:
    """The cut that a stated day makes in a zone (IANA name)."""
    if not moment.stated or moment.day == date.max:
        return EVERYTHING
    return Cut(moment.day, datetime.combine(moment.day + timedelta(days=1), time.min, ZoneInfo(zone)))


def by_then(instant: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that something was done before `until`, a cut's end; always true without one."""
    return or_(_UNTIL.is_(None), instant < _UNTIL)


async def _moment(
    now: Now, as_of: Annotated[date | None, _AS_OF] = None, known_at: Annotated[Instant | None, _KNOWN] = None
) -> Moment:
    return Moment(as_of or national_day(now), as_of is not None, known_at)


async def _day(now: Now, as_of: Annotated[date | None, _AS_OF] = None) -> Moment:
    return Moment(as_of or national_day(now), as_of is not None)


AtMoment = Annotated[Moment, Depends(_moment)]
"""For what has recorded time."""
OnDay = Annotated[Moment, Depends(_day)]
"""For what has valid time alone."""


def noon(day: date) -> datetime:
    """An instant that is of this day in every zone of the country."""
    return datetime.combine(day, time(12), ZoneInfo(DEFAULT_ZONE))


def held(table: FromClause, *, known: bool) -> ColumnElement[bool]:
    """The condition on a dated table, or its `_known` view, at a moment."""
    in_force = table.c.valid_during.op("@>", is_comparison=True)(AS_OF)
    return and_(in_force, recorded(table)) if known else in_force


def recorded(table: FromClause) -> ColumnElement[bool]:
    """The condition on a `_known` view: the rows that were current at `known_at`."""
    return and_(table.c.recorded_at <= _KNOWN_AT, table.c.replaced_at > _KNOWN_AT)


def bounds(table: FromClause) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """`valid_from` and `valid_to` of a dated row."""
    return (
        func.lower(table.c.valid_during, type_=Date).label("valid_from"),
        func.upper(table.c.valid_during, type_=Date).label("valid_to"),
    )
