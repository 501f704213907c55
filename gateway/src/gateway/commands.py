"""The gateway's command line. It starts as services do, with its own edge before the application."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from pydantic import SecretStr
from starlette.types import ASGIApp

from chassis.data.pool import Connection, connect
from chassis.ops import logs
from chassis.ops.clock import utc_now
from chassis.ops.commands import checked, migrate, serve, when_told_to_end, write_document
from chassis.ops.openapi import SCHEME, described, read_examples
from chassis.ops.workers import end_with_parent
from gateway.application import create_front, create_own
from gateway.clients import platform
from gateway.credentials.keyring import Keyring
from gateway.credentials.sealing import read_secret
from gateway.documentation.security import SECURITY_SCHEME
from gateway.front import NAME
from gateway.proxy.edge import EdgeProtocol
from gateway.schema import MIGRATIONS
from gateway.settings import GatewaySettings


def read_settings() -> GatewaySettings:
    """The settings from the environment; ends the process with one clear sentence if they are wrong."""
    return checked(NAME, GatewaySettings)


def app() -> ASGIApp:
    """The application, for uvicorn."""
    end_with_parent()
    settings = read_settings()
    logs.set_up(NAME, settings.log_level)
    own = create_own(settings)
    when_told_to_end(own.state.forward.let_go)
    return create_front(own)


async def load_reference_data(connection: Connection, settings: GatewaySettings) -> None:
    """The services' own clients."""
    await platform.ensure_services(connection, settings.follower_secrets, now=utc_now())


async def rotate_keys(connection: Connection, settings: GatewaySettings) -> None:
    """Publish a new signing key; it signs a quarter of an hour later."""
    keyring = Keyring(read_secret(settings.gateway_secret.get_secret_value()))
    await keyring.load(connection, utc_now())
    async with connection.transaction():
        await keyring.rotate(connection, utc_now())


async def _connected(call: Callable[[Connection, GatewaySettings], Awaitable[None]], settings: GatewaySettings) -> None:
    connection = await connect(settings.database_url.get_secret_value(), name="gateway-command")
    try:
        await call(connection, settings)
    finally:
        await connection.close()


def write_openapi(directory: Path) -> None:
    """Write `gateway.json` and `gateway-problems.json` into `directory`."""
    settings = GatewaySettings.model_construct(
        database_url=SecretStr(""), gateway_secret=SecretStr("A" * 43), prima_env="development"
    )
    document = described(create_own(settings), read_examples(MIGRATIONS.parent))
    document["components"]["securitySchemes"] = {SCHEME: SECURITY_SCHEME}
    write_document(NAME, document, directory)


def _serve() -> None:
    settings = read_settings()
    serve(
        NAME,
        "gateway.commands:app",
        settings,
        port=settings.port,
        protocol=EdgeProtocol,
        trusted_proxies=settings.trusted_proxies or None,
    )


def run(arguments: list[str]) -> None:
    """Carry out a command line."""
    command, *rest = arguments or ["serve"]
    commands: dict[str, Callable[[], None]] = {
        "serve": _serve,
        "migrate": lambda: migrate(MIGRATIONS, read_settings().database_url),
        "load-reference-data": lambda: asyncio.run(_connected(load_reference_data, read_settings())),
        "rotate-keys": lambda: asyncio.run(_connected(rotate_keys, read_settings())),
        "openapi": lambda: write_openapi(Path(rest[0] if rest else "docs/openapi")),
    }
    if command not in commands:
        sys.stderr.write(f"usage: python -m gateway {'|'.join(commands)}\n")
        sys.exit(2)
    commands[command]()
