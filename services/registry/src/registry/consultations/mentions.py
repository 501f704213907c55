"""Where names stand in what was said freely about a version: for whoever erases them to see. Nothing is changed here."""

import re
from collections.abc import Collection
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement

_SAID = Statement("""
WITH rounds AS (SELECT id, '/rounds/' || round AS path, topic FROM consultations WHERE standard_id = CAST(:standard_id AS uuid))
SELECT path || '/topic' AS pointer, topic AS said FROM rounds
UNION ALL
SELECT path || '/sessions/' || held.id || free.name, free.said
FROM rounds JOIN consultation_sessions AS held ON held.consultation_id = rounds.id
CROSS JOIN LATERAL (VALUES ('/summary', held.summary), ('/place', held.place)) AS free (name, said)
UNION ALL
SELECT path || '/minutes' || free.name, free.said FROM rounds JOIN minutes ON minutes.consultation_id = rounds.id
CROSS JOIN LATERAL (VALUES ('/notes', minutes.notes), ('/place', minutes.place)) AS free (name, said)
UNION ALL
SELECT path || '/minutes/agreements/' || position - 1 || free.name, free.said
FROM rounds JOIN minutes ON minutes.consultation_id = rounds.id
CROSS JOIN LATERAL jsonb_array_elements(minutes.agreements) WITH ORDINALITY AS items (agreed, position)
CROSS JOIN LATERAL (VALUES ('/issue', agreed ->> 'issue'), ('/agreement', agreed ->> 'agreement')) AS free (name, said)
UNION ALL
SELECT path || '/minutes/agreements/' || done.agreement - 1 || '/follow_ups/' || done.id || free.name, free.said
FROM rounds JOIN agreement_follow_ups AS done ON done.consultation_id = rounds.id
CROSS JOIN LATERAL (VALUES ('/report', done.report), ('/proof', done.proof)) AS free (name, said)
UNION ALL
SELECT '/comments/' || comments.id || free.name, free.said FROM comments
CROSS JOIN LATERAL (VALUES ('/body', body), ('/reason', reason)) AS free (name, said)
WHERE standard_id = CAST(:standard_id AS uuid)
UNION ALL
SELECT '/history/' || id || '/reason', details ->> 'reason' FROM standard_moves WHERE standard_id = CAST(:standard_id AS uuid)
ORDER BY pointer""")


async def find_mentions(connection: Connection, standard_id: UUID, names: Collection[str]) -> list[str]:
    """The places in free text where one of the names stands, whole, in capitals or not: pointers into the version's record."""
    wanted = [_written(name) for name in names if name.strip()]
    if not wanted:
        return []
    named = re.compile("|".join(wanted), re.IGNORECASE)
    rows = await _SAID.fetch(connection, standard_id=standard_id)
    return [row["pointer"] for row in rows if row["said"] and named.search(row["said"])]


def _written(name: str) -> str:
    """A name between words that aren't its own, however its parts are spaced."""
    return r"(?<!\w)" + r"\s+".join(map(re.escape, name.split())) + r"(?!\w)"
