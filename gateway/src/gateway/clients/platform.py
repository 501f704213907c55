"""The platform's own clients: `bootstrap`, and one for each service to follow feeds with. Their secrets are settings."""

import os
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

import orjson
import structlog

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.ops.identifiers import new_id
from gateway.clients.scopes import SCOPES
from gateway.clients.secrets import hash_secret, hint, make_secret
from gateway.credentials.revocations import revoke

BOOTSTRAP = "bootstrap"

# Several processes start at once: one of them makes the clients.
_LOCK = "SELECT pg_advisory_xact_lock(7234912)"
_ENSURE = Statement("""
    INSERT INTO clients (id, name, institution_id, scopes, platform, state, created_at, version)
    VALUES (:id, :name, NULL, :scopes, true, 'active', :now, 1)
    ON CONFLICT (id) DO UPDATE SET scopes = excluded.scopes, version = clients.version + 1
        WHERE clients.scopes <> excluded.scopes
""")
_SECRETS = Statement("SELECT hash FROM client_secrets WHERE client_id = :client_id")
_FORGET = Statement("DELETE FROM client_secrets WHERE client_id = :client_id")
_ADD = Statement("""
    INSERT INTO client_secrets (id, client_id, hash, hint, created_at) VALUES (:id, :client_id, :hash, :hint, :now)
""")

log = structlog.get_logger("gateway.clients")


async def ensure_services(connection: Connection, secrets: Mapping[str, str], *, now: datetime) -> None:
    """One client `service-<name>` for each service, which may only follow feeds. `secrets` by service."""
    async with connection.transaction():
        await connection.execute(_LOCK)
        for service, secret in secrets.items():
            await _ensure(connection, f"service-{service}", f"Prima {service}", scopes=("feeds:read",), now=now)
            await _set_secret(connection, f"service-{service}", secret, now=now)


async def ensure_bootstrap(
    connection: Connection, secret: str | None, *, file: Path, rewrite: bool, now: datetime
) -> None:
    """The first client, with every scope. Its secret is the one given; else it is made once and written to `file`.

    `rewrite`: in development, a file that is missing is made anew with a new secret, and one is written for a given secret too.
    Raises OSError if the file can't be written.
    """
    async with connection.transaction():
        await connection.execute(_LOCK)
        await _ensure(connection, BOOTSTRAP, "Prima bootstrap", scopes=sorted(SCOPES), now=now)
        held = await _SECRETS.fetch(connection, client_id=BOOTSTRAP)
        if secret is None and held and (not rewrite or file.exists()):  # noqa: ASYNC240 - once, before the first request
            return
        chosen = secret or make_secret()
        if secret is None or rewrite:
            # Before the commit: a secret that is stored and written nowhere would be lost.
            write_private(file, orjson.dumps({"client_id": BOOTSTRAP, "client_secret": chosen}) + b"\n")
            log.info("bootstrap_client_written", file=str(file))
        await _set_secret(connection, BOOTSTRAP, chosen, now=now)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)


async def _ensure(connection: Connection, client_id: str, name: str, *, scopes: Collection[str], now: datetime) -> None:
    await _ENSURE.execute(connection, id=client_id, name=name, scopes=list(scopes), now=now)


async def _set_secret(connection: Connection, client_id: str, secret: str, *, now: datetime) -> None:
    """Make it the client's only secret; tokens of a secret that was replaced don't count any more."""
    held = await _SECRETS.fetch(connection, client_id=client_id)
    wanted = hash_secret(secret)
    if [row["hash"] for row in held] == [wanted]:
        return
    await _FORGET.execute(connection, client_id=client_id)
    await _ADD.execute(connection, id=new_id(), client_id=client_id, hash=wanted, hint=hint(secret), now=now)
    if held:
        await revoke(connection, f"client:{client_id}", now)
