"""Keeps the registry copy up to date: one registry event at a time, in whatever order subjects arrive.

An event carries its subject's whole state; it is applied if its sequence is newer than the one held.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Table, Text, bindparam, cast, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.data.events import Event
from chassis.data.pool import Connection
from chassis.data.statements import Statement
from directory import tables
from directory.closure import rebuild_closure
from directory.zones import iana_name

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

    Raises KeyError or ValueError for data that isn't of the event's shape, UnknownState for a strange appointment.
    """
    take = _TAKERS.get(event.type)
    if take is None:
        return
    newer = await _NEWER.fetchval(
        connection, subject=event.subject, sequence=event.sequence, occurred_at=event.occurred_at
    )
    if newer is not None:
        await take(connection, event.data)
        # Every process of the service hears of it, whichever follows; a transaction sends it once.
        await connection.execute(f"NOTIFY {CHANNEL}")


async def _replace(connection: Connection, table: Table, key: object, rows: Sequence[Mapping[str, Any]]) -> None:
    await _CLEAR[table.name].execute(connection, key=key)
    if len(rows) == 1:
        await _INSERT[table.name].execute(connection, **rows[0])
    elif rows:
        await _INSERT[table.name].execute_many(connection, list(rows))


async def _institution_changed(connection: Connection, data: Mapping[str, Any]) -> None:
    identity = UUID(data["id"])
    row = {
        "id": identity,
        "code": data["code"],
        "name": data["name"],
        "kind": data["kind"],
        "region_code": data["region_code"],
        "time_zone": iana_name(data["time_zone"]),
        "aliases": list(data["aliases"]),
        **_period(data),
    }
    edges = [
        {"institution_id": identity, "supervisor_id": UUID(edge["institution_id"]), **_period(edge)}
        for edge in _lasting(data["supervisor_ids"])
    ]
    await _replace(connection, tables.institutions, identity, [row])
    await _replace(connection, tables.supervision, identity, edges)


async def _unit_changed(connection: Connection, data: Mapping[str, Any]) -> None:
    identity, institution = UUID(data["id"]), UUID(data["institution_id"])
    versions = [
        {
            "id": identity,
            "institution_id": institution,
            "parent_id": _uuid(version["parent_id"]),
            "code": version["code"],
            "name": version["name"],
            "kind": version["kind"],
            "region_code": version["region_code"],
            "functions": list(version["functions"] or ()),
            **_period(version),
        }
        for version in _lasting(data["versions"])
    ]
    await _replace(connection, tables.units, identity, versions)
    await _REBUILD.execute(connection, unit_ids=[identity])


async def _person_changed(connection: Connection, data: Mapping[str, Any]) -> None:
    row = {
        "id": UUID(data["id"]),
        "name": data["name"],
        "account_id": _text(data["account_id"]),
        "client_id": _text(data["client_id"]),
    }
    await _replace(connection, tables.people, row["id"], [row])


async def _appointment_changed(connection: Connection, data: Mapping[str, Any]) -> None:
    identity, state = UUID(data["id"]), data["state"]
    if state not in STANDING | VOID:
        raise UnknownState(state)
    row = {
        "id": identity,
        "person_id": UUID(data["person_id"]),
        "person_name": data["person_name"],
        "institution_id": UUID(data["institution_id"]),
        "unit_id": _uuid(data["unit_id"]),
        "role": data["role"],
        "acting": data["acting"] or "definitive",
        "decree_number": data["decree_number"],
        **_period(data),
    }
    await _replace(connection, tables.appointments, identity, [row] if state in STANDING and _lasts(data) else [])


async def _service_changed(connection: Connection, data: Mapping[str, Any]) -> None:
    row = {
        "id": UUID(data["id"]),
        "institution_id": UUID(data["institution_id"]),
        "unit_id": _uuid(data["unit_id"]),
        "code": data["code"],
        "name": data["name"],
        "kind": data["kind"],
        "region_codes": list(data["region_codes"] or ()),
        "state": data["state"],
    }
    await _replace(connection, tables.services, row["id"], [row])


async def _calendar_changed(connection: Connection, data: Mapping[str, Any]) -> None:
    row = {
        "code": data["code"],
        "version": data["version"],
        "time_zone": iana_name(data["time_zone"]),
        "region_code": data.get("region_code"),
        "working_blocks": data["working_blocks"],
        "days": data["days"],
    }
    await _replace(connection, tables.calendars, row["code"], [row])


_TAKERS: dict[str, Callable[[Connection, Mapping[str, Any]], Awaitable[None]]] = {
    "institution.changed": _institution_changed,
    "unit.changed": _unit_changed,
    "person.changed": _person_changed,
    "appointment.changed": _appointment_changed,
    "service.changed": _service_changed,
    "calendar.changed": _calendar_changed,
}


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


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _period(data: Mapping[str, Any]) -> dict[str, date | None]:
    until = data["valid_to"]
    return {
        "valid_from": date.fromisoformat(data["valid_from"]),
        "valid_to": date.fromisoformat(until) if until else None,
    }


def _lasts(data: Mapping[str, Any]) -> bool:
    """Whether the period has a day at all: what was taken back on its first day has none."""
    period = _period(data)
    begin, end = period["valid_from"], period["valid_to"]
    return end is None or (begin is not None and begin < end)


def _lasting(items: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (item for item in items if _lasts(item))
