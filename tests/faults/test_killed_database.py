"""PostgreSQL dies under load: the whole server, one of its processes, the sessions of a service."""

import os
import signal

from chassis.data.pool import connect
from devstack.platform import Platform
from faults import faulty, invariants
from faults.ledger import Ledger

_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def backends(platform: Platform) -> list[int]:
    """The process ids behind the sessions of complaints."""
    connection = await connect(platform.database_urls["complaints"], name="faults")
    try:
        return [row["pid"] for row in await connection.fetch(_BACKENDS)]
    finally:
        await connection.close()


async def test_the_postmaster_is_killed(whole: Platform, ledger: Ledger) -> None:
    async with ledger.load():
        await ledger.further(20)
        os.kill(faulty.postmaster(whole), signal.SIGKILL)
        await ledger.further(40)
    await faulty.ready(whole, "gateway", "registry", "complaints", "evaluation")
    await invariants.hold(ledger, whole)


async def test_one_backend_is_killed_and_the_server_recovers(whole: Platform, ledger: Ledger) -> None:
    async with ledger.load():
        await ledger.further(20)
        os.kill((await backends(whole))[0], signal.SIGKILL)  # the postmaster then ends all the others, and recovers
        await ledger.further(40)
    await faulty.ready(whole, "gateway", "registry", "complaints", "evaluation")
    await invariants.hold(ledger, whole)


async def test_sessions_are_terminated(whole: Platform, ledger: Ledger) -> None:
    async with ledger.load():
        for _ in range(3):
            await ledger.further(20)
            for pid in await backends(whole):
                os.kill(pid, signal.SIGTERM)
        await ledger.further(20)
    await invariants.hold(ledger, whole)
