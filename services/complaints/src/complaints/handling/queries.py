"""Reading and writing answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.handling.commitments import any_open
from complaints.handling.tables import responses

_ADD = Statement(insert(responses).values({each.name: bindparam(each.name, type_=each.type) for each in responses.c}))
_OF_CASE = select(responses).where(responses.c.case_id == bindparam("case_id"))
_PENDING = Statement(_OF_CASE.where(responses.c.approval == "pending").order_by(responses.c.created_at.desc()).limit(1))
_SENT = Statement(
    _OF_CASE.where(responses.c.kind == "substantive", responses.c.sent_at.is_not(None))
    .order_by(responses.c.sent_at.desc())
    .limit(1)
)
_PROMISES = Statement("""
SELECT DISTINCT ON (case_id) case_id, commitments FROM responses
WHERE case_id = ANY(CAST(:case_ids AS uuid[])) AND kind = 'substantive' AND sent_at IS NOT NULL
ORDER BY case_id, sent_at DESC
""")
_DECIDE = Statement(
    update(responses)
    .where(responses.c.id == bindparam("response_id"))
    .values(
        approval=bindparam("approval"),
        approved_by=bindparam("approved_by", type_=JSONB),
        decided_at=bindparam("decided_at", type_=DateTime(timezone=True)),
        remarks=bindparam("remarks"),
        sent_at=bindparam("sent_at", type_=DateTime(timezone=True)),
    )
)
_SETTLE = Statement(
    update(responses)
    .where(responses.c.id == bindparam("response_id"))
    .values(commitments=bindparam("commitments", type_=JSONB))
)


async def add_response(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep an answer."""
    blank = {"approved_by": None, "decided_at": None, "remarks": None}
    await _ADD.execute(connection, **blank, **row)


async def find_pending(connection: Connection, case_id: UUID) -> Row | None:
    """The answer that waits for approval."""
    return await _PENDING.fetchrow(connection, case_id=case_id)


async def find_sent(connection: Connection, case_id: UUID) -> Row | None:
    """The last substantive answer that went out."""
    return await _SENT.fetchrow(connection, case_id=case_id)


async def has_open_commitment(connection: Connection, case_id: UUID) -> bool:
    """Whether the last substantive answer promised something that isn't done or planned yet."""
    return bool(await find_committed(connection, [case_id]))


async def find_committed(connection: Connection, case_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of the cases of which `has_open_commitment` is true."""
    rows = await _PROMISES.fetch(connection, case_ids=case_ids)
    return frozenset(row["case_id"] for row in rows if any_open(row["commitments"]))


async def decide(
    connection: Connection,
    response_id: UUID,
    *,
    approval: str,
    by: Mapping[str, Any],
    remarks: str | None,
    now: datetime,
    sent: bool,
) -> None:
    """Record the approval or the return of an answer."""
    await _DECIDE.execute(
        connection,
        response_id=response_id,
        approval=approval,
        approved_by=dict(by),
        decided_at=now,
        remarks=remarks,
        sent_at=now if sent else None,
    )


async def keep_commitments(connection: Connection, response_id: UUID, commitments: Sequence[Any]) -> None:
    """Keep what became of an answer's commitments."""
    await _SETTLE.execute(connection, response_id=response_id, commitments=list(commitments))
