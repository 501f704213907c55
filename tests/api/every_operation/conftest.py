"""Every program on a watched database of its own, and each service's world in which everything is only rehearsed."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
import structlog

from api.every_operation.world import World
from api.every_operation.world_of_complaints import complaints_world
from api.every_operation.world_of_evaluation import evaluation_world
from api.every_operation.world_of_registry import registry_world
from chassis.http.app import Service
from complaints.service import SERVICE as COMPLAINTS
from devstack.postgres import Cluster
from evaluation.service import SERVICE as EVALUATION
from registry.service import SERVICE as REGISTRY
from support.cast import Cast
from support.gateway import gateway_under_test
from support.services import ServiceUnderTest, service_under_test
from support.watch import REHEARSAL, Rehearsed, rehearse, watch, written


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
        cast = Cast(running, uuid4(), uuid4())
        yield Program(running.client, database, partial(cast.headers, "platform"), partial(cast.headers, "citizen"))


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


@pytest.fixture(scope="module", autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of requests, whose lines in the log would take longer than many of them."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    yield
    structlog.configure(**before)


WORLDS: dict[str, tuple[Service, Callable[[ServiceUnderTest], Awaitable[World]]]] = {
    "registry": (REGISTRY, registry_world),
    "complaints": (COMPLAINTS, complaints_world),
    "evaluation": (EVALUATION, evaluation_world),
}


@asynccontextmanager
async def rehearsing(postgres: Cluster, name: str) -> AsyncIterator[World]:
    """A service's world, in which from now on nothing changes any more."""
    service, build = WORLDS[name]
    service = replace(service, problems={**service.problems, REHEARSAL: Rehearsed()})
    async with service_under_test(postgres, service) as running:
        world: World = await build(running)
        async with running.connection() as connection:
            await rehearse(connection)
        yield world


@pytest.fixture(scope="session")
async def registry_rehearsal(postgres: Cluster) -> AsyncIterator[World]:
    async with rehearsing(postgres, "registry") as world:
        yield world


@pytest.fixture(scope="session")
async def complaints_rehearsal(postgres: Cluster) -> AsyncIterator[World]:
    async with rehearsing(postgres, "complaints") as world:
        yield world


@pytest.fixture(scope="session")
async def evaluation_rehearsal(postgres: Cluster) -> AsyncIterator[World]:
    async with rehearsing(postgres, "evaluation") as world:
        yield world


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    found: World = request.getfixturevalue(f"{request.param}_rehearsal")
    return found


@pytest.fixture
def program(request: pytest.FixtureRequest) -> Program:
    """The program that a test's parameter names."""
    found: Program = request.getfixturevalue(f"{request.param}_program")
    return found
