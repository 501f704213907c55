"""What happens when the gateway starts and stops, and what runs beside its requests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial

import structlog
from fastapi import FastAPI

from chassis.data.bell import Bell
from chassis.data.pool import Connection, open_pool
from chassis.http import idempotency
from gateway.accounts import codes, sessions
from gateway.clients import platform
from gateway.credentials import keyring, revocations
from gateway.inside import create_inside, listening
from gateway.settings import GatewaySettings

LOOK_EVERY_SECONDS = 5.0
LOOK_AT_KEYS_SECONDS = 60.0
PURGE_EVERY_SECONDS = 3600.0

log = structlog.get_logger("gateway.lifespan")


@asynccontextmanager
async def lifespan(own: FastAPI) -> AsyncIterator[None]:
    """Open the database, make keys and clients at the first start, and keep what is held in memory up to date."""
    state = own.state
    settings: GatewaySettings = state.settings
    url = settings.database_url.get_secret_value()
    if state.library.openapi is None:
        log.warning("openapi_document_missing", folder=str(settings.docs_dir))
    async with AsyncExitStack() as stack:
        state.pool = await stack.enter_async_context(await open_pool(url, name="gateway", size=settings.pool_size))
        stack.push_async_callback(state.http.aclose)
        stack.callback(state.forward.close)
        async with state.pool.acquire() as connection:
            await prepare(own, connection)
        bell = Bell(url, name="gateway-bell", channels=(revocations.CHANNEL, keyring.CHANNEL))
        revoked, rekeyed = asyncio.Event(), asyncio.Event()
        bell.on(revocations.CHANNEL, revoked.set)
        bell.on(keyring.CHANNEL, rekeyed.set)
        running = [
            asyncio.create_task(_forever(call))
            for call in (
                bell.run,
                partial(_load_on, revoked, LOOK_EVERY_SECONDS, own, state.revocations.load),
                partial(_load_on, rekeyed, LOOK_AT_KEYS_SECONDS, own, state.keyring.load),
                partial(_purge, own),
            )
        ]
        stack.push_async_callback(_stop, running)
        state.inside_port = await stack.enter_async_context(
            listening(
                create_inside(own), host=settings.bind_host, port=settings.internal_port, shared=settings.workers > 1
            )
        )
        yield


async def prepare(own: FastAPI, connection: Connection) -> None:
    """Keys, the platform's own clients, revocations. Several processes may do this at once."""
    settings: GatewaySettings = own.state.settings
    now = own.state.clock()
    await own.state.keyring.load(connection, now)
    secret = settings.bootstrap_client_secret
    await platform.ensure_bootstrap(
        connection,
        None if secret is None else secret.get_secret_value(),
        file=settings.bootstrap_client_file,
        rewrite=settings.prima_env == "development",
        now=now,
    )
    await platform.ensure_services(connection, settings.follower_secrets, now=now)
    await own.state.revocations.load(connection, now)


async def _load_on(wanted: asyncio.Event, seconds: float, own: FastAPI, load: Callable[..., Awaitable[None]]) -> None:
    """Load at each notice, and every so many seconds in case one got lost. A notice that comes during a load counts."""
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await wanted.wait()
        wanted.clear()
        async with own.state.pool.acquire() as connection:
            await load(connection, own.state.clock())


async def _purge(own: FastAPI) -> None:
    """Forget what has expired."""
    while True:
        now = own.state.clock()
        async with own.state.pool.acquire() as connection:
            await connection.execute(idempotency.PURGE)
            for purge in (revocations.purge, sessions.purge, codes.purge):
                await purge(connection, now)
        await asyncio.sleep(PURGE_EVERY_SECONDS)


async def _forever(call: Callable[[], Awaitable[None]]) -> None:
    """A task that ends is started again; its error is logged."""
    while True:
        try:
            await call()
        except Exception:
            log.exception("task_failed")
        await asyncio.sleep(1)


async def _stop(running: list[asyncio.Task[None]]) -> None:
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
