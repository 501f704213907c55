"""`python -m benchmarks.scans`: how many due cases a second the deadline scan attends to, beside plain SQL.

Twice: levels of escalation that are told, and cases that close by themselves. The plain SQL takes from the same queue and
writes the same rows, a batch a statement, and decides nothing: what the scan takes longer is what deciding costs.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from rich.console import Console
from rich.table import Table

from benchmarks import databases
from benchmarks.figures import Spread, spread
from chassis.data.pool import Pool, open_pool
from complaints.deadlines.clock import next_working_moment
from complaints.deadlines.queries import PLAIN
from complaints.deadlines.shelf import Shelf
from complaints.escalation.scanner import BATCH, scan
from devstack.layout import VAR
from devstack.postgres import Cluster, cluster

HOME = VAR / "bench-postgres"
SIDE = 6
"""Connections, as the service has for what isn't a request."""
DUE_A_SECOND = 1_000
"""The bar."""
LATER = timedelta(days=60)
"""By then every term of the loaded cases has run out. Levels are told in working time."""

# One duty a case, lest one count for two.
_ONE_DUTY = """
UPDATE deadline_duties d SET stopped_at = started_at, result = 'met' WHERE stopped_at IS NULL AND EXISTS (
    SELECT FROM deadline_duties other WHERE other.case_id = d.case_id AND other.id < d.id)
"""
_REPORTERS_WINDOW = """
WITH term AS (
    SELECT policy_code, policy_version, number, stage, party FROM deadline_rules
    WHERE on_lapse = 'close_automatically' ORDER BY policy_code, policy_version DESC LIMIT 1
), answered AS (
    UPDATE cases SET state = 'responded', proposed_outcome = 'fixed', due_at = NULL WHERE due_at IS NOT NULL RETURNING id
)
UPDATE deadline_duties SET stage = term.stage, policy_code = term.policy_code, policy_version = term.policy_version,
       rule_number = term.number, party = term.party
FROM term, answered WHERE case_id = answered.id AND stopped_at IS NULL
"""
_HISTORY_AND_FACT = """
history AS (
    INSERT INTO case_history (case_id, sequence, action, actor, from_state, to_state, at, public, internal, canonical, chain)
    SELECT id, version, {action}, '{{"kind": "system"}}', {before}, state, updated_at, '{{"hidden": true}}',
           jsonb_build_object('stage', 'verification', 'due_at', due_at, 'breached', true), {canonical}, chain
    FROM moved
), facts AS (
    INSERT INTO outbox (type, subject, sequence, visibility, institution_id, data, occurred_at)
    SELECT 'case.' || {action}, 'complaints/' || id, version, 'public', institution_id, jsonb_build_object(
        'id', id, 'type', type, 'class', case_class, 'state', state, 'institution_id', institution_id, 'unit_id', unit_id,
        'service_id', service_id, 'category', category, 'region_code', region_code, 'channel', channel,
        'filed_at', received_at, 'due_at', due_at, 'resolved_at', resolved_at, 'closed_at', closed_at, 'late', late,
        'rating', rating, 'visibility_class', 'public'), updated_at
    FROM moved
)"""
_CANONICAL = "convert_to(cases.id::text || repeat('c', 400), 'UTF8')"
_PLAIN = """
WITH due AS (
    SELECT id, case_id FROM deadline_duties WHERE stopped_at IS NULL AND check_at <= $1 ORDER BY check_at LIMIT $2
), moved AS (
    UPDATE cases SET {changes}, version = version + 1, updated_at = $1, chain = sha256(chain || {canonical})
    FROM due WHERE cases.id = due.case_id RETURNING cases.*
), {history_and_fact}{more}
UPDATE deadline_duties SET {duty} FROM due WHERE deadline_duties.id = due.id
"""


def _plain(action: str, *, changes: str, duty: str, before: str = "state", more: str = "") -> str:
    return _PLAIN.format(
        changes=changes,
        canonical=_CANONICAL,
        history_and_fact=_HISTORY_AND_FACT.format(
            action=f"'{action}'", before=before, canonical=_CANONICAL.replace("cases", "moved")
        ),
        more=more,
        duty=duty,
    )


