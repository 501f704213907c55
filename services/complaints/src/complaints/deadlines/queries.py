"""Reading and writing the ledger's rows, and the calendar that an institution counts by."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text, Uuid, any_, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.deadlines.clock import Standstill
from complaints.deadlines.ledger import Duty
from complaints.deadlines.tables import calendar_versions, clock_intervals, deadline_duties, unannounced_changes
from complaints.policies.queries import Policies
from directory import tables as directory
from directory.calendars import Calendar, combine, read_calendar
from directory.copy import NATIONAL, NoCalendar, find_calendar_of, find_calendar_place
from directory.zones import DEFAULT_ZONE

PLAIN = Calendar(
    code="weekdays",
    version=0,
    zone_name=DEFAULT_ZONE,
    working_blocks={weekday: ((time(8), time(16)),) for weekday in range(5)},
    days={},
)
"""What is counted by until the national calendar has arrived; everything is counted anew then."""

_DUTIES = Statement(
    select(deadline_duties)
    .where(deadline_duties.c.case_id == any_(bindparam("case_ids", type_=ARRAY(Uuid))))
    .order_by(deadline_duties.c.started_at, deadline_duties.c.id)
)
_STANDSTILLS = Statement(
    select(clock_intervals.c.case_id, clock_intervals.c.reason, clock_intervals.c.from_at, clock_intervals.c.to_at)
    .where(clock_intervals.c.case_id == any_(bindparam("case_ids", type_=ARRAY(Uuid))))
    .order_by(clock_intervals.c.from_at)
)
_PUT = upsert(deadline_duties).values({each.name: bindparam(each.name, type_=each.type) for each in deadline_duties.c})
_SAVE = Statement(
    _PUT.on_conflict_do_update(
        index_elements=[deadline_duties.c.id],
        set_={
            name: _PUT.excluded[name]
            for name in (
                "stopped_at",
                "result",
                "due_at",
                "extended",
                "calendar_code",
                "calendar_version",
                "level",
                "lapsed_at",
                "check_at",
            )
        },
    )
)
_STAND = Statement(
    insert(clock_intervals).values(
        {
            name: bindparam(name, type_=clock_intervals.c[name].type)
            for name in ("case_id", "reason", "from_at", "until_at")
        }
    )
)
_GO_ON = Statement(
    update(clock_intervals)
    .where(clock_intervals.c.case_id == bindparam("case"), clock_intervals.c.to_at.is_(None))
    .values(to_at=bindparam("at", type_=DateTime(timezone=True)))
)
_OWN = bindparam("own_code", type_=Text)
_NATIONAL_VERSION = Statement(
    select(calendar_versions).where(
        calendar_versions.c.code == NATIONAL, calendar_versions.c.version == bindparam("version")
    )
)
_LAYERS = Statement(
    select(directory.calendars)
    .where(
        directory.calendars.c.code != NATIONAL,
        or_(
            directory.calendars.c.region_code == any_(bindparam("region_codes", type_=ARRAY(Text))),
            directory.calendars.c.code == _OWN,
        ),
    )
    .order_by(directory.calendars.c.code.is_not_distinct_from(_OWN), func.length(directory.calendars.c.region_code))
)
_UNANNOUNCED = Statement(insert(unannounced_changes).values(case_id=bindparam("case_id", type_=Uuid)))


async def find_duties(connection: Connection, case_id: UUID, policies: Policies) -> list[Duty]:
    """The duties of a case in the order in which they began."""
    return (await find_all_duties(connection, [case_id], policies)).get(case_id, [])


async def find_all_duties(
    connection: Connection, case_ids: Sequence[UUID], policies: Policies
) -> Mapping[UUID, list[Duty]]:
    """The duties of cases by case, those of each in the order in which they began; cases without one are left out."""
    found: dict[UUID, list[Duty]] = {}
    for row in await _DUTIES.fetch(connection, case_ids=case_ids):
        found.setdefault(row["case_id"], []).append(_duty(row, policies))
    return found


async def find_standstills(connection: Connection, case_id: UUID) -> list[Standstill]:
    """When and why a case was paused."""
    return (await find_all_standstills(connection, [case_id])).get(case_id, [])


async def find_all_standstills(connection: Connection, case_ids: Sequence[UUID]) -> Mapping[UUID, list[Standstill]]:
    """When and why cases were paused, by case; those that never were are left out."""
    found: dict[UUID, list[Standstill]] = {}
    for row in await _STANDSTILLS.fetch(connection, case_ids=case_ids):
        found.setdefault(row["case_id"], []).append(Standstill(row["reason"], row["from_at"], row["to_at"]))
    return found


async def save_duties(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep duties as they are now: rows as `row_of` makes them."""
    await _SAVE.execute_many(connection, rows)


