"""The short commands: migrate, revision, psql, status. They share the embedded server with a platform that runs."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from functools import partial

import httpx
from alembic import command
from alembic.script import ScriptDirectory

from chassis.data import migrations
from devstack.layout import Layout, source_directory
from devstack.own_servers import refuse_unfit_servers
from devstack.platform import database_urls, is_ready
from devstack.postgres import cluster, ensure_databases
from devstack.preparation import raise_together, run_verb
from devstack.roster import MIGRATE, PROGRAMS
from devstack.secrets import load_or_create
from devstack.settings import Refused, environments, read_settings
from devstack.supervisor import Say


async def migrate(layout: Layout, *, say: Say) -> None:
    """Migrate all databases at once.

    Raises: PreparationFailed, Refused.
    """
    async with _prepared_environments(layout) as told:
        outcomes = await asyncio.gather(
            *(run_verb(program, MIGRATE, told[program.name], layout=layout) for program in PROGRAMS),
            return_exceptions=True,
        )
    raise_together([outcome for outcome in outcomes if outcome is not None])
    say("The four databases have the newest schema.")


async def revise(layout: Layout, service: str, message: str, *, say: Say) -> None:
    """Write a draft of a migration: what the service's tables have and its database, fully migrated, hasn't."""
    program = next(program for program in PROGRAMS if program.name == service)
    async with _prepared_environments(layout) as told:
        await run_verb(program, MIGRATE, told[service], layout=layout)
        directory = source_directory(program) / "migrations"
        config = migrations.config(directory, told[service][program.url_setting])
        number = f"{len(list(ScriptDirectory(str(directory)).walk_revisions())) + 1:04}"
        # In a thread: Alembic's environment runs an event loop of its own.
        await asyncio.to_thread(partial(command.revision, config, message=message, autogenerate=True, rev_id=number))
    say(f"Read {directory / 'versions'}/{number}_*.py before you trust it.")


async def psql(layout: Layout, service: str) -> int:
    """Open the shell of a service's database, as the service's own role; returns the shell's exit code."""
    secrets = load_or_create(layout.secrets)
    program = next(program for program in PROGRAMS if program.name == service)
    if service in read_settings(os.environ).database_urls:
        raise Refused(
            f"The database of {service} is on a server of your own: open it by `psql ${program.url_setting}`."
        )
    with cluster(layout.postgres) as server:
        await ensure_databases(server, secrets)
        process = await asyncio.create_subprocess_exec(
            server.installation.program("psql"),
            program.database,
            env={**os.environ, **server.client_environment(program.role, secrets.role_passwords[service])},
        )
        return await process.wait()


async def status(layout: Layout, *, say: Say) -> int:
    """Say of each program whether it is ready; returns 0 if all are, else 1."""
    settings = read_settings(os.environ)
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        ready = [await is_ready(client, settings.address(program.name)) for program in PROGRAMS]
    for program, is_up in zip(PROGRAMS, ready, strict=True):
        say(f"{program.name:12} {settings.address(program.name):28} {'ready' if is_up else 'not ready'}")
    say(f"Files: {layout.var}")
    return 0 if all(ready) else 1


@asynccontextmanager
async def _prepared_environments(layout: Layout) -> AsyncIterator[Mapping[str, Mapping[str, str]]]:
    settings = read_settings(os.environ)
    await refuse_unfit_servers(settings.database_urls)
    secrets = load_or_create(layout.secrets)
    with ExitStack() as stack:
        server = None
        if settings.needs_embedded_server:
            server = stack.enter_context(cluster(layout.postgres))
            await ensure_databases(server, secrets)
        urls = database_urls(settings, server, secrets)
        yield environments(settings, layout, secrets, database_urls=urls)
