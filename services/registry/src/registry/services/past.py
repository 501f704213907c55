"""Services as they were on a day: where they were, what they offered, and whether it was offered.

A service's row says how it is now. Each place that it leaves, and what it offered before a change, is kept with the day
until which it held.
"""

from collections.abc import Sequence
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, FromClause, and_, func, literal, select

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


def offered(table: FromClause) -> ColumnElement[bool]:
    """Whether a service was offered on the day."""
    return table.c.active_during.op("@>", is_comparison=True)(AS_OF)


def ends_then(table: FromClause) -> ColumnElement[Any]:
    """When the time ended in which a service was offered on the day; null: it goes on."""
    span = func.unnest(table.c.active_during).column_valued("span")
    holds = span.op("@>", is_comparison=True)(AS_OF)
    return select(func.upper(span, type_=Date)).where(holds).scalar_subquery()


_PLACES, _CONTENTS = service_former_places, service_former_contents


def _held(former: FromClause) -> ColumnElement[bool]:
    held: ColumnElement[bool] = former.c.held_during.op("@>", is_comparison=True)(AS_OF)
    return and_(former.c.service_id == services.c.id, held)


def _then(*, moved: bool | None, rewritten: bool) -> FromClause:
    """Those services that are elsewhere by now (`moved`; None: wherever they are), offer something else by now (`rewritten`),
    neither, or both.

    Columns that are asked for are those of a table, so that the day's services are found by the indexes of what held then.
    """

    def told(column: ColumnElement[Any]) -> ColumnElement[Any]:
        name = column.name
        if name == "state":  # whatever has become of it: what was offered was active, and nothing else is asked for
            return literal("active").label(name)
        if name in _PLACE and moved is None:
            elsewhere = select(_PLACES.c[name]).where(_held(_PLACES)).scalar_subquery()
            return func.coalesce(elsewhere, column).label(name)
        table: FromClause = (
            _PLACES if name in _PLACE and moved else _CONTENTS if name in CONTENT and rewritten else services
        )
        kept: ColumnElement[Any] = table.c[name]
        return kept

    rows = select(*(told(column) for column in services.c))
    rows = rows.where(_held(_CONTENTS) if rewritten else services.c.described_since <= AS_OF)
    if moved is not None:
        rows = rows.where(_held(_PLACES) if moved else services.c.placed_since <= AS_OF)
    return rows.subquery("services_then")


SERVICES_THEN = tuple(_then(moved=None, rewritten=rewritten) for rewritten in (False, True))
"""Together the services as they were on the day `as_of`, which a query must bind: each is in one of them."""
SERVICES_PLACED_THEN = tuple(
    _then(moved=moved, rewritten=rewritten) for moved, rewritten in product((False, True), repeat=2)
)
"""The same, for who asks where they were: in the others the place is looked up, service by service."""


async def keep_contents(connection: Connection, ids: Sequence[UUID], *, until: date) -> None:
    """Before services are changed: what they offer counts for the days before `until`. Nothing is kept of what never was offered."""
    if ids:
        await _KEEP.execute(connection, ids=list(ids), until=until)


async def changed_since(connection: Connection, day: date) -> bool:
    """Whether some service is elsewhere, or offers something else, than on a day."""
    found: bool = await _CHANGED_SINCE.fetchval(connection, day=day)
    return found
