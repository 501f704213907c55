"""Programs that die under load: the service that takes filings, and the gateway before it."""

from devstack.platform import Platform
from faults import faulty, invariants
from faults.ledger import Ledger

KILLS = 4
"""Each new start is put off longer than the one before."""


async def test_complaints_is_killed_again_and_again(whole: Platform, ledger: Ledger) -> None:
    async with ledger.load():
        for _ in range(KILLS):
            await ledger.further(20)
            await faulty.kill(whole, "complaints")
        await ledger.further(20)
    statuses = {answer.status for filing in ledger.filings for answer in filing.answers}
    assert statuses <= {201, 502, 503, 504}, "the gateway, which lived, answered every request"
    await invariants.hold(ledger, whole)


async def test_the_gateway_is_killed(whole: Platform, ledger: Ledger) -> None:
    async with ledger.load():
        for _ in range(2):
            await ledger.further(20)
            await faulty.kill(whole, "gateway")
        await ledger.further(20)
    await invariants.hold(ledger, whole)


async def test_registry_and_evaluation_are_killed_and_no_filing_notices(whole: Platform, ledger: Ledger) -> None:
    async with ledger.load():
        await ledger.further(20)
        await faulty.kill(whole, "registry")
        await faulty.kill(whole, "evaluation")
        await ledger.further(20)
    assert [answer.status for filing in ledger.filings for answer in filing.answers] == [201] * len(ledger.filings)
    await invariants.hold(ledger, whole)
