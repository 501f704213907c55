"""One whole platform for all faults, on free ports, with files of its own. Run by `make faults`, never by default."""

import shutil
from collections.abc import AsyncIterator

import httpx
import pytest

from devstack.layout import VAR
from devstack.platform import Platform, platform
from devstack.settings import free_ports
from faults.faulty import ready
from faults.ledger import TIMEOUT_S, Ledger

QUOTAS = "anonymous-write=1000000/60,anonymous-read=1000000/60"
"""All load comes from one address."""


@pytest.fixture(scope="session")
async def whole() -> AsyncIterator[Platform]:
    """The running platform."""
    home = VAR / "test-faults"
    shutil.rmtree(home, ignore_errors=True)
    async with platform(home, free_ports(), environment={"RATE_LIMITS": QUOTAS}) as running:
        yield running
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
async def ledger(whole: Platform) -> AsyncIterator[Ledger]:
    """A caller with an empty ledger, before a platform that is ready."""
    await ready(whole, "gateway", "registry", "complaints", "evaluation")
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    async with httpx.AsyncClient(base_url=whole.address, trust_env=False, timeout=TIMEOUT_S, limits=limits) as http:
        yield Ledger(http)
