"""Appointments at what ends: who goes on at the successor, and which seats are to be filled anew."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from registry.appointments import facts
from registry.appointments.holding import SINGLE
from registry.reorganisations.plan import Succession

REASON = "reorganisation"
"""`end_reason` of an appointment that ended with its place."""

# A seat of which there is one ends with its unit, unless the unit goes on as it is: who heads what came of a merger is
# appointed anew. All seats of a whole institution end with it.
_SEATS = Statement("""
SELECT a.id, a.person_id, people.name AS person_name, a.role, a.institution_id, a.unit_id,
    CASE WHEN a.unit_id IS NOT NULL AND (heir.continued OR NOT a.role = ANY(CAST(:single AS text[])))
        THEN heir.to_id END AS continues_at
FROM appointments AS a JOIN people ON people.id = a.person_id
LEFT JOIN unnest(CAST(:from_ids AS uuid[]), CAST(:to_ids AS uuid[]), CAST(:continued AS boolean[]))
    AS heir (from_id, to_id, continued) ON heir.from_id = a.unit_id
WHERE a.in_office_during && daterange(CAST(:day AS date), NULL)
AND (a.unit_id = ANY(CAST(:units AS uuid[]))
     OR (a.unit_id IS NULL AND a.institution_id = ANY(CAST(:institutions AS uuid[]))))
ORDER BY a.id""")
# A person who comes from two predecessors, or is there already, holds the seat once.
_FOLLOW = Statement("""
INSERT INTO appointments (id, person_id, institution_id, unit_id, post_id, role, acting, decree_number, decree_date,
    valid_during, created_at)
SELECT DISTINCT ON (a.person_id, a.role, follows.to_id) uuidv7(), a.person_id, place.institution_id, follows.to_id,
    a.post_id, a.role, a.acting, :decree_number, CAST(:decree_date AS date), a.valid_during * lasting.days,
    CAST(:now AS timestamptz)
FROM unnest(CAST(:ids AS uuid[]), CAST(:to_ids AS uuid[])) AS follows (id, to_id)
JOIN appointments AS a ON a.id = follows.id JOIN unit_identities AS place ON place.id = follows.to_id
CROSS JOIN LATERAL (SELECT range_merge(range_agg(valid_during)) * daterange(CAST(:day AS date), NULL) AS days
    FROM units WHERE id = follows.to_id) AS lasting
WHERE NOT isempty(a.valid_during * lasting.days) AND NOT EXISTS (
    SELECT FROM appointments AS held WHERE held.person_id = a.person_id AND held.role = a.role
    AND held.unit_id = follows.to_id AND held.in_office_during && a.valid_during * lasting.days)
ORDER BY a.person_id, a.role, follows.to_id, a.valid_during
RETURNING id""")
_END = Statement("""
UPDATE appointments SET end_reason = :reason, cancelled = lower(valid_during) >= CAST(:day AS date),
    valid_during = CASE WHEN lower(valid_during) >= CAST(:day AS date) THEN valid_during
        ELSE daterange(lower(valid_during), CAST(:day AS date)) END
WHERE id = ANY(CAST(:ids AS uuid[]))""")


async def pass_seats(
    connection: Connection,
    successions: Sequence[Succession],
    *,
    ended_units: Sequence[UUID],
    ended_institutions: Sequence[UUID],
    declared: Mapping[str, Any],
    now: datetime,
) -> list[Row]:
    """End the seats at what ends, and appoint those who go on; records `appointment.changed`.

    `declared`: effective_on, decree_number, decree_date. Returns each seat that ends, with `continues_at` (a unit or None).
    """
    day: date = declared["effective_on"]
    heirs = [each for each in successions if each.position == 0]
    rows = await _SEATS.fetch(
        connection,
        single=sorted(SINGLE),
        from_ids=[each.from_id for each in heirs],
        to_ids=[each.to_id for each in heirs],
        continued=[each.continued for each in heirs],
        units=list(ended_units),
        institutions=list(ended_institutions),
        day=day,
    )
    if not rows:
        return []
    ending = [row["id"] for row in rows]
    following = [row for row in rows if row["continues_at"] is not None]
    appointed = await _FOLLOW.fetch(
        connection,
        ids=[row["id"] for row in following],
        to_ids=[row["continues_at"] for row in following],
        decree_number=declared["decree_number"],
        decree_date=declared["decree_date"],
        day=day,
        now=now,
    )
    await _END.execute(connection, ids=ending, reason=REASON, day=day)
    await facts.record_appointments(connection, [*ending, *(row["id"] for row in appointed)], now=now)
    return rows
