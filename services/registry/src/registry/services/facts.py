"""The fact `service.changed`: the whole public state, for any number of services in one statement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement

_RECORD = Statement("""
WITH bumped AS (
    UPDATE services SET version = version + 1 WHERE id = ANY(CAST(:ids AS uuid[])) RETURNING *
)
INSERT INTO outbox (type, subject, sequence, visibility, institution_id, data, occurred_at)
SELECT 'service.changed', 'services/' || id, version, 'public', institution_id,
    jsonb_build_object('id', id, 'institution_id', institution_id, 'unit_id', unit_id, 'code', code, 'name', name,
        'kind', kind, 'region_codes', region_codes, 'state', state),
    CAST(:now AS timestamptz)
FROM bumped""")


async def record_changes(connection: Connection, ids: Sequence[UUID], *, now: datetime) -> None:
    """Raise the versions of these services and record their facts."""
    await _RECORD.execute(connection, ids=list(ids), now=now)
