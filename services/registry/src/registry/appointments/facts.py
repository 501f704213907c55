"""The facts `person.changed` and `appointment.changed`, for any number of subjects in one statement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from directory.zones import national_day

# An account's or client's id is no public fact: only the platform's own services are told.
_PEOPLE = Statement("""
WITH bumped AS (
    UPDATE people SET version = version + 1 WHERE id = ANY(CAST(:ids AS uuid[]))
    RETURNING id, institution_id, version, name, account_id, client_id
)
INSERT INTO outbox (type, subject, sequence, visibility, institution_id, data, occurred_at)
SELECT 'person.changed', 'people/' || id, version, 'internal', institution_id,
    jsonb_build_object('id', id, 'name', name, 'account_id', account_id, 'client_id', client_id),
    CAST(:now AS timestamptz)
FROM bumped
""")
_APPOINTMENTS = Statement("""
WITH bumped AS (
    UPDATE appointments SET version = version + 1 WHERE id = ANY(CAST(:ids AS uuid[])) RETURNING *
)
INSERT INTO outbox (type, subject, sequence, visibility, institution_id, data, occurred_at)
SELECT 'appointment.changed', 'appointments/' || bumped.id, bumped.version, 'public', bumped.institution_id,
    jsonb_build_object(
        'id', bumped.id, 'person_id', bumped.person_id, 'person_name', people.name,
        'institution_id', bumped.institution_id, 'unit_id', bumped.unit_id, 'role', bumped.role,
        'acting', bumped.acting, 'decree_number', bumped.decree_number,
        'valid_from', lower(bumped.valid_during), 'valid_to', upper(bumped.valid_during),
        'state', CASE WHEN bumped.cancelled THEN 'cancelled'
            WHEN lower(bumped.valid_during) > CAST(:day AS date) THEN 'scheduled'
            WHEN upper(bumped.valid_during) <= CAST(:day AS date) THEN 'ended' ELSE 'active' END),
    CAST(:now AS timestamptz)
FROM bumped JOIN people ON people.id = bumped.person_id
""")


async def record_people(connection: Connection, ids: Sequence[UUID], *, now: datetime) -> None:
    """Raise the versions of these people and record their facts."""
    await _PEOPLE.execute(connection, ids=list(ids), now=now)


async def record_appointments(connection: Connection, ids: Sequence[UUID], *, now: datetime) -> None:
    """Raise the versions of these appointments and record their facts."""
    await _APPOINTMENTS.execute(connection, ids=list(ids), now=now, day=national_day(now))
