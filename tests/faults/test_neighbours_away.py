"""Registry and evaluation answer nothing for a while: filings go on as if nothing were."""

import asyncio
from uuid import uuid4

from chassis.data.pool import connect
from devstack.platform import Platform
from faults import faulty, invariants
from faults.ledger import Ledger

AWAY_S = 8.0
SLOWEST_S = 2.0


async def test_filings_are_taken_while_registry_and_evaluation_are_stopped(whole: Platform, ledger: Ledger) -> None:
    unknown = Ledger(ledger.http, service_id=str(uuid4()))
    async with faulty.stopped(whole, "registry", "evaluation"), ledger.load(), unknown.load(per_second=5):
        # The outage itself lasts a while: longer than any request may take.
        await asyncio.sleep(AWAY_S)
    await faulty.ready(whole, "registry", "evaluation")
    answers = [answer for each in (ledger, unknown) for filing in each.filings for answer in filing.answers]
    assert {answer.status for answer in answers} == {201}
    assert max(answer.seconds for answer in answers) < SLOWEST_S
    await invariants.hold(ledger, whole)
    await invariants.hold(unknown, whole)
    connection = await connect(whole.database_urls["complaints"], name="faults")
    try:
        pending = await connection.fetchval(
            "SELECT count(*) FROM cases WHERE routing = 'pending' AND title = ANY($1)",
            [filing.title for filing in unknown.filings],
        )
    finally:
        await connection.close()
    assert pending == len(unknown.filings)
