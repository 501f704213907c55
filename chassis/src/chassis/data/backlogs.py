"""What waits in a service's database, as metrics: facts without a position, parked events, jobs. Read when somebody looks."""

from collections.abc import Collection

from chassis.data.pool import Connection
from chassis.ops import metrics

_FEED = """
SELECT (SELECT position FROM feed_head) AS position, count(*) AS waiting,
       coalesce(extract(epoch FROM clock_timestamp() - min(occurred_at)), 0)::float8 AS oldest_s
FROM outbox
"""
_PARKED = "SELECT feed, count(*) AS events FROM parked_events GROUP BY feed"
# A worker that died leaves its lease to pass: that job is lost until another takes it up.
_JOBS = """
SELECT kind, count(*) AS jobs,
       CASE WHEN worker IS NULL THEN CASE WHEN leased_until > clock_timestamp() THEN 'retrying' ELSE 'waiting' END
            WHEN leased_until > clock_timestamp() THEN 'running' ELSE 'lost' END AS state
FROM jobs GROUP BY kind, state
"""


async def observe(connection: Connection, *, tables: Collection[str], feeds: Collection[str]) -> None:
    """Set the metrics of what waits. `tables`: the service's; `feeds`: those that it follows."""
    feed = await connection.fetchrow(_FEED)
    metrics.feed_position.set(feed["position"])
    metrics.outbox.set(feed["waiting"])
    metrics.outbox_oldest.set(feed["oldest_s"])
    parked = {row["feed"]: row["events"] for row in await connection.fetch(_PARKED)} if feeds else {}
    for name in feeds:
        metrics.parked.labels(name).set(parked.get(name, 0))
    if "jobs" in tables:
        metrics.jobs.clear()
        for row in await connection.fetch(_JOBS):
            metrics.jobs.labels(row["kind"], row["state"]).set(row["jobs"])
