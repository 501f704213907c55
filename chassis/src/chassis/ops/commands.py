"""The command line of a service: serve, migrate, load-reference-data, openapi, rebuild, and its own. `python -m <service> <command>`."""

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, Literal, TypeVar

import orjson
import uvicorn
from fastapi import FastAPI
from joserfc.jwk import KeySet
from pydantic import SecretStr, ValidationError

from chassis.data.pool import connect
from chassis.http.app import Service, create_app
from chassis.http.problems import known_problems
from chassis.ops import logs
from chassis.ops.openapi import described, read_examples
from chassis.ops.settings import ProcessSettings, ServiceSettings, settings_for
from chassis.ops.workers import end_with_parent

Settings = TypeVar("Settings", bound=ProcessSettings)
HttpProtocol = Literal["httptools"] | type[asyncio.Protocol]

KEEP_ALIVE_S = 30
"""Above the gateway's idle limit of 4 s, so that reuse never races a close."""
GRACE_S = 10
ALLOCATIONS_BEFORE_COLLECTING = 10_000
"""A request leaves hardly a cycle: looked for at every 700 objects, as Python does, it took a twenty-fifth of the time."""


def checked(name: str, make: Callable[[], Settings]) -> Settings:
    """The settings that `make` reads from the environment; ends the process with one clear sentence if they are wrong."""
    try:
        return make()
    except ValidationError as error:
        for found in error.errors():
            setting = ".".join(map(str, found["loc"])).upper()
            said = found["msg"].removeprefix("Value error, ")
            sys.stderr.write(f"{name}: the setting {setting} is wrong: {said}.\n" if setting else f"{name}: {said}.\n")
        sys.exit(2)


def read_settings(service: str, form: type[ServiceSettings] | None = None) -> ServiceSettings:
    """The settings of a service from the environment, as `form` or as every service's; ends the process if they are wrong."""
    return checked(service, form or settings_for(service))


def serve(
    name: str,
    factory: str,
    settings: ProcessSettings,
    *,
    port: int,
    protocol: HttpProtocol = "httptools",
    trusted_proxies: str | None = None,
) -> None:
    """Run `factory` (an import string of a function that makes the application) until a signal ends it.

    `trusted_proxies`: addresses whose X-Forwarded-For is believed; nobody's by default, not even this machine's.
    """
    logs.set_up(name, settings.log_level)
    uvicorn.run(
        factory,
        factory=True,
        host=settings.bind_host,
        port=port,
        workers=settings.workers,
        http=protocol,
        ws="none",
        loop="uvloop",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=trusted_proxies is not None,
        forwarded_allow_ips=trusted_proxies,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        backlog=2048,
    )


def application(service: Service, *, keys: KeySet | None = None) -> FastAPI:
    """The application with the environment's settings: what uvicorn's factory calls. `keys`: trusted in the gateway's place."""
    end_with_parent()
    settings = read_settings(service.name, service.settings)
    logs.set_up(service.name, settings.log_level)
    app = create_app(service, settings, keys=keys)

    def let_go() -> None:
        if hasattr(app.state, "bell"):  # not before the application has started
            app.state.bell.let_go()

    when_told_to_end(let_go)
    gc.freeze()  # routes and models stay: the collector need not walk them again and again
    gc.set_threshold(ALLOCATIONS_BEFORE_COLLECTING)
    return app


