"""Every program on a watched database of its own, with a caller whom nothing is forbidden."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from chassis.http.app import Service
from complaints.service import SERVICE as COMPLAINTS
from devstack.postgres import Cluster
from evaluation.service import SERVICE as EVALUATION
from registry.service import SERVICE as REGISTRY
from support.gateway import gateway_under_test
from support.services import service_under_test
from support.watch import watch, written


@dataclass
class Program:
    """A program, its most powerful caller, and an account that anybody may have, for what accounts have of themselves."""

    client: httpx.AsyncClient
    database: asyncpg.Connection
    powerful: Callable[[], Mapping[str, str]]
    account: Callable[[], Mapping[str, str]]

    async def send(self, method: str, path: str, *, policy: str = "", **options: Any) -> httpx.Response:
        """Send a request as it is; `headers` add to the caller's, None takes one away."""
        caller = self.account() if policy == "accounts themselves" else self.powerful()
        headers = {**caller, **options.pop("headers", {})}
        sent = {name: value for name, value in headers.items() if value is not None}
        return await self.client.request(method, path, headers=sent, **options)

    async def stored(self) -> set[str]:
        """The tables that were written to since this was asked last."""
        return await written(self.database)


@asynccontextmanager
async def _program_of(postgres: Cluster, service: Service) -> AsyncIterator[Program]:
    async with service_under_test(postgres, service) as running, running.connection() as database:
        await watch(database)
        # A token of the gateway's lasts a minute: each request gets its own.
        yield Program(running.client, database, running.bootstrap, lambda: running.account("siapa"))


@pytest.fixture(scope="module")
async def registry_program(postgres: Cluster) -> AsyncIterator[Program]:
    async with _program_of(postgres, REGISTRY) as program:
        yield program


@pytest.fixture(scope="module")
async def complaints_program(postgres: Cluster) -> AsyncIterator[Program]:
    async with _program_of(postgres, COMPLAINTS) as program:
        yield program


@pytest.fixture(scope="module")
async def evaluation_program(postgres: Cluster) -> AsyncIterator[Program]:
    async with _program_of(postgres, EVALUATION) as program:
        yield program


@pytest.fixture(scope="module")
async def gateway_program(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Program]:
    async with gateway_under_test(postgres, tmp_path_factory.mktemp("gateway")) as running:
        await running.register("siapa@contoh.id")
        account = {"authorization": f"Bearer {(await running.sign_in('siapa@contoh.id'))['access_token']}"}
        powerful = {"authorization": f"Bearer {await running.token()}"}
        async with running.connection() as database:
            await watch(database)
            yield Program(running.client, database, lambda: powerful, lambda: account)


@pytest.fixture
def program(request: pytest.FixtureRequest) -> Program:
    """The program that a test's parameter names."""
    found: Program = request.getfixturevalue(f"{request.param}_program")
    return found
