"""Reading reporters and the access log."""

from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.cases.tables import access_log, cases
from complaints.reporters.tables import reporters

_BY_CODE = Statement(select(cases.c.id).where(cases.c.tracking_code == bindparam("code")))
_REPORTER = Statement(select(reporters).where(reporters.c.case_id == bindparam("id", type_=Uuid)))
_LOG = Statement(
    select(access_log.c.at, access_log.c.actor, access_log.c.what)
    .where(access_log.c.case_id == bindparam("id", type_=Uuid))
    .order_by(access_log.c.id.desc())
    .limit(1000)
)


async def find_by_code(connection: Connection, code: str) -> UUID | None:
    """The case of a tracking code in its written form."""
    found: UUID | None = await _BY_CODE.fetchval(connection, code=code)
    return found


async def find_reporter(connection: Connection, case_id: UUID) -> Row | None:
    """The sealed row; None for a case filed without any identity."""
    return await _REPORTER.fetchrow(connection, id=case_id)


async def find_accesses(connection: Connection, case_id: UUID) -> list[Row]:
    """The latest thousand logged readings of a case, newest first."""
    return await _LOG.fetch(connection, id=case_id)
