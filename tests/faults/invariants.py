"""What must hold after every fault, seen in the databases and in the callers' ledger."""

import asyncio
import time

import asyncpg

from chassis.data.pool import connect
from chassis.data.sequencer import verify_chain
from complaints.cases import chain
from devstack.platform import Platform
from faults.ledger import PATIENCE_S, Filing, Ledger

FEEDS = ("registry", "complaints", "evaluation")
FOLLOWERS = (("complaints", "registry"), ("evaluation", "registry"), ("evaluation", "complaints"))
"""Who follows whose feed."""


async def hold(ledger: Ledger, platform: Platform) -> None:
    """Everything that wasn't acknowledged is sent again first; then all invariants hold."""
    no_failure_without_a_problem(ledger.filings)
    await ledger.settle()
    await ledger.repeat(ledger.filings[:: max(1, len(ledger.filings) // 20)])
    await each_exists_once(ledger.filings, platform)
    for feed in FEEDS:
        await drained(feed, platform)
    for service, feed in FOLLOWERS:
        await followed(service, feed, platform)
    await chains_verify(platform)


def no_failure_without_a_problem(filings: list[Filing]) -> None:
    """A refusal or a failure is a problem document with its code."""
    bare = [
        answer
        for filing in filings
        for answer in filing.answers
        if answer.status is not None and answer.status >= 400 and not answer.problem
    ]
    assert not bare


async def each_exists_once(filings: list[Filing], platform: Platform) -> None:
    """Every acknowledged filing is there, under the one id that its caller was told; each key had one effect."""
    told = {filing.title: filing.acknowledged for filing in filings}
    assert all(len(ids) == 1 for ids in told.values())
    connection = await connect(platform.database_urls["complaints"], name="faults")
    try:
        rows = await connection.fetch("SELECT id, title FROM cases WHERE title = ANY($1)", list(told))
        keys = await connection.fetchval(
            "SELECT count(*) FROM idempotency_keys WHERE key = ANY($1)", [filing.key for filing in filings]
        )
        facts = await connection.fetchval(
            """SELECT count(*) FROM (SELECT subject, type FROM events UNION ALL SELECT subject, type FROM outbox) facts
               WHERE type = 'case.filed' AND subject = ANY($1)""",
            [f"complaints/{row['id']}" for row in rows],
        )
    finally:
        await connection.close()
    assert sorted(row["title"] for row in rows) == sorted(told)
    assert {row["title"]: {str(row["id"])} for row in rows} == told
    assert keys == len(filings)
    assert facts == len(filings)


async def drained(service: str, platform: Platform) -> None:
    """The outbox empties: every fact gets its position."""
    await _until_none(platform.database_urls[service], "SELECT id FROM outbox LIMIT 1", f"the outbox of {service}")


async def followed(service: str, feed: str, platform: Platform) -> None:
    """The follower reaches the end of the feed, and nothing was parked."""
    connection = await connect(platform.database_urls[feed], name="faults")
    try:
        end = await connection.fetchval("SELECT position FROM feed_head")
    finally:
        await connection.close()
    behind = f"SELECT 1 WHERE {end} > coalesce((SELECT position FROM feed_cursors WHERE feed = '{feed}'), 0)"
    await _until_none(platform.database_urls[service], behind, f"{service} behind the feed of {feed}")
    parked = f"SELECT error FROM parked_events WHERE feed = '{feed}'"
    await _until_none(platform.database_urls[service], parked, f"parked events of {feed} at {service}")


async def chains_verify(platform: Platform) -> None:
    """The chain of every feed, and of every case's history."""
    for service in FEEDS:
        connection = await connect(platform.database_urls[service], name="faults")
        try:
            assert await verify_chain(connection) is None, service
        finally:
            await connection.close()
    connection = await connect(platform.database_urls["complaints"], name="faults")
    try:
        entries: dict[str, list[tuple[int, bytes, bytes]]] = {}
        for row in await connection.fetch(
            "SELECT case_id, sequence, canonical, chain FROM case_history ORDER BY case_id, sequence"
        ):
            entries.setdefault(str(row["case_id"]), []).append((row["sequence"], row["canonical"], row["chain"]))
    finally:
        await connection.close()
    assert not {case: bad for case, each in entries.items() if (bad := chain.first_broken(each)) is not None}


async def _until_none(url: str, query: str, what: str) -> None:
    """Ask until the query finds nothing."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            connection = await connect(url, name="faults")
            try:
                found = await connection.fetchval(query)
            finally:
                await connection.close()
        except (asyncpg.PostgresError, OSError):
            found = "no connection"
        if found is None:
            return
        assert time.monotonic() < end, f"{what}: still {found} after {PATIENCE_S:.0f} s"
        await asyncio.sleep(0.1)
