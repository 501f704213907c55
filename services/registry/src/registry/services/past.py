"""Services as they were on a day: where they were, what they offered, and whether it was offered.

A service's row says how it is now. Each place that it leaves, and what it offered before a change, is kept with the day
until which it held.
"""

from collections.abc import Sequence
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, FromClause, and_, func, literal, or_, select, true

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
SELECT greatest((SELECT max(until) FROM service_former_places), (SELECT max(until) FROM service_former_contents))
        > CAST(:day AS date) AS changed,
    (SELECT count(*) FROM (SELECT FROM service_former_contents WHERE held_during @> CAST(:day AS date) LIMIT :few)) AS rewritten
""")
FEW = 2_000
"""So many descriptions of a day are fetched and sorted; more are read in the order of a list, each asked whether it held then.
The planner would read them all in order for the few that held lately: it plans for no day in particular."""


def offered(table: FromClause) -> ColumnElement[bool]:
    """Whether a service was offered on the day."""
    return table.c.active_during.op("@>", is_comparison=True)(AS_OF)


def promised(day: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether what a service promises hasn't ended with it by a day: it is offered then, or never was before."""
    spans = services.c.active_during
    begins = func.lower(spans, type_=Date)
    return or_(func.isempty(spans), day < begins, spans.op("@>", is_comparison=True)(day))


def ends_then(table: FromClause) -> ColumnElement[Any]:
    """When the time ended in which a service was offered on the day; null: it goes on."""
    span = func.unnest(table.c.active_during).column_valued("span")
    holds = span.op("@>", is_comparison=True)(AS_OF)
    return select(func.upper(span, type_=Date)).where(holds).scalar_subquery()


_PLACES, _CONTENTS = service_former_places, service_former_contents
_FEW_CONTENTS = (
    select(_CONTENTS)
    .where(_CONTENTS.c.held_during.op("@>", is_comparison=True)(AS_OF))
    .offset(0)
    .subquery("former_few")
)
"""Those of the day, found before anything else: nothing is carried into a query with OFFSET."""


def _held(former: FromClause) -> ColumnElement[bool]:
    """Asked of each row that is found otherwise: by the days alone there may be any number of them."""
    held = former.c.held_during.op("@>", is_comparison=True)(AS_OF)
    return and_(former.c.service_id == services.c.id, held.is_(true()))


def _then(*, moved: bool | None, contents: FromClause | None) -> FromClause:
    """Those services that are elsewhere by now (`moved`; None: wherever they are), offered something else then (`contents`),
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
        table: FromClause = services
        if name in _PLACE and moved:
            table = _PLACES
        elif name in CONTENT and contents is not None:
            table = contents
        kept: ColumnElement[Any] = table.c[name]
        return kept

    rows = select(*(told(column) for column in services.c))
    rows = rows.where(services.c.described_since <= AS_OF if contents is None else _held(contents))
    if moved is not None:
        rows = rows.where(_held(_PLACES) if moved else services.c.placed_since <= AS_OF)
    return rows.subquery("services_then")


def _day(*, few: bool, placed: bool) -> tuple[FromClause, ...]:
    kept = _FEW_CONTENTS if few else _CONTENTS
    return tuple(
        _then(moved=moved, contents=contents)
        for moved, contents in product((False, True) if placed else (None,), (None, kept))
    )


SERVICES_THEN = {few: _day(few=few, placed=False) for few in (False, True)}
"""Together the services as they were on the day `as_of`, which a query must bind: each is in one of them. By whether few of them
were described otherwise then."""
SERVICES_PLACED_THEN = {few: _day(few=few, placed=True) for few in (False, True)}
"""The same, for who asks where they were: in the others the place is looked up, service by service."""


async def keep_contents(connection: Connection, ids: Sequence[UUID], *, until: date) -> None:
    """Before services are changed: what they offer counts for the days before `until`. Nothing is kept of what never was offered."""
    if ids:
        await _KEEP.execute(connection, ids=list(ids), until=until)


async def changed_since(connection: Connection, day: date) -> bool | None:
    """None if no service is elsewhere, or offers something else, than on a day; else whether few offered something else then."""
    found = await _CHANGED_SINCE.fetchrow(connection, day=day, few=FEW + 1)
    assert found is not None
    return found["rewritten"] <= FEW if found["changed"] else None
