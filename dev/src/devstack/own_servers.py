"""Databases on a server of the caller's own: whether they can be used, asked before anything starts."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

import asyncpg

from devstack.roster import PROGRAMS
from devstack.settings import Refused

OLDEST_VERSION = 18
CONNECT_SECONDS = 10.0
FACTS = """
SELECT current_setting('server_version_num')::int / 10000 AS version, current_database() AS database,
       current_setting('server_encoding') AS encoding, has_database_privilege(current_database(), 'CREATE') AS may_create
"""


async def refuse_unfit_servers(urls: Mapping[str, str]) -> None:
    """Connect once to each database of `urls`, which are keyed by program name.

    Raises: Refused, one sentence for each that can't be used; no password is repeated.
    """
    settings = {program.name: program.url_setting for program in PROGRAMS}
    found = await asyncio.gather(*(_flaw(url) for url in urls.values()))
    if flaws := [f"{settings[name]}: {flaw}" for name, flaw in zip(urls, found, strict=True) if flaw]:
        raise Refused("\n".join(flaws))


async def _flaw(url: str) -> str | None:
    """What keeps the database from being used, and what to do; None if nothing does."""
    parts = urlsplit(url)
    place = f"{parts.hostname or 'the socket'}{f':{parts.port}' if parts.port else ''}"
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError) as error:
        return f"the server at {place} doesn't let the role in ({error}): correct its name or password."
    except asyncpg.InvalidCatalogNameError as error:
        return f"the server at {place} has no such database ({error}): create it, owned by the role of the address."
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        return (
            f"no PostgreSQL takes the connection at {place} ({type(error).__name__}): start it, or correct the address."
        )
    try:
        facts = await connection.fetchrow(FACTS)
    finally:
        await connection.close()
    if facts["version"] < OLDEST_VERSION:
        return f"the server at {place} is PostgreSQL {facts['version']}: give one of version {OLDEST_VERSION} or newer."
    if facts["encoding"] != "UTF8":
        return f"the database {facts['database']} has the encoding {facts['encoding']}: create it with UTF8."
    if not facts["may_create"]:
        return f"the role may not create in the database {facts['database']}: make it the database's owner."
    return None
