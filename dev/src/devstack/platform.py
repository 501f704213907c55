"""A whole platform for the time of an `async with`: database, four programs, all ready.

`make run`, the demo and the tests of the whole start theirs here.
"""

import asyncio
import fcntl
import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from devstack.layout import Layout, last_lines, size_of
from devstack.own_servers import refuse_unfit_servers
from devstack.postgres import Cluster, cluster, ensure_databases
from devstack.preparation import prepare, refusal
from devstack.roster import PROGRAMS, WRONG_SETTING
from devstack.secrets import Secrets, load_or_create
from devstack.settings import Refused, Settings, environments, read_settings, refuse_taken_ports
from devstack.supervisor import Launch, Say, Supervisor

READY_SECONDS = 60.0
POLL_SECONDS = 0.05
HOPELESS_AFTER_ENDS = 3


class NotReady(Exception):
    """A program didn't become ready; the message ends with the last lines of its log."""


@dataclass(frozen=True)
class Platform:
    """A running platform. `cluster` is None if every database lies on a server of the caller's own."""

    layout: Layout
    settings: Settings
    database_urls: dict[str, str]
    cluster: Cluster | None
    supervisor: Supervisor

    @property
    def address(self) -> str:
        """The gateway's address."""
        return self.settings.address("gateway")

    def bootstrap_client(self) -> dict[str, str]:
        """What the gateway wrote at its first start: `client_id` and `client_secret` of the unbound first client."""
        found: dict[str, str] = json.loads(self.layout.bootstrap_client.read_text("utf-8"))
        return found


@asynccontextmanager
async def platform(
    home: Path,
    ports: Mapping[str, int] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    say: Say = lambda _: None,
) -> AsyncIterator[Platform]:
    """Start a platform whose files lie in `home`; ready when entered, stopped when left.

    `home` is absolute; `ports` by program name (see `free_ports`); `environment` is laid over this process's own.
    Raises: Refused, ServerFailed, PreparationFailed, NotReady.
    """
    given = {f"{name.upper()}_PORT": str(port) for name, port in (ports or {}).items()}
    settings = read_settings({**os.environ, **(environment or {}), **given})
    layout = Layout(home)
    with ExitStack() as stack:
        stack.enter_context(only_platform(layout))
        refuse_taken_ports(settings)
        await refuse_unfit_servers(settings.database_urls)
        secrets = load_or_create(layout.secrets)
        server = None
        if settings.needs_embedded_server:
            server = stack.enter_context(cluster(layout.postgres))
            await ensure_databases(server, secrets)
            say("PostgreSQL is up")
        urls = database_urls(settings, server, secrets)
        told = environments(settings, layout, secrets, database_urls=urls)
        await prepare(told, layout, urls=urls, say=say)
        launches = [
            Launch(program.name, program.command(), told[program.name], layout.log(program.name))
            for program in PROGRAMS
        ]
        logged = {program.name: size_of(layout.log(program.name)) for program in PROGRAMS}
        async with Supervisor(launches, server, say) as supervisor:
            say("Starting the gateway and the services")
            await wait_until_ready(settings, supervisor, layout, logged)
            yield Platform(layout, settings, urls, server, supervisor)


def database_urls(settings: Settings, server: Cluster | None, secrets: Secrets) -> dict[str, str]:
    """The address of each program's database, by program name: the caller's own, else the embedded one."""
    embedded = {
        program.name: server.url(program.database, secrets.role_passwords[program.name], program.database)
        for program in PROGRAMS
        if server is not None
    }
    return {**embedded, **settings.database_urls}


@contextmanager
def only_platform(layout: Layout) -> Iterator[None]:
    """Be the only platform, or the only restore, of this directory.

    Raises: Refused.
    """
    layout.var.mkdir(parents=True, exist_ok=True)
    with layout.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(
                f"A platform already runs from {layout.var}: stop it first (Ctrl-C where it runs)."
            ) from error
        yield


async def wait_until_ready(
    settings: Settings, supervisor: Supervisor, layout: Layout, logged: Mapping[str, int]
) -> None:
    """Return when every program says that it is ready. `logged`: the bytes in each one's log when it was started.

    Raises: NotReady, after 60 s, or when a program ends again and again; Refused, if one doesn't take its settings.
    """
    try:
        async with asyncio.timeout(READY_SECONDS), httpx.AsyncClient(trust_env=False, timeout=5) as client:
            for program in PROGRAMS:
                while not await is_ready(client, settings.address(program.name)):
                    _look_for_ends(supervisor, layout, logged)
                    await asyncio.sleep(POLL_SECONDS)
    except TimeoutError as error:
        raise NotReady(_story(program.name, layout, f"wasn't ready within {READY_SECONDS:.0f} s")) from error


def _look_for_ends(supervisor: Supervisor, layout: Layout, logged: Mapping[str, int]) -> None:
    for name, ends in supervisor.ends.items():
        if supervisor.exit_codes[name] == WRONG_SETTING:
            raise refusal(name, last_lines(layout.log(name), after=logged[name]))
        if ends >= HOPELESS_AFTER_ENDS:
            raise NotReady(_story(name, layout, "ends again and again"))


async def is_ready(client: httpx.AsyncClient, address: str) -> bool:
    """Whether the program at this address answers /readyz with 200."""
    try:
        return (await client.get(f"{address}/readyz")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _story(name: str, layout: Layout, what: str) -> str:
    log = layout.log(name)
    return f"{name} {what}; the end of {log}:\n{last_lines(log)}"
