"""Facts: recorded in the transaction that makes them true, numbered later by the sequencer.

Writers insert into `outbox`; only the sequencer touches `events` and `feed_head`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    insert,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from chassis.data.pool import Connection
from chassis.data.statements import Statement

Visibility = Literal["public", "agency", "internal"]
"""Who is served an event: anybody with the scope, the agency it concerns, or the platform's own services."""


@dataclass(frozen=True, slots=True)
class Event:
    """A fact as a follower receives it; `data` is the subject's whole public state after the change."""

    stream: str
    position: int
    type: str
    subject: str
    sequence: int
    visibility: str
    institution_id: UUID | None
    data: Mapping[str, Any]
    occurred_at: datetime

    @property
    def subject_id(self) -> str:
        """What follows the last slash of the subject."""
        return self.subject.rsplit("/", 1)[-1]


def _fact_columns() -> list[Column[Any]]:
    return [
        Column("type", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("visibility", Text, nullable=False),
        Column("institution_id", Uuid),
        Column("data", JSONB, nullable=False),
        Column("occurred_at", DateTime(timezone=True), nullable=False),
    ]


def add_feed_tables(metadata: MetaData) -> tuple[Table, Table, Table]:
    """Put `outbox`, `events` and `feed_head` into a service's metadata; returns them in this order."""
    outbox = Table(
        "outbox", metadata, Column("id", BigInteger, Identity(always=True), primary_key=True), *_fact_columns()
    )
    events = Table(
        "events",
        metadata,
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        *_fact_columns(),
        Column("chain", LargeBinary, nullable=False),
    )
    head = Table(
        "feed_head",
        metadata,
        Column("one", Boolean, primary_key=True, server_default=text("true")),
        Column("position", BigInteger, nullable=False, server_default=text("0")),
        Column("stream", Uuid, nullable=False, server_default=text("gen_random_uuid()")),
        Column("chain", LargeBinary, nullable=False, server_default=text("'\\x'::bytea")),
        CheckConstraint("one", name="feed_head_one"),
    )
    return outbox, events, head


_metadata = MetaData()
outbox, events, feed_head = add_feed_tables(_metadata)

_RECORD = Statement(
    insert(outbox).values(
        {name: bindparam(name, type_=outbox.c[name].type) for name in outbox.c.keys() if name != "id"}  # noqa: SIM118 - a column collection
    )
)


class Fact(NamedTuple):
    """What is recorded of a change: see `record`."""

    type: str
    subject: str
    sequence: int
    data: Mapping[str, Any]
    occurred_at: datetime
    visibility: Visibility = "public"
    institution_id: UUID | None = None


async def record(
    connection: Connection,
    type_: str,
    *,
    subject: str,
    sequence: int,
    data: Mapping[str, Any],
    at: datetime,
    visibility: Visibility = "public",
    institution_id: UUID | None = None,
) -> None:
    """Write a fact into the outbox, within the caller's transaction and while it holds the subject's lock.

    `type_` is "<noun>.<past participle>", `subject` "<collection>/<id>", `sequence` the subject's version after the change.
    """
    await record_all(connection, [Fact(type_, subject, sequence, data, at, visibility, institution_id)])


async def record_all(connection: Connection, facts: Iterable[Fact]) -> None:
    """Write facts, in their order, as `record` writes one."""
    await _RECORD.execute_many(connection, [fact._asdict() for fact in facts])
