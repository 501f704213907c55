"""One whole platform for all tests of this folder, on free ports, with files of its own; all of them run in one worker.

Each module says so by its mark, which the distribution over workers reads at collection.
"""

import os
import shutil
from collections.abc import AsyncIterator

import httpx
import pytest

from devstack.demo.calling import Voice, sign_in
from devstack.layout import VAR
from devstack.platform import Platform, platform
from devstack.settings import free_ports


@pytest.fixture(scope="session")
async def whole() -> AsyncIterator[Platform]:
    """The running platform."""
    home = VAR / f"test-platform-{os.getpid()}"  # another run beside this one has its own
    shutil.rmtree(home, ignore_errors=True)
    async with platform(home, free_ports()) as running:
        yield running
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
async def http(whole: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway."""
    async with httpx.AsyncClient(base_url=whole.address, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
async def admin(whole: Platform, http: httpx.AsyncClient) -> Voice:
    """The platform's first client."""
    return await sign_in(http, {"grant_type": "client_credentials", **whole.bootstrap_client()})


@pytest.fixture
def citizen(http: httpx.AsyncClient) -> Voice:
    """Somebody without a token."""
    return Voice(http)