def row_of(duty: Duty, case_id: UUID, check_at: datetime | None) -> dict[str, Any]:
    """A duty as a row of its table."""
    return {
        "id": duty.id,
        "case_id": case_id,
        "stage": duty.rule.stage,
        "policy_code": duty.policy.code,
        "policy_version": duty.policy.version,
        "rule_number": duty.rule.number,
        "party": duty.rule.party,
        "started_at": duty.started_at,
        "stopped_at": duty.stopped_at,
        "result": duty.result,
        "due_at": duty.due_at,
        "extended": duty.extended,
        "calendar_code": duty.calendar_code,
        "calendar_version": duty.calendar_version,
        "level": duty.level,
        "lapsed_at": duty.lapsed_at,
        "check_at": check_at,
    }


async def begin_standstill(connection: Connection, case_id: UUID, standstill: Standstill, longest: timedelta) -> None:
    """The case is paused from now on, at most so long."""
    await _STAND.execute(
        connection,
        case_id=case_id,
        reason=standstill.reason,
        from_at=standstill.from_at,
        until_at=standstill.from_at + longest,
    )


async def end_standstills(connection: Connection, case_ids: Iterable[UUID], at: datetime) -> None:
    """The cases go on."""
    await _GO_ON.execute_many(connection, [{"case": case_id, "at": at} for case_id in case_ids])


async def note_unannounced(connection: Connection, case_ids: Iterable[UUID]) -> None:
    """Duties of cases ended or began and no fact tells of it: let them be counted anew."""
    await _UNANNOUNCED.execute_many(connection, [{"case_id": case_id} for case_id in case_ids])


async def calendar_of(connection: Connection, institution_id: UUID | None) -> Calendar:
    """The calendar by which an institution's days are counted; the nation's for a case that nobody holds yet."""
    try:
        return await find_calendar_of(connection, institution_id)
    except NoCalendar:
        return PLAIN


async def calendar_as_of(connection: Connection, institution_id: UUID | None, version: int) -> Calendar | None:
    """The institution's calendar with the national one in an earlier version; None if that version was never held."""
    row = await _NATIONAL_VERSION.fetchrow(connection, version=version)
    if row is None:
        return None
    place = await find_calendar_place(connection, institution_id)
    parts = place.region_code.split(".") if place.region_code else []
    around = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
    layers = await _LAYERS.fetch(connection, region_codes=around, own_code=place.own_code)
    return combine(_read(row), *(_read(layer) for layer in layers), zone_name=place.time_zone)


def _read(row: Mapping[str, Any]) -> Calendar:
    return read_calendar(
        row["code"],
        version=row["version"],
        time_zone=row["time_zone"],
        working_blocks=row["working_blocks"],
        days=row["days"],
    )


def _duty(row: Row, policies: Policies) -> Duty:
    policy = policies[row["policy_code"], row["policy_version"]]
    kept = (
        "id",
        "started_at",
        "stopped_at",
        "result",
        "due_at",
        "extended",
        "calendar_code",
        "calendar_version",
        "level",
        "lapsed_at",
    )
    rule = next(each for each in policy.rules if each.number == row["rule_number"])
    return Duty(policy=policy, rule=rule, **{name: row[name] for name in kept})
