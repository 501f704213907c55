"""Appointing, ending and correcting: one holder to a seat, and what is unusual is told."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Date, Text, Uuid, bindparam, func, insert, select, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text as Words
from chassis.http.problems import Forbidden, NotFound
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.roles import RESPONSIBLE_OFFICER, Actor
from registry import rights
from registry.appointments import facts, holding, problems, queries
from registry.appointments.places import find_place
from registry.appointments.tables import appointments, people, posts
from registry.institutions.problems import empty_period
from registry.institutions.tables import institutions
from registry.moments import Moment, today
from registry.recorded import announce, begin_change
from registry.terms import Terms
from registry.units.tables import units

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
_POST = Statement(
    select(posts.c.id).where(
        posts.c.id == _ID,
        posts.c.institution_id == bindparam("institution_id", type_=Uuid),
        posts.c.unit_id.is_not_distinct_from(bindparam("unit_id", type_=Uuid)),
    )
)
_UNIT_COVERS = Statement(select(func.range_agg(units.c.valid_during).op("@>")(_DAYS)).where(units.c.id == _ID))
_INSTITUTION_COVERS = Statement(
    select(func.range_agg(institutions.c.valid_during).op("@>")(_DAYS)).where(institutions.c.id == _ID)
)
_UNTIL_FURTHER_NOTICE = Words("waktu yang belum ditentukan", "an open end")


class Appointed(NamedTuple):
    """An appointment after a change, with what is unusual about it."""

    row: Row
    warnings: Sequence[holding.Caution]


async def appoint(
    connection: Connection, content: Mapping[str, Any], *, actor: Actor, terms: Terms, now: datetime
) -> Appointed:
    """Appoint a person to a seat: `content` as of NewAppointment. Records `appointment.changed`.

    Raises Forbidden, Unprocessable, SeatTaken.
    """
    terms.check(content, TERMS)
    await begin_change(connection)
    place = await find_place(connection, content)
    if not rights.appoints(actor, place.institution_id, content["role"]):
        raise Forbidden
    if await _PERSON.fetchrow(connection, id=content["person_id"]) is None:
        raise problems.unknown_person()
    begins, ends = content["valid_during"]["from_"] or today(now), content["valid_during"]["to"]
    if ends is not None and ends <= begins:
        raise empty_period()
    identity = new_id()
    seat = {**content, **place._asdict(), "id": identity, "begins": begins, "ends": ends}
    warnings = await _examine(connection, seat, terms=terms)
    row = {name: seat.get(name) for name in _COLUMNS} | {"begins": begins, "ends": ends, "created_at": now}
    await _INSERT.execute(connection, **row)
    return await _recorded(connection, identity, warnings, now=now)


async def correct(
    connection: Connection,
    identity: UUID,
    stated: Mapping[str, Any],
    *,
    actor: Actor,
    terms: Terms,
    now: datetime,
    expected: Expected,
) -> Appointed:
    """Correct what was registered: `stated` as of AppointmentPatch. What was believed stays readable by `known_at`.

    Raises NotFound, Forbidden, StaleVersion, Unprocessable, SeatTaken, AlreadyEnded (one that was cancelled).
    """
    held = await _locked(connection, identity, actor=actor, expected=expected)
    terms.check(stated, {"acting": TERMS["acting"]})
    if held["cancelled"]:
        raise problems.AlreadyEnded
    period = stated.get("valid_during") or {}
    begins, ends = period.get("from_") or held["begins"], period.get("to", held["ends"])
    if ends is not None and ends <= begins:
        raise empty_period()
    seat = {**held, **{name: stated[name] for name in _CORRECTED if name in stated}, "begins": begins, "ends": ends}
    warnings = await _examine(connection, seat, terms=terms)
    new = {f"new_{name}": seat[name] for name in _CORRECTED}
    await _CORRECT.execute(connection, id=identity, begins=begins, ends=ends, **new)
    return await _recorded(connection, identity, warnings, now=now)


async def extend(
    connection: Connection,
    identity: UUID,
    decree: Mapping[str, Any],
    *,
    actor: Actor,
    terms: Terms,
    now: datetime,
    expected: Expected,
) -> Appointed:
    """Let an appointment last longer, by a decree of its own: `decree` as of Extension. Records `appointment.changed`.

    Raises NotFound, Forbidden, StaleVersion, AlreadyEnded (cancelled), Unprocessable (not later than it ends), SeatTaken.
    """
    held = await _locked(connection, identity, actor=actor, expected=expected)
    if held["cancelled"]:
        raise problems.AlreadyEnded
    until = decree["valid_to"]
    if held["ends"] is None or until <= held["ends"]:
        raise problems.not_longer()
    extension = {**decree, "valid_to_before": held["ends"], "extended_at": now}
    seat = {**held, "ends": until, "extensions": [*held["extensions"], extension]}
    warnings = await _examine(connection, seat, terms=terms)
    await _EXTEND.execute(connection, id=identity, begins=held["begins"], ends=until, new_extensions=seat["extensions"])
    return await _recorded(connection, identity, warnings, now=now)


async def end(
    connection: Connection,
    identity: UUID,
    *,
    valid_to: date,
    reason: str | None,
    actor: Actor,
    now: datetime,
    expected: Expected,
) -> Appointed:
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
    return await _recorded(connection, identity, (), now=now)


async def _locked(connection: Connection, identity: UUID, *, actor: Actor, expected: Expected) -> Row:
    await begin_change(connection)
    held = await _LOCKED.fetchrow(connection, id=identity)
    if held is None:
        raise NotFound
    if not rights.appoints(actor, held["institution_id"], held["role"]):
        raise Forbidden
    expected.check(held["version"])
    return held


async def _examine(connection: Connection, seat: Mapping[str, Any], *, terms: Terms) -> list[holding.Caution]:
    """What speaks against the seat is raised, what is only unusual returned."""
    institution_id, unit_id, begins, ends = (seat[name] for name in ("institution_id", "unit_id", "begins", "ends"))
    covering, whose = (_INSTITUTION_COVERS, institution_id) if unit_id is None else (_UNIT_COVERS, unit_id)
    if not await covering.fetchval(connection, id=whose, begins=begins, ends=ends):
        raise problems.outside_place()
    if seat["post_id"] is not None and not await _POST.fetchrow(
        connection, id=seat["post_id"], institution_id=institution_id, unit_id=unit_id
    ):
        raise problems.unknown_post()
    holders: list[Row] = []
    if seat["role"] in holding.SINGLE:
        holders = await queries.find_holders(
            connection,
            institution_id=institution_id,
            unit_id=unit_id,
            role=seat["role"],
            begins=begins,
            ends=ends,
            besides=seat["id"],
        )
        if holders and holding.is_single(seat["role"], seat["acting"]):
            raise _taken(holders[0])
    by_supervisor = None
    if seat["appointed_by"] is not None:
        decreed = seat["decree_date"] or begins
        by_supervisor = await queries.is_supervisor(connection, seat["appointed_by"], institution_id, decreed)
        if by_supervisor is None:
            raise problems.unknown_appointer()
        if not by_supervisor and seat["role"] == RESPONSIBLE_OFFICER:
            raise problems.not_the_supervisor()
    return holding.term_warnings(
        seat["acting"],
        begins,
        ends,
        holding.Limits.of(terms.attributes("acting_kinds", seat["acting"])),
        extended=len(seat.get("extensions", ())),
    ) + holding.seat_warnings(
        seat["role"],
        seat["acting"],
        has_holder=any(each["valid_from"] <= begins for each in holders),
        heads_secretariat=seat["role"] == RESPONSIBLE_OFFICER
        and await queries.heads_secretariat(connection, seat["person_id"], institution_id, begins),
        by_supervisor=by_supervisor,
    )


def _taken(holder: Row) -> problems.SeatTaken:
    """A refusal that names the holder: a public fact."""
    named = {"holder": holder["person_name"], "begins": holder["valid_from"]}
    until = Words(*(str(holder["valid_to"]),) * 2) if holder["valid_to"] else _UNTIL_FURTHER_NOTICE
    detail = Words(problems.HELD.id.format(**named, ends=until.id), problems.HELD.en.format(**named, ends=until.en))
    return problems.SeatTaken(
        detail,
        holder={
            "appointment_id": holder["id"],
            "person_name": holder["person_name"],
            "valid_during": {"from": holder["valid_from"], "to": holder["valid_to"]},
        },
    )


async def _recorded(
    connection: Connection, identity: UUID, warnings: Sequence[holding.Caution], *, now: datetime
) -> Appointed:
    await facts.record_appointments(connection, [identity], now=now)
    await announce(connection)
    row = await queries.find_appointment(connection, identity, Moment(today(now), stated=False))
    assert row is not None
    return Appointed(row, warnings)
