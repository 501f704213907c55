"""The fact `unit.changed`: all dated versions, for any number of units in one statement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement

_RECORD = Statement("""
WITH bumped AS (
    UPDATE unit_identities SET version = version + 1 WHERE id = ANY(CAST(:ids AS uuid[]))
    RETURNING id, institution_id, version
)
INSERT INTO outbox (type, subject, sequence, visibility, institution_id, data, occurred_at)
SELECT 'unit.changed', 'units/' || bumped.id, bumped.version, 'public', bumped.institution_id,
    jsonb_build_object('id', bumped.id, 'institution_id', bumped.institution_id, 'versions', coalesce((
        SELECT jsonb_agg(jsonb_build_object(
            'code', code, 'name', name, 'kind', kind, 'parent_id', parent_id, 'region_code', region_code,
            'functions', functions, 'valid_from', lower(valid_during), 'valid_to', upper(valid_during)
        ) ORDER BY lower(valid_during)) FROM units WHERE id = bumped.id), '[]')),
    CAST(:now AS timestamptz)
FROM bumped
""")


async def record_changes(connection: Connection, ids: Sequence[UUID], *, now: datetime) -> None:
    """Raise the versions of these units and record their facts."""
    await _RECORD.execute(connection, ids=list(ids), now=now)
