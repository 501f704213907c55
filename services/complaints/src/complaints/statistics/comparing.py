"""Recomputing the roll-ups: what each case was counted as against its row, and the cells against what cases were counted as."""

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from complaints.statistics.counting import CASES, CELL, COUNTED_CELLS, COUNTERS, RECAPS, SPREAD_CELLS

_SIGNED = "WITH signed AS (SELECT 1 AS sign, * FROM case_tallies)"


def _cells(table: str, placed: str, key: tuple[str, ...], values: tuple[str, ...]) -> Statement:
    sums = ", ".join(f"CAST(sum(sign * {name}) AS integer) AS {name}" for name in values)
    names = ", ".join((*key, *values))
    return Statement(f"""{_SIGNED}, anew AS (
        SELECT {", ".join(key)}, {sums} FROM ({placed}) AS placed GROUP BY {", ".join(key)}),
    held AS (SELECT {names} FROM {table})
    SELECT count(*) FROM ((TABLE anew EXCEPT ALL TABLE held) UNION ALL (TABLE held EXCEPT ALL TABLE anew)) AS differing
    """)  # noqa: S608 - names of ours


_TALLIES = Statement(f"""
WITH uncounted AS (
    SELECT CAST(split_part(subject, '/', 2) AS uuid) AS id FROM events, counting
    WHERE events.position > counting.position AND type LIKE 'case.%'
    UNION SELECT CAST(split_part(subject, '/', 2) AS uuid) FROM outbox WHERE type LIKE 'case.%'
    UNION SELECT case_id FROM unannounced_changes),
anew AS ({CASES} AND cases.id NOT IN (SELECT id FROM uncounted)),
held AS (SELECT * FROM case_tallies WHERE source = 'platform' AND id NOT IN (SELECT id FROM uncounted)),
recaps AS ({RECAPS}),
counted_recaps AS (SELECT * FROM case_tallies WHERE source <> 'platform')
SELECT (SELECT count(*) FROM anew FULL JOIN held USING (id) WHERE anew IS DISTINCT FROM held
        AND NOT coalesce(held.due_at < now(), false))
     + (SELECT count(*) FROM recaps FULL JOIN counted_recaps USING (id) WHERE recaps IS DISTINCT FROM counted_recaps)
""")  # noqa: S608 - names of ours
_COUNTS = _cells("case_counts", COUNTED_CELLS, CELL, COUNTERS)
_SPREADS = _cells("case_spreads", SPREAD_CELLS, (*CELL, "item"), ("n",))


async def find_differences(connection: Connection) -> dict[str, int]:
    """How many cases and cells aren't what a recount makes of them, by what they are. Reads everything."""
    return {
        "cases": await _TALLIES.fetchval(connection),
        "counts": await _COUNTS.fetchval(connection),
        "spreads": await _SPREADS.fetchval(connection),
    }
