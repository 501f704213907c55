"""Reading the ledger of notices."""

from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement

_OF_CASE = Statement("""
SELECT n.*, coalesce((
    SELECT jsonb_agg(jsonb_build_object('channel', d.channel, 'state', d.state, 'at', d.sent_at, 'error', d.error)
                     ORDER BY d.channel)
    FROM deliveries d WHERE d.notice_id = n.id), '[]') AS ways
FROM notices n
WHERE n.case_id = CAST(:case_id AS uuid) AND (NOT CAST(:reporters AS boolean) OR n.recipient = 'reporter')
ORDER BY n.at DESC, n.id DESC LIMIT 500
""")


async def find_notices(connection: Connection, case_id: UUID, *, reporters: bool) -> list[Row]:
    """The latest 500 notices of a case, newest first, each with its deliveries; `reporters`: theirs alone."""
    return await _OF_CASE.fetch(connection, case_id=case_id, reporters=reporters)
