"""The fact `institution.changed`: the whole public state, for any number of institutions in one statement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from directory.zones import national_day

# An institution that has several versions is told with the content of today's, over the period of all; one that was taken
# back before it began, as it was to be, over no day at all.
_RECORD = Statement("""
WITH bumped AS (
    UPDATE institution_identities SET version = version + 1 WHERE id = ANY(CAST(:ids AS uuid[]))
    RETURNING id, code, version
)
INSERT INTO outbox (type, subject, sequence, visibility, institution_id, data, occurred_at)
SELECT 'institution.changed', 'institutions/' || bumped.id, bumped.version, 'public', bumped.id,
    jsonb_build_object(
        'id', bumped.id, 'code', bumped.code, 'name', shown.name, 'kind', shown.kind,
        'region_code', shown.region_code, 'time_zone', shown.time_zone,
        'aliases', coalesce((
            SELECT jsonb_agg(alias ORDER BY alias) FROM institution_aliases WHERE institution_id = bumped.id), '[]'),
        'supervisor_ids', coalesce((
            SELECT jsonb_agg(jsonb_build_object('institution_id', supervisor_id,
                'valid_from', lower(valid_during), 'valid_to', upper(valid_during)) ORDER BY lower(valid_during))
            FROM supervision WHERE institution_id = bumped.id), '[]'),
        'valid_from', CASE WHEN shown.stands
            THEN (SELECT min(lower(valid_during)) FROM institutions WHERE id = bumped.id)
            ELSE lower(shown.valid_during) END,
        'valid_to', CASE WHEN shown.stands
            THEN (SELECT upper(range_agg(valid_during)) FROM institutions WHERE id = bumped.id)
            ELSE lower(shown.valid_during) END),
    CAST(:now AS timestamptz)
FROM bumped
CROSS JOIN LATERAL (
    SELECT * FROM (
        (SELECT name, kind, region_code, time_zone, valid_during, true AS stands FROM institutions
         WHERE id = bumped.id ORDER BY valid_during @> CAST(:day AS date) DESC, lower(valid_during) DESC LIMIT 1)
        UNION ALL
        (SELECT name, kind, region_code, time_zone, valid_during, false FROM institutions_history
         WHERE id = bumped.id ORDER BY replaced_at DESC LIMIT 1)) AS either
    ORDER BY stands DESC LIMIT 1) AS shown
""")


async def record_changes(connection: Connection, ids: Sequence[UUID], *, now: datetime) -> None:
    """Raise the versions of these institutions and record their facts."""
    await _RECORD.execute(connection, ids=list(ids), now=now, day=national_day(now))
