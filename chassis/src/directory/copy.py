"""Reading the registry copy: a caller's seats, a small world for the resolver, a calendar."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row
from directory import selections
from directory.calendars import Calendar, combine, read_calendar
from directory.roles import SUPERVISOR, Actor, CallerKind, Seat
from directory.world import Appointment, Institution, Service, Supervision, Unit, World
from directory.zones import DEFAULT_ZONE, national_day

NATIONAL = "national"


class NoCalendar(LookupError):
    """The national calendar hasn't arrived: nothing can be counted in working days."""


class CalendarPlace(NamedTuple):
    """By whose days an institution counts: its region's, and its own, which the calendar of its code holds if there is one."""

    region_code: str | None
    time_zone: str
    own_code: str | None


NOWHERE = CalendarPlace(None, DEFAULT_ZONE, None)


class Caller(NamedTuple):
    """The person behind a caller, if the registry knows one, with the seats held at an instant."""

    person_id: UUID | None
    seats: tuple[Seat, ...]


async def find_seats(connection: Connection, kind: CallerKind, caller_id: str, at: datetime) -> Caller:
    """Who a caller is and which seats he or she holds at an instant, each by the local day of its institution."""
    if kind == "anonymous":
        return Caller(None, ())
    statement = selections.SEATS_OF_ACCOUNT if kind == "account" else selections.SEATS_OF_CLIENT
    rows = await statement.fetch(connection, caller_id=caller_id, at=at)
    seats = tuple(
        Seat(
            role=row["role"],
            institution_id=row["institution_id"],
            unit_id=row["unit_id"],
            person_id=row["person_id"],
            acting=row["acting"],
            valid_from=row["valid_from"] or date.min,
            valid_to=row["valid_to"],
        )
        for row in rows
        if row["role"] is not None
    )
    return Caller(rows[0]["person_id"] if rows else None, seats)


async def find_actor(
    connection: Connection,
    kind: CallerKind,
    caller_id: str,
    at: datetime,
    *,
    scopes: Iterable[str] = (),
    unbound: bool = False,
    institution_id: UUID | None = None,
) -> Actor:
    """The caller of a token (its scopes, its client's institution) with seats and supervised institutions."""
    caller = await find_seats(connection, kind, caller_id, at)
    above = [seat.institution_id for seat in caller.seats if seat.role == SUPERVISOR]
    supervised: Collection[UUID] = ()
    if above:
        rows = await selections.SUPERVISED.fetch(connection, institution_ids=above, day=national_day(at))
        supervised = [row["id"] for row in rows]
    return Actor(
        kind=kind,
        id=caller_id,
        scopes=frozenset(scopes),
        unbound=unbound,
        institution_id=institution_id,
        person_id=caller.person_id,
        seats=caller.seats,
        supervised=frozenset(supervised),
    )


async def load_world(
    connection: Connection,
    day: date,
    *,
    service_ids: Collection[UUID] = (),
    unit_ids: Collection[UUID] = (),
    institution_ids: Collection[UUID] = (),
    region_codes: Collection[str] = (),
) -> World:
    """What the resolver needs for these subjects on a day, and no more. Five short queries, however many subjects.

    Read in one snapshot if the parts must agree.
    """
    services = await selections.SERVICES.fetch(connection, service_ids=list(service_ids)) if service_ids else []
    wanted = {*unit_ids, *(row["unit_id"] for row in services if row["unit_id"] is not None)}
    units = await selections.UNIT_LINES.fetch(connection, unit_ids=sorted(wanted), day=day) if wanted else []
    places = [part for code in region_codes for part in _governed(code)]
    near = {*institution_ids, *(row["institution_id"] for row in (*services, *units))}
    institutions = await selections.INSTITUTIONS_UPWARD.fetch(
        connection, institution_ids=sorted(near), region_codes=places, day=day
    )
    everyone = [row["id"] for row in institutions]
    edges = await selections.EDGES.fetch(connection, institution_ids=everyone, day=day)
    appointments = await selections.APPOINTMENTS.fetch(
        connection, institution_ids=everyone, unit_ids=sorted({row["id"] for row in units}), day=day
    )
    return World(
        institutions=tuple(Institution(**_dated(row)) for row in institutions),
        units=tuple(Unit(**_dated(row)) for row in units),
        appointments=tuple(Appointment(**_dated(row)) for row in appointments),
        services=tuple(Service(**{**row, "region_codes": tuple(row["region_codes"])}) for row in services),
        supervision=tuple(Supervision(**_dated(row)) for row in edges),
    )


async def find_ancestors(connection: Connection, unit_id: UUID, day: date) -> tuple[UUID, ...]:
    """The unit itself and the units above it on a day, nearest first: what `roles.reaches` asks for."""
    rows = await selections.ANCESTORS.fetch(connection, unit_id=unit_id, day=day)
    return tuple(row["ancestor_id"] for row in rows)


async def find_calendar(
    connection: Connection, *, region_code: str | None, time_zone: str, own_code: str | None = None
) -> Calendar:
    """The calendar of an institution: national, then its region's layers, then its own; in its own zone.

    Built once per content; the query alone is repeated. Raises NoCalendar.
    """
    rows = await selections.CALENDARS.fetch(
        connection, codes=[NATIONAL, *([own_code] if own_code else [])], region_codes=_prefixes(region_code)
    )
    if not any(row["code"] == NATIONAL for row in rows):
        raise NoCalendar(NATIONAL)
    own = own_code if any(row["code"] == own_code for row in rows) else None  # most have none: they share what is built
    return _built(tuple(_Layer(**row) for row in rows), time_zone, own)


async def find_calendar_place(connection: Connection, institution_id: UUID | None) -> CalendarPlace:
    """The place of an institution; of the nation for none, or for one that the copy doesn't know."""
    if institution_id is None:
        return NOWHERE
    row = await selections.CALENDAR_PLACE.fetchrow(connection, institution_id=institution_id)
    return NOWHERE if row is None else CalendarPlace(**row)


async def find_calendar_of(connection: Connection, institution_id: UUID | None) -> Calendar:
    """The calendar by which an institution's terms run, with its own layer over its region's. Raises NoCalendar."""
    place = await find_calendar_place(connection, institution_id)
    return await find_calendar(
        connection, region_code=place.region_code, time_zone=place.time_zone, own_code=place.own_code
    )


class _Layer(NamedTuple):
    """A calendar's row with its JSON as text: comparable, so that equal rows give the same calendar."""

    code: str
    version: int
    time_zone: str
    region_code: str | None
    working_blocks: str
    days: str


@lru_cache(maxsize=1024)
def _built(rows: tuple[_Layer, ...], time_zone: str, own_code: str | None) -> Calendar:
    def locality(row: _Layer) -> tuple[int, int]:
        return (0 if row.code == NATIONAL else 2 if row.code == own_code else 1, len(row.region_code or ""))

    layers = [
        read_calendar(
            row.code,
            version=row.version,
            time_zone=row.time_zone,
            working_blocks=json.loads(row.working_blocks),
            days=json.loads(row.days),
        )
        for row in sorted(rows, key=locality)
    ]
    return combine(*layers, zone_name=time_zone)


def _prefixes(region_code: str | None) -> list[str]:
    """51.71.02: 51, 51.71 and 51.71.02."""
    parts = region_code.split(".") if region_code else []
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def _governed(region_code: str) -> list[str]:
    """The codes that may have a local government."""
    return _prefixes(region_code)[:2]


def _dated(row: Row) -> Mapping[str, Any]:
    return {**row, "valid_from": row["valid_from"] or date.min}
