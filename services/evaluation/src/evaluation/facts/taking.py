"""Taking events of cases and standards into their tables: whole state by sequence, so order and repetition don't matter."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, update
from sqlalchemy.dialects.postgresql import insert

from chassis.data.events import Event
from chassis.data.pool import Connection
from chassis.data.statements import Statement
from evaluation.facts.tables import facts_cases, facts_standards

FINAL_STATES = frozenset({"closed", "archived", "withdrawn", "merged", "referred_out"})
"""States of a case that nothing follows (case_states)."""


def _take(table: Table) -> Statement:
    values = insert(table).values({column.name: bindparam(column.name, type_=column.type) for column in table.c})
    return Statement(
        values.on_conflict_do_update(
            index_elements=[table.c.id],
            set_={column.name: values.excluded[column.name] for column in table.c if column.name != "id"},
            where=table.c.sequence < values.excluded.sequence,
        )
    )


_TAKE_CASE, _TAKE_STANDARD = _take(facts_cases), _take(facts_standards)
RESET = {table.name: Statement(update(table).values(sequence=0)) for table in (facts_cases, facts_standards)}
SWEEP = {table.name: Statement(delete(table).where(table.c.sequence == 0)) for table in (facts_cases, facts_standards)}


async def take_case(connection: Connection, event: Event) -> None:
    """Keep what a `case.*` event says. Raises KeyError or ValueError for data of another shape."""
    data = event.data
    resolved, closed = _instant(data["resolved_at"]), _instant(data["closed_at"])
    # Of a case that ends without being closed (withdrawn, merged …) the event that says so gives the instant.
    ended = (closed or event.occurred_at) if data["state"] in FINAL_STATES else None
    await _TAKE_CASE.execute(
        connection,
        id=UUID(data["id"]),
        sequence=event.sequence,
        type=data["type"],
        case_class=data["class"],
        state=data["state"],
        institution_id=_uuid(data["institution_id"]),
        unit_id=_uuid(data["unit_id"]),
        service_id=_uuid(data["service_id"]),
        category=data["category"],
        region_code=data["region_code"],
        channel=data["channel"],
        filed_at=datetime.fromisoformat(data["filed_at"]),
        due_at=_instant(data["due_at"]),
        resolved_at=resolved,
        closed_at=closed,
        ended_at=ended,
        late=data["late"],
        rating=data["rating"],
        visibility_class=data["visibility_class"],
    )


async def take_standard(connection: Connection, event: Event) -> None:
    """Keep what a `standard.*` event says. Raises KeyError or ValueError for data of another shape."""
    data = event.data
    await _TAKE_STANDARD.execute(
        connection,
        id=UUID(data["id"]),
        sequence=event.sequence,
        service_id=UUID(data["service_id"]),
        unit_id=_uuid(data["unit_id"]),
        institution_id=_uuid(data["institution_id"]),
        number=data["number"],
        version=data["version"],
        state=data["state"],
        effective_on=_day(data["effective_on"]),
        effective_to=_day(data["effective_to"]),
        completion_time=data["completion_time"],
        fee=data["fee"],
        review_due_on=_day(data["review_due_on"]),
        consultation_elements=data.get("consultation_elements"),
        publication_media=data.get("publication_media"),
        charter_state=data.get("charter_state"),
        reviewed_on=_day(data.get("reviewed_on")),
    )


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _instant(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None