def when_told_to_end(call: Callable[[], None]) -> None:
    """Have the running loop call `call` at once when a signal ends the process, beside what is done at the signal so far.

    uvicorn tells the application only when its last request is answered: too late for one that waits.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def end(number: int, frame: FrameType | None, before: Any = before) -> None:
            loop.call_soon_threadsafe(call)
            before(number, frame)

        signal.signal(number, end)


def migrate(directory: Path, database_url: SecretStr) -> None:
    """Bring the database at this address to the newest of the migrations in `directory`; blocks until done."""
    from chassis.data import migrations  # noqa: PLC0415 - Alembic would be a sixth of what a serving process loads

    migrations.upgrade(directory, database_url.get_secret_value())


async def _load(service: Service, settings: ServiceSettings) -> None:
    if service.load_reference_data is None:
        return
    connection = await connect(settings.database_url.get_secret_value(), name=f"{service.name}-load")
    try:
        await service.load_reference_data(connection, settings.data_dir)
    finally:
        await connection.close()


async def _rebuild(service: Service, settings: ServiceSettings, feed: str) -> None:
    connection = await connect(settings.database_url.get_secret_value(), name=f"{service.name}-rebuild")
    try:
        async with connection.transaction():
            await service.copies[feed].reset(connection)
            await connection.execute(
                """INSERT INTO feed_cursors (feed, rebuilding) VALUES ($1, true)
                   ON CONFLICT (feed) DO UPDATE SET stream = NULL, position = 0, rebuilding = true""",
                feed,
            )
    finally:
        await connection.close()


async def _further(service: Service, settings: ServiceSettings, command: str) -> int:
    connection = await connect(settings.database_url.get_secret_value(), name=f"{service.name}-{command}")
    try:
        return await service.commands[command](connection)
    finally:
        await connection.close()


def write_openapi(service: Service, directory: Path) -> None:
    """Write `<service>.json` and `<service>-problems.json` into `directory`."""
    settings = settings_for(service.name).model_construct(
        database_url=SecretStr(""), port=1, data_dir=Path("data"), pool_size=2, gateway_url="", follower_secret=None
    )
    examples = read_examples(service.migrations.parent)
    write_document(service.name, described(create_app(service, settings), examples), directory)


def write_document(name: str, document: Mapping[str, Any], directory: Path) -> None:
    """Write the document as `<name>.json`, and every problem of this process as `<name>-problems.json`."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    (directory / f"{name}.json").write_bytes(orjson.dumps(document, option=options))
    problems = [
        {
            "code": kind.code,
            "status": kind.status,
            "title": kind.title._asdict(),
            "meaning": " ".join((kind.__dict__.get("__doc__") or "").split()),
        }
        for kind in known_problems()
    ]
    (directory / f"{name}-problems.json").write_bytes(orjson.dumps(problems, option=options))


def _serve(service: Service, factory: str) -> None:
    settings = read_settings(service.name, service.settings)
    serve(service.name, factory, settings, port=settings.port)


def _run_further(service: Service, command: str) -> None:
    sys.exit(asyncio.run(_further(service, read_settings(service.name), command)))


def _load_service(module: str) -> Service:
    """`SERVICE` of the module. Without the collector, which finds nothing to free among models and routes and took a sixth."""
    gc.disable()
    service: Service = import_module(module).SERVICE
    gc.enable()
    return service


def run(module: str, arguments: list[str]) -> None:
    """Carry out a command line of the service in `module`: its `SERVICE`, and its `app` that makes the application."""
    service = _load_service(module)
    command, *rest = arguments or ["serve"]
    commands: dict[str, Callable[[], None]] = {
        "serve": lambda: _serve(service, f"{module}:app"),
        "migrate": lambda: migrate(service.migrations, read_settings(service.name).database_url),
        "load-reference-data": lambda: asyncio.run(_load(service, read_settings(service.name))),
        "openapi": lambda: write_openapi(service, Path(rest[0] if rest else "docs/openapi")),
        "rebuild": lambda: asyncio.run(_rebuild(service, read_settings(service.name), rest[0])),
        **{name: partial(_run_further, service, name) for name in service.commands},
    }
    if command not in commands or (command == "rebuild" and (len(rest) != 1 or rest[0] not in service.copies)):
        sys.stderr.write(f"usage: python -m {service.name} {'|'.join(commands)} (rebuild names a feed)\n")
        sys.exit(2)
    commands[command]()
