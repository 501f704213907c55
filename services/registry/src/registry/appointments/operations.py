"""Appointing, ending and correcting: one holder to a seat."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Text, Uuid, bindparam, func, insert, select, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.problems import Forbidden, NotFound
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from directory.zones import national_day
from registry import rights
from registry.appointments import examining, facts, problems, queries
from registry.appointments.places import find_place
from registry.appointments.tables import appointments, people
from registry.institutions.problems import empty_period
from registry.moments import Moment
from registry.recorded import announce, begin_change
from registry.terms import Terms

TERMS = {"role": "appointment_roles", "acting": "acting_kinds"}
_ID = bindparam("id", type_=Uuid)
_DAYS = func.daterange(bindparam("begins", type_=Date), bindparam("ends", type_=Date))
_COLUMNS = (
    "id", "person_id", "institution_id", "unit_id", "post_id", "role", "acting", "decree_number", "decree_date",
    "appointed_by", "created_at",
)  # fmt: skip
_INSERT = Statement(
    insert(appointments).values(
        valid_during=_DAYS, **{name: bindparam(name, type_=appointments.c[name].type) for name in _COLUMNS}
    )
)
_LOCKED = Statement(
    select(
        appointments,
        func.lower(appointments.c.valid_during, type_=Date).label("begins"),
        func.upper(appointments.c.valid_during, type_=Date).label("ends"),
    )
    .where(appointments.c.id == _ID)
    .with_for_update()
)
_CORRECTED = ("acting", "post_id", "decree_number", "decree_date", "appointed_by")
_GROUNDS = ("acting", "decree_date", "appointed_by", "begins")
"""What a Penanggung jawab's right to the seat rests on: one registered before it was asked for may still be extended."""
_CORRECT = Statement(
    update(appointments)
    .where(appointments.c.id == _ID)
    .values(
        valid_during=_DAYS, **{name: bindparam(f"new_{name}", type_=appointments.c[name].type) for name in _CORRECTED}
    )
)
_END = Statement(
    update(appointments)
    .where(appointments.c.id == _ID)
    .values(
        valid_during=_DAYS,
        cancelled=bindparam("now_cancelled", type_=Boolean),
        end_reason=bindparam("reason", type_=Text),
    )
)
_EXTEND = Statement(
    update(appointments)
    .where(appointments.c.id == _ID)
    .values(valid_during=_DAYS, extensions=bindparam("new_extensions", type_=appointments.c.extensions.type))
)
_PERSON = Statement(select(people.c.id).where(people.c.id == _ID))


async def appoint(
    connection: Connection, content: Mapping[str, Any], *, actor: Actor, terms: Terms, now: datetime
) -> Row:
    """Appoint a person to a seat: `content` as of NewAppointment. Records `appointment.changed`.

    Raises Forbidden, OwnAppointment, Unprocessable, SeatTaken.
    """
    terms.check(content, TERMS)
    await begin_change(connection)
    place = await find_place(connection, content)
    if not rights.appoints(actor, place.institution_id, content["role"]):
        raise Forbidden
    if actor.person_id == content["person_id"]:
        raise problems.OwnAppointment
    if await _PERSON.fetchrow(connection, id=content["person_id"]) is None:
        raise problems.unknown_person()
    begins, ends = content["valid_during"]["from_"] or national_day(now), content["valid_during"]["to"]
    if ends is not None and ends <= begins:
        raise empty_period()
    identity = new_id()
    seat = {**content, **place._asdict(), "id": identity, "begins": begins, "ends": ends}
    await examining.examine(connection, seat)
    row = {name: seat.get(name) for name in _COLUMNS} | {"begins": begins, "ends": ends, "created_at": now}
    await _INSERT.execute(connection, **row)
    return await _recorded(connection, identity, now=now, founded=True)


