"""Recorded time and notice: what every change of the directory begins and ends with, and the tables that keep what was known."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    MetaData,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from registry.metadata import metadata
from registry.moments import bounds
from registry.timeline import Timeline, Version

CHANNEL = "directory_changed"
"""Where processes of this service hear that seats, units or supervision changed."""

_views = MetaData()
_RECORDING = Statement(select(func.recording()))
_NOTIFY = Statement(select(func.pg_notify(CHANNEL, "")))

recording_clock = Table(
    "recording_clock",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("stamped_at", DateTime(timezone=True), nullable=False, server_default=text("'-infinity'")),
    CheckConstraint("one", name="one"),
)


def history_of(table: Table, *, key: str = "id") -> Table:
    """The table that a trigger moves replaced rows to: the same columns and `replaced_at`, looked up by `key`."""
    return Table(
        f"{table.name}_history",
        table.metadata,
        *(Column(column.name, column.type, nullable=column.nullable) for column in table.c),
        Column("replaced_at", DateTime(timezone=True), nullable=False),
        Index(f"{table.name}_history_{key}_idx", key, "replaced_at"),
    )


def known_of(table: Table) -> Table:
    """The view of all rows that were ever known: current ones are replaced at infinity. Never part of a migration."""
    return Table(
        f"{table.name}_known",
        _views,
        *(Column(column.name, column.type) for column in table.c),
        Column("replaced_at", DateTime(timezone=True)),
    )


def period() -> Column[Any]:
    """`valid_during`: the days on which a row holds, the last one exclusive."""
    return Column("valid_during", DATERANGE, nullable=False)


def stamp() -> Column[Any]:
    """`recorded_at`: when the row was written; a trigger sets it."""
    return Column("recorded_at", DateTime(timezone=True), nullable=False)


async def begin_change(connection: Connection) -> None:
    """Take the transaction's stamp before any row: directory changes are made one at a time, so that rules see what is true."""
    await _RECORDING.execute(connection)


async def announce(connection: Connection) -> None:
    """Tell this service's processes that seats, units or supervision change: they forget whom they know at the commit."""
    await _NOTIFY.execute(connection)


class DatedRows:
    """The versions of one thing as rows of a dated table: read as a timeline, written by what differs."""

    def __init__(self, table: Table) -> None:
        self._content = [name for name in table.c.keys() if name not in ("id", "valid_during", "recorded_at")]  # noqa: SIM118 - a column collection
        begins, ends = bindparam("begins", type_=Date), bindparam("ends", type_=Date)
        identity, days = bindparam("id", type_=table.c.id.type), func.daterange(begins, ends)
        content = {name: bindparam(name, type_=table.c[name].type) for name in self._content}
        self._read = Statement(select(table, *bounds(table)).where(table.c.id == identity).order_by("valid_from"))
        self._remove = Statement(delete(table).where(table.c.id == identity, table.c.valid_during == days))
        self._insert = Statement(insert(table).values(id=identity, valid_during=days, **content))

    async def read(self, connection: Connection, identity: UUID) -> Timeline:
        """All versions, in order of time; empty if there is no such thing."""
        rows = await self._read.fetch(connection, id=identity)
        return tuple(
            Version(row["valid_from"], row["valid_to"], {name: row[name] for name in self._content}) for row in rows
        )

    async def write(
        self, connection: Connection, identity: UUID, after: Sequence[Version], *, before: Sequence[Version] = ()
    ) -> None:
        """Make the rows those of `after`; the trigger keeps what they were."""
        for version in before:
            if version not in after:
                await self._remove.execute(connection, id=identity, begins=version.begins, ends=version.ends)
        for version in after:
            if version not in before:
                await self._insert.execute(
                    connection, id=identity, begins=version.begins, ends=version.ends, **version.content
                )
