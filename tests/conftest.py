"""Fixtures for every test: one embedded PostgreSQL for all workers, each service on a database of its own."""

import socket
import sys
from collections.abc import AsyncIterator, Iterator
from types import FrameType
from typing import Any

import pytest

from complaints.service import SERVICE as COMPLAINTS
from devstack.postgres import Cluster, cluster
from evaluation.service import SERVICE as EVALUATION
from registry.service import SERVICE as REGISTRY
from support import databases
from support.facts import check_recorded
from support.gateway import GatewayUnderTest, gateway_under_test
from support.services import ServiceUnderTest, service_under_test


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The test server, shared by all workers; stopped by the last."""
    with cluster(databases.HOME, databases.SETTINGS) as running:
        yield running


@pytest.fixture(scope="session")
async def registry(postgres: Cluster) -> AsyncIterator[ServiceUnderTest]:
    """The registry with its reference data. Whatever the tests made it record is held against docs/events at the end."""
    async with service_under_test(postgres, REGISTRY) as service:
        yield service
        await check_recorded(service)


@pytest.fixture(scope="session")
async def complaints(postgres: Cluster) -> AsyncIterator[ServiceUnderTest]:
    """The complaints service with its reference data and an empty copy of the registry: see support.directory."""
    async with service_under_test(postgres, COMPLAINTS) as service:
        yield service
        await check_recorded(service)


@pytest.fixture(scope="session")
async def evaluation(postgres: Cluster) -> AsyncIterator[ServiceUnderTest]:
    """The evaluation service with its reference data and empty copies of what it follows."""
    async with service_under_test(postgres, EVALUATION) as service:
        yield service
        await check_recorded(service)


@pytest.fixture(scope="session")
async def gateway(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GatewayUnderTest]:
    """The gateway, before services that repeat what they were told."""
    async with gateway_under_test(postgres, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_sockets_in_unit_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules do no I/O: a unit test that opens a socket fails."""
    if "/tests/unit/" not in str(request.node.path) or request.node.get_closest_marker("opens_sockets"):
        return

    connect = socket.socket.connect

    def refuse(own: socket.socket, address: Any) -> None:
        # Background tasks of other fixtures share the loop and the process: only what a unit test calls is refused.
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            assert "/tests/unit/" not in frame.f_code.co_filename, "a unit test opens no socket"
            frame = frame.f_back
        connect(own, address)

    monkeypatch.setattr(socket.socket, "connect", refuse)
