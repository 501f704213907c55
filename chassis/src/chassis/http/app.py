"""The application of a service: made of a `Service` description, so that what is common stands here once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from joserfc.jwk import KeySet
from sqlalchemy import MetaData

from chassis.data.bell import Bell
from chassis.data.feed import feed_routes
from chassis.data.followers import Copy, Follower
from chassis.data.pool import Connection, Pool, open_pool
from chassis.data.sequencer import CHANNEL, Sequencer
from chassis.http import health, idempotency
from chassis.http.application import Application
from chassis.http.identity import Verifier
from chassis.http.languages import Text
from chassis.http.problems import Problem
from chassis.http.refusals import add_refusals
from chassis.http.routing import all_dependants
from chassis.http.vocabularies import vocabulary_routes
from chassis.ops.client import GatewayClient, Keys
from chassis.ops.clock import Clock, utc_now
from chassis.ops.settings import ServiceSettings

Task = Callable[[FastAPI], Awaitable[None]]
Command = Callable[[Connection], Awaitable[int]]
SERVICES = ("registry", "complaints", "evaluation")
PURGE_EVERY_S = 3600.0

log = structlog.get_logger("chassis.app")


@dataclass(frozen=True)
class Service:
    """What makes a service: its rooms' routers, its tables, what it follows and what it does in the background."""

    name: str
    summary: Text
    metadata: MetaData
    migrations: Path
    routers: Sequence[APIRouter]
    problems: Mapping[str, Problem] = field(default_factory=dict)
    """By the name of the database constraint that they explain."""
    copies: Mapping[str, Copy] = field(default_factory=dict)
    """By the feed that is followed."""
    channels: tuple[str, ...] = ()
    """Further NOTIFY channels to listen to."""
    session: Mapping[str, str] = field(default_factory=dict)
    """Settings of every database session, beside the pool's own."""
    tasks: Sequence[Task] = ()
    load_reference_data: Callable[[Connection, Path], Awaitable[None]] | None = None
    prepare: Callable[[FastAPI], Awaitable[None]] | None = None
    """Puts the service's own things on `app.state`, before the first request."""
    commands: Mapping[str, Command] = field(default_factory=dict)
    """Further commands of `python -m <service>`; each returns the status with which the process ends."""
    vocabularies: Sequence[str] = ()
    """Names of the files in data/vocabularies that this service serves."""
    settings: type[ServiceSettings] | None = None
    """What the serving process is told beyond what every service is; None: nothing."""


class RouteWithoutPolicy(RuntimeError):
    """A route doesn't say who may call it: the service doesn't start."""


def policy_of(route: APIRoute) -> str | None:
    """Who may call a route, as its dependencies say; None if none does."""
    found = [getattr(dependant.call, "policy", None) for dependant in all_dependants(route.dependant)]
    return next((name for name in found if name), None)


def add_routes(app: FastAPI, router: APIRouter) -> None:
    """Add the router's routes as they are; including the router would match each request against them twice."""
    app.router.routes.extend(router.routes)


def api_routes(app: FastAPI) -> Iterator[APIRoute]:
    """The routes of an application; `app.routes` alone shows included routers as one entry each."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            yield context.original_route


def check_policies(app: FastAPI) -> None:
    """Raises RouteWithoutPolicy if a route doesn't say who may call it."""
    for route in api_routes(app):
        if policy_of(route) is None:
            raise RouteWithoutPolicy(f"{sorted(route.methods or ())} {route.path}")


def create_app(
    service: Service,
    settings: ServiceSettings,
    *,
    clock: Clock = utc_now,
    keys: KeySet | None = None,
    background: bool = True,
) -> FastAPI:
    """The ASGI application. `keys` replaces the gateway's keys and `background=False` leaves out tasks: for tests.

    Raises RouteWithoutPolicy if a route has no policy.
    """
    app = Application(
        title=f"Prima {service.name}",
        version="1.0.0",
        description=service.summary.en,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=partial(_lifespan, service=service, settings=settings, keys=keys, background=background),
        separate_input_output_schemas=True,
    )
    app.state.name, app.state.clock, app.state.settings = service.name, clock, settings
    app.state.session, app.state.tables = service.session, frozenset(service.metadata.tables)
    for routes in (*service.routers, feed_routes(service.name)):
        add_routes(app, routes)
    if service.vocabularies:
        add_routes(app, vocabulary_routes(service.name, settings.data_dir, service.vocabularies))
    check_policies(app)
    add_routes(app, health.routes)
    add_refusals(app, service.problems)
    return app


@asynccontextmanager
async def _lifespan(
    app: FastAPI, *, service: Service, settings: ServiceSettings, keys: KeySet | None, background: bool
) -> AsyncIterator[None]:
    url = settings.database_url.get_secret_value()
    state = app.state
    async with AsyncExitStack() as stack:
        state.pool = await stack.enter_async_context(
            await open_pool(url, name=service.name, size=settings.pool_size, session=service.session)
        )
        # Background tasks and look-ups of rights have connections of their own: a request that holds one never waits for a second.
        state.side_pool = await stack.enter_async_context(
            await open_pool(url, name=f"{service.name}-side", size=6, session=service.session)
        )
        secret = settings.follower_secret.get_secret_value() if settings.follower_secret else None
        client = GatewayClient(settings.gateway_url, settings.gateway_internal_url, service=service.name, secret=secret)
        stack.push_async_callback(client.close)
        state.keys = Keys(client)
        if keys is not None:
            state.keys.held, state.keys.known = keys, True
        state.verifier = Verifier(service.name, state.keys, on_unknown=state.keys.want)
        state.sequencer = Sequencer(state.side_pool)
        state.bell = Bell(url, name=f"{service.name}-bell", channels=(CHANNEL, *service.channels))
        state.followers = [
            Follower(feed, copy, pool=state.side_pool, fetch=partial(client.follow, feed))
            for feed, copy in service.copies.items()
        ]
        if service.prepare is not None:
            await service.prepare(app)
        running = [asyncio.create_task(_forever(state.bell.run))]
        if background:
            endless: list[Callable[[], Awaitable[None]]] = [state.sequencer.run, partial(_purge, state.side_pool)]
            if keys is None:
                endless.append(state.keys.run)
            endless += [follower.run for follower in state.followers]
            endless += [partial(task, app) for task in service.tasks]
            running += [asyncio.create_task(_forever(call)) for call in endless]
        stack.push_async_callback(_stop, running)
        yield


async def _forever(call: Callable[[], Awaitable[None]]) -> None:
    """A background task that ends is started again; its error is logged."""
    while True:
        try:
            await call()
        except Exception:
            log.exception("task_failed")
        await asyncio.sleep(1)


async def _purge(pool: Pool) -> None:
    while True:
        async with pool.acquire() as connection:
            await connection.execute(idempotency.PURGE)
        await asyncio.sleep(PURGE_EVERY_S)


async def _stop(running: list[asyncio.Task[None]]) -> None:
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
