"""Keeps the registry copy up to date: one registry event at a time, in whatever order subjects arrive.

An event carries its subject's whole state; it is applied if its sequence is newer than the one held.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, Table, Text, bindparam, cast, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.data.events import Event
from chassis.data.pool import Connection
from chassis.data.statements import Statement
from directory import tables
from directory.closure import rebuild_closure
from directory.told import (
    READS,
    AppointmentTold,
    CalendarTold,
    InstitutionTold,
    Period,
    PersonTold,
    ServiceTold,
    UnitTold,
    lasting,
)

CHANNEL = "directory_changed"
"""NOTIFY channel that rings when the copy changed, in the transaction that changed it."""
STANDING = frozenset({"scheduled", "active", "ended"})
"""States of an appointment whose dates alone say whether it counts."""
VOID = frozenset({"cancelled", "revoked"})
"""States of an appointment that gives no right on any day."""


class UnknownState(ValueError):
    """An appointment's state is none that this version knows: nobody gets a right by guessing."""


_CLAIM = upsert(tables.subjects).values(
    subject=bindparam("subject"), sequence=bindparam("sequence"), occurred_at=bindparam("occurred_at")
)
_NEWER = Statement(
    _CLAIM.on_conflict_do_update(
        index_elements=[tables.subjects.c.subject],
        set_={"sequence": _CLAIM.excluded.sequence, "occurred_at": _CLAIM.excluded.occurred_at},
        where=tables.subjects.c.sequence < _CLAIM.excluded.sequence,
    ).returning(tables.subjects.c.sequence)
)


def _insert(table: Table) -> Statement:
    """One row by its columns' names; a period by `valid_from` and `valid_to`."""
    values: dict[str, Any] = {
        column.name: bindparam(column.name, type_=column.type) for column in table.c if column.name != "valid_during"
    }
    if "valid_during" in table.c:
        values["valid_during"] = func.daterange(bindparam("valid_from", type_=Date), bindparam("valid_to", type_=Date))
    return Statement(insert(table).values(values))


def _clear(table: Table, column: str = "id") -> Statement:
    return Statement(delete(table).where(table.c[column] == bindparam("key", type_=table.c[column].type)))


_CLEAR = {table.name: _clear(table) for table in (tables.institutions, tables.units, tables.people)}
_CLEAR |= {table.name: _clear(table) for table in (tables.appointments, tables.services)}
_CLEAR[tables.supervision.name] = _clear(tables.supervision, "institution_id")
_CLEAR[tables.calendars.name] = _clear(tables.calendars, "code")
_INSERT = {table.name: _insert(table) for table in map(tables.metadata.tables.__getitem__, _CLEAR)}
_REBUILD = Statement(rebuild_closure(tables.units, tables.unit_ancestors))


async def apply(connection: Connection, event: Event) -> None:
    """Take a registry event into the copy, inside the caller's transaction. Other types of event are left alone.

    Raises ValueError for data that isn't of the event's shape, UnknownState for a strange appointment.
    """
    take = _TAKERS.get(event.type)
    if take is None:
        return
    newer = await _NEWER.fetchval(
        connection, subject=event.subject, sequence=event.sequence, occurred_at=event.occurred_at
    )
    if newer is not None:
        await take(connection, READS[event.type].model_validate(event.data))
        # Every process of the service hears of it, whichever follows; a transaction sends it once.
        await connection.execute(f"NOTIFY {CHANNEL}")


async def _replace(connection: Connection, table: Table, key: object, rows: Sequence[Mapping[str, Any]]) -> None:
    await _CLEAR[table.name].execute(connection, key=key)
    if len(rows) == 1:
        await _INSERT[table.name].execute(connection, **rows[0])
    elif rows:
        await _INSERT[table.name].execute_many(connection, list(rows))


async def _institution_changed(connection: Connection, told: InstitutionTold) -> None:
    edges = [
        {"institution_id": told.id, "supervisor_id": edge.institution_id, **_period(edge)}
        for edge in lasting(told.supervisor_ids)
    ]
    await _replace(connection, tables.institutions, told.id, [told.model_dump(exclude={"supervisor_ids"})])
    await _replace(connection, tables.supervision, told.id, edges)


async def _unit_changed(connection: Connection, told: UnitTold) -> None:
    versions = [
        {"id": told.id, "institution_id": told.institution_id, **version.model_dump()}
        for version in lasting(told.versions)
    ]
    await _replace(connection, tables.units, told.id, versions)
    await _REBUILD.execute(connection, unit_ids=[told.id])


async def _person_changed(connection: Connection, told: PersonTold) -> None:
    await _replace(connection, tables.people, told.id, [told.model_dump()])


async def _appointment_changed(connection: Connection, told: AppointmentTold) -> None:
    if told.state not in STANDING | VOID:
        raise UnknownState(told.state)
    counts = told.state in STANDING and told.lasts
    await _replace(connection, tables.appointments, told.id, [told.model_dump(exclude={"state"})] if counts else [])


async def _service_changed(connection: Connection, told: ServiceTold) -> None:
    await _replace(connection, tables.services, told.id, [told.model_dump()])


async def _calendar_changed(connection: Connection, told: CalendarTold) -> None:
    await _replace(connection, tables.calendars, told.code, [told.model_dump()])


_TAKERS: dict[str, Callable[[Connection, Any], Awaitable[None]]] = {
    "institution.changed": _institution_changed,
    "unit.changed": _unit_changed,
    "person.changed": _person_changed,
    "appointment.changed": _appointment_changed,
    "service.changed": _service_changed,
    "calendar.changed": _calendar_changed,
}
assert _TAKERS.keys() == READS.keys(), "what is read is taken"


_RESET = Statement(update(tables.subjects).values(sequence=0))
_FORGET = Statement(delete(tables.subjects).where(tables.subjects.c.sequence == 0))


def _sweep(table: Table, kind: str, column: str = "id") -> Statement:
    """Remove the rows of subjects that the feed no longer mentions."""
    forgotten = select(tables.subjects.c.subject).where(tables.subjects.c.sequence == 0)
    return Statement(delete(table).where((kind + cast(table.c[column], Text)).in_(forgotten)))


_SWEEPS = (
    _sweep(tables.institutions, "institutions/"),
    _sweep(tables.supervision, "institutions/", "institution_id"),
    _sweep(tables.units, "units/"),
    _sweep(tables.unit_ancestors, "units/", "unit_id"),
    _sweep(tables.unit_ancestors, "units/", "ancestor_id"),
    _sweep(tables.people, "people/"),
    _sweep(tables.appointments, "appointments/"),
    _sweep(tables.services, "services/"),
    _sweep(tables.calendars, "calendars/", "code"),
    _FORGET,
)


class RegistryCopy:
    """The copy as a follower drives it."""

    async def apply(self, connection: Connection, event: Event) -> None:
        """See `apply`."""
        await apply(connection, event)

    async def reset(self, connection: Connection) -> None:
        """Before a rebuild: every event of the feed counts as new. What is held stays readable."""
        await _RESET.execute(connection)

    async def sweep(self, connection: Connection) -> None:
        """After a rebuild: remove what the feed didn't mention."""
        for statement in _SWEEPS:
            await statement.execute(connection)


def _period(told: Period) -> dict[str, date | None]:
    return {"valid_from": told.valid_from, "valid_to": told.valid_to}
