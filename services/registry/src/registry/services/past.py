"""Services as they were on a day: where they were, what they offered, and whether it was offered.

A service's row says how it is now. Each place that it leaves, and what it offered before a change, is kept with the day
until which it held.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, FromClause, Table, case, func, literal, select, union, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from registry.moments import AS_OF
from registry.services.tables import CONTENT, service_former_contents, service_former_places, services

_PLACE = ("institution_id", "unit_id", "code")
_KEEP = Statement(f"""
INSERT INTO service_former_contents (service_id, {", ".join(CONTENT)}, until, recorded_at)
SELECT id, {", ".join(CONTENT)}, CAST(:until AS date), recording()
FROM services WHERE id = ANY(CAST(:ids AS uuid[])) AND NOT isempty(active_during) ORDER BY id
ON CONFLICT (service_id, until) DO NOTHING""")  # noqa: S608 - names of ours
_CHANGED_SINCE = Statement("""
SELECT EXISTS (SELECT FROM service_former_places WHERE until > CAST(:day AS date))
    OR EXISTS (SELECT FROM service_former_contents WHERE until > CAST(:day AS date))""")


def _first(former: Table, names: Sequence[str]) -> FromClause:
    """What held on the day, of the services that were changed since.

    In the order of recording: a change that was entered later doesn't reach into the time of an earlier one.
    """
    return (
        select(former.c.service_id, *(former.c[name] for name in names))
        .ext(distinct_on(former.c.service_id))
        .where(former.c.until > AS_OF)
        .order_by(former.c.service_id, former.c.id)
        .subquery()
    )


def offered(table: FromClause) -> ColumnElement[bool]:
    """Whether a service was offered on the day."""
    return table.c.active_during.op("@>", is_comparison=True)(AS_OF)


def state_then(table: FromClause) -> ColumnElement[str]:
    """The state of the day: what was offered was active, whatever has become of it."""
    return case((offered(table), literal("active")), else_=table.c.state)


def _then() -> FromClause:
    placed, filled = _first(service_former_places, _PLACE), _first(service_former_contents, CONTENT)
    columns: list[ColumnElement[Any]] = []
    for column in services.c:
        name = column.name
        if name == "state":
            columns.append(state_then(services).label(name))
        elif name in _PLACE:
            columns.append(func.coalesce(placed.c[name], column).label(name))
        elif name in CONTENT:
            columns.append(case((filled.c.service_id.is_not(None), filled.c[name]), else_=column).label(name))
        else:
            columns.append(column)
    joined = services.outerjoin(placed, placed.c.service_id == services.c.id)
    as_before = (
        select(*columns)
        .select_from(joined.outerjoin(filled, filled.c.service_id == services.c.id))
        .where(services.c.id.in_(_changed()))
    )
    return union_all(select(services).where(services.c.id.not_in(_changed())), as_before).subquery("services_then")


def _changed() -> CompoundSelect[Any]:
    """The services that are not as they were on the day: few, so that the others are found by their own indexes."""
    return union(
        *(
            select(former.c.service_id).where(former.c.until > AS_OF)
            for former in (service_former_places, service_former_contents)
        )
    )


services_then = _then()
"""Services as they were on the day `as_of`, which a query must bind."""


async def keep_contents(connection: Connection, ids: Sequence[UUID], *, until: date) -> None:
    """Before services are changed: what they offer counts for the days before `until`. Nothing is kept of what never was offered."""
    if ids:
        await _KEEP.execute(connection, ids=list(ids), until=until)


async def changed_since(connection: Connection, day: date) -> bool:
    """Whether some service is elsewhere, or offers something else, than on a day."""
    found: bool = await _CHANGED_SINCE.fetchval(connection, day=day)
    return found
