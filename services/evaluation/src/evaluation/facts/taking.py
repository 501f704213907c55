"""Taking events of cases and standards into their tables: whole state by sequence, so order and repetition don't matter."""

from sqlalchemy import Table, bindparam, delete, update
from sqlalchemy.dialects.postgresql import insert

from chassis.data.events import Event
from chassis.data.pool import Connection
from chassis.data.statements import Statement
from evaluation.facts.tables import facts_cases, facts_standards
from evaluation.facts.told import CaseTold, StandardTold

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
    """Keep what a `case.*` event says. Raises ValueError for data of another shape."""
    told = CaseTold.model_validate(event.data)
    # Of a case that ends without being closed (withdrawn, merged …) the event that says so gives the instant.
    ended = (told.closed_at or event.occurred_at) if told.state in FINAL_STATES else None
    await _TAKE_CASE.execute(connection, sequence=event.sequence, ended_at=ended, **told.model_dump())


async def take_standard(connection: Connection, event: Event) -> None:
    """Keep what a `standard.*` event says. Raises ValueError for data of another shape."""
    told = StandardTold.model_validate(event.data)
    await _TAKE_STANDARD.execute(connection, sequence=event.sequence, **told.model_dump())
