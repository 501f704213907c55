"""A calendar that changes moves what is still open: terms of reports are counted anew in the background, in any number.

Each report's own moves count its terms anew too; what was met keeps its instant, and is late or not by the new term.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from directory.tables import calendars
from evaluation.facts.calendars import calendar_of
from evaluation.gratification import queries
from evaluation.gratification.lifecycle import OPEN_MOVES
from evaluation.gratification.operations import clocks_of
from evaluation.gratification.tables import gratification_reports

AT_ONCE = 50
FIRST = UUID(int=0)

_CALENDARS = Statement(select(calendars.c.code, calendars.c.version).order_by(calendars.c.code))
_OPEN = Statement("""
SELECT * FROM gratification_reports
WHERE state = ANY(CAST(:states AS text[])) AND id > CAST(:after AS uuid) ORDER BY id LIMIT :at_once FOR UPDATE
""")
_COUNTED = ("duties", "due_at", "late")
_SAVE = Statement(
    update(gratification_reports)
    .where(gratification_reports.c.id == bindparam("report_id", type_=gratification_reports.c.id.type))
    .values({name: bindparam(name, type_=gratification_reports.c[name].type) for name in _COUNTED})
)


async def find_calendars(connection: Connection) -> Sequence[Row]:
    """Which versions of which calendars count now."""
    return await _CALENDARS.fetch(connection)


async def recount(connection: Connection, after: UUID, now: datetime) -> UUID | None:
    """Count the terms of the next open reports by the calendars of today, in the caller's transaction.

    `after`: the last report counted so far, FIRST to begin with; the last of these, or None when there are no more.
    """
    rows = await _OPEN.fetch(connection, states=sorted(OPEN_MOVES), after=after, at_once=AT_ONCE)
    for row in rows:
        calendar = await calendar_of(connection, row["institution_id"])
        policy = await queries.find_policy(connection, row["policy_code"], row["policy_version"])
        counted = clocks_of({**row, "late": False}, policy, calendar, {}, now)
        await _SAVE.execute(connection, report_id=row["id"], **counted)
    return rows[-1]["id"] if len(rows) == AT_ONCE else None