KINDS: Mapping[str, tuple[str, str]] = {
    "a level is told": (
        _ONE_DUTY,
        _plain(
            "escalated",
            changes="late = true, escalation_level = 'external'",
            duty="level = 'external', check_at = NULL",
        ),
    ),
    "a case closes by itself": (
        _ONE_DUTY + ";" + _REPORTERS_WINDOW,
        _plain(
            "closed",
            changes="state = 'closed', closure_kind = 'automatic', outcome_code = 'fixed', closed_at = $1, resolved_at = $1",
            duty="stopped_at = $1, result = 'breached', lapsed_at = $1, check_at = NULL",
            before="'responded'",
            more=""", released AS (
    UPDATE custody_intervals SET to_at = $1 FROM moved WHERE case_id = moved.id AND to_at IS NULL
)""",
        ),
    ),
}
"""What makes the loaded cases due, and the plain SQL of what happens to them then."""


async def plain(pool: Pool, statement: str, now: datetime) -> None:
    """One batch by plain SQL."""
    async with pool.acquire() as connection:
        await connection.execute(statement, now, BATCH)


async def rate(pool: Pool, work: Callable[[], Awaitable[object]], due: int) -> float:
    """Cases a second while at least so many are worked off."""
    async with pool.acquire() as connection:
        before = await connection.fetchval("SELECT count(*) FROM outbox")
    start = time.perf_counter()
    for _ in range(-(-due // BATCH)):
        await work()
    passed = time.perf_counter() - start
    async with pool.acquire() as connection:
        return float(await connection.fetchval("SELECT count(*) FROM outbox") - before) / passed


async def compare(
    running: Cluster, template: str, kind: str, *, rounds: int, due: int
) -> tuple[Spread, Spread, Spread]:
    """What the scan does a second, what plain SQL does, and the scan's share of it, round by round."""
    prepare, statement = KINDS[kind]
    url, now = await databases.fresh(running, "scans", template), next_working_moment(datetime.now(UTC) + LATER, PLAIN)
    async with databases.superuser(running, "scans") as connection:
        await connection.execute(prepare)
        await connection.execute("VACUUM ANALYZE deadline_duties")
        await connection.execute("VACUUM ANALYZE cases")
        await connection.execute("CHECKPOINT")
    async with await open_pool(url, name="scans", size=SIDE, timeout_ms=0) as pool:
        works = (partial(scan, pool, now, Shelf()), partial(plain, pool, statement, now))
        for work in works:
            await work()
        found = [[await rate(pool, work, due) for work in works] for _ in range(rounds)]
    await databases.drop(running, "scans")
    return spread(each for each, _ in found), spread(each for _, each in found), spread(a / b for a, b in found)


async def measure(cases: int, rounds: int, due: int, console: Console) -> int:
    """Measure and tell; the exit code is 1 if the bar was missed."""
    table = Table("What", "due a second", "plain SQL", "share of it", "bar", "met")
    missed = False
    with cluster(HOME, databases.SETTINGS) as running:
        template = await databases.template(running, cases, console.print)
        for kind in KINDS:
            ours, theirs, share = await compare(running, template, kind, rounds=rounds, due=due)
            met = ours.middle >= DUE_A_SECOND
            missed = missed or not met
            figures = (f"{each.middle:,.0f} ({each.least:,.0f} to {each.greatest:,.0f})" for each in (ours, theirs))
            table.add_row(
                kind, *figures, f"{share.middle:.2f}", f"≥ {DUE_A_SECOND:,}", "yes" if met else "[red]no[/red]"
            )
    console.print(table)
    console.print(f"Load average at the end: {os.getloadavg()[0]:.1f}")
    return int(missed)


def main(arguments: list[str]) -> int:
    """Run with these arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scans", description=__doc__)
    parser.add_argument("--cases", type=int, default=60_000, help="cases loaded before; a third is due (60000)")
    parser.add_argument("--rounds", type=int, default=4, help="how often each is measured (4)")
    parser.add_argument("--due", type=int, default=2_000, help="due cases of one measurement (2000)")
    told = parser.parse_args(arguments)
    return asyncio.run(measure(told.cases, told.rounds, told.due, Console(highlight=False)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