async def correct(
    connection: Connection,
    identity: UUID,
    stated: Mapping[str, Any],
    *,
    actor: Actor,
    terms: Terms,
    now: datetime,
    expected: Expected,
) -> Row:
    """Correct what was registered: `stated` as of AppointmentPatch. What was believed stays readable by `known_at`.

    Raises NotFound, Forbidden, OwnAppointment, StaleVersion, Unprocessable, SeatTaken, AlreadyEnded (one that was cancelled).
    """
    held = await _locked_of_another(connection, identity, actor=actor, expected=expected)
    terms.check(stated, {"acting": TERMS["acting"]})
    if held["cancelled"]:
        raise problems.AlreadyEnded
    period = stated.get("valid_during") or {}
    begins, ends = period.get("from_") or held["begins"], period.get("to", held["ends"])
    if ends is not None and ends <= begins:
        raise empty_period()
    seat = {**held, **{name: stated[name] for name in _CORRECTED if name in stated}, "begins": begins, "ends": ends}
    await examining.examine(connection, seat, held=held)
    new = {f"new_{name}": seat[name] for name in _CORRECTED}
    await _CORRECT.execute(connection, id=identity, begins=begins, ends=ends, **new)
    founded = any(seat[name] != held[name] for name in _GROUNDS)
    return await _recorded(connection, identity, now=now, founded=founded)


async def extend(
    connection: Connection,
    identity: UUID,
    decree: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    expected: Expected,
) -> Row:
    """Let an appointment last longer, by a decree of its own: `decree` as of Extension. Records `appointment.changed`.

    Raises NotFound, Forbidden, OwnAppointment, StaleVersion, AlreadyEnded (cancelled), Unprocessable (not later than it ends),
    SeatTaken.
    """
    held = await _locked_of_another(connection, identity, actor=actor, expected=expected)
    if held["cancelled"]:
        raise problems.AlreadyEnded
    until = decree["valid_to"]
    if held["ends"] is None or until <= held["ends"]:
        raise problems.not_longer()
    extension = {**decree, "valid_to_before": held["ends"], "extended_at": now}
    seat = {**held, "ends": until, "extensions": [*held["extensions"], extension]}
    await examining.examine(connection, seat, held=held)
    await _EXTEND.execute(connection, id=identity, begins=held["begins"], ends=until, new_extensions=seat["extensions"])
    return await _recorded(connection, identity, now=now, founded=False)


async def end(
    connection: Connection,
    identity: UUID,
    *,
    valid_to: date,
    reason: str | None,
    actor: Actor,
    now: datetime,
    expected: Expected,
) -> Row:
    """End an appointment on a day (the first out of office); on its first day or before, it is cancelled instead.

    Raises NotFound, Forbidden, StaleVersion, AlreadyEnded.
    """
    held = await _locked(connection, identity, actor=actor, expected=expected)
    if held["cancelled"] or (held["ends"] is not None and held["ends"] <= valid_to):
        raise problems.AlreadyEnded
    cancelled = valid_to <= held["begins"]
    ends = held["ends"] if cancelled else valid_to
    await _END.execute(
        connection, id=identity, begins=held["begins"], ends=ends, now_cancelled=cancelled, reason=reason
    )
    return await _recorded(connection, identity, now=now, founded=False)


async def _locked_of_another(connection: Connection, identity: UUID, *, actor: Actor, expected: Expected) -> Row:
    held = await _locked(connection, identity, actor=actor, expected=expected)
    if actor.person_id == held["person_id"]:
        raise problems.OwnAppointment
    return held


async def _locked(connection: Connection, identity: UUID, *, actor: Actor, expected: Expected) -> Row:
    await begin_change(connection)
    held = await _LOCKED.fetchrow(connection, id=identity)
    if held is None:
        raise NotFound
    if not rights.appoints(actor, held["institution_id"], held["role"]):
        raise Forbidden
    expected.check(held["version"])
    return held


async def _recorded(connection: Connection, identity: UUID, *, now: datetime, founded: bool) -> Row:
    """The appointment as it is now. `founded`: what it rests on is said now, and held against the law."""
    await facts.record_appointments(connection, [identity], now=now)
    await announce(connection)
    row = await queries.find_appointment(connection, identity, Moment(national_day(now), stated=False))
    assert row is not None
    if founded:
        examining.check_grounds(row)
    return row
