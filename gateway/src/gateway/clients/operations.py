"""Making, changing and disabling clients. Whoever manages clients gives away no right that it doesn't hold itself."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.identity import Caller
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, NotFound
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from gateway.clients.schemas import ClientChange, NewClient
from gateway.clients.secrets import hash_secret, hint, make_secret
from gateway.credentials.revocations import revoke

MOST_SECRETS = 5
_NOT_HELD = Text("Anda sendiri tidak memegang lingkup ini.", "You don't hold this scope yourself.")
_OTHER_INSTITUTION = Text("Anda hanya mengelola klien instansi Anda.", "You manage your institution's clients only.")

_INSERT = Statement("""
    INSERT INTO clients (id, name, institution_id, scopes, platform, state, created_at, version)
    VALUES (:id, :name, :institution_id, :scopes, false, 'active', :now, 1)
""")
_LOCK = Statement(
    "SELECT id, name, institution_id, scopes, platform, state, version FROM clients WHERE id = :id FOR UPDATE"
)
_UPDATE = Statement("""
    UPDATE clients SET name = :name, scopes = :scopes, state = :state, version = version + 1 WHERE id = :id
""")
_TOUCH = Statement("UPDATE clients SET version = version + 1 WHERE id = :id")
_ADD_SECRET = Statement("""
    INSERT INTO client_secrets (id, client_id, hash, hint, created_at) VALUES (:id, :client_id, :hash, :hint, :now)
""")
_COUNT_SECRETS = Statement("SELECT count(*) FROM client_secrets WHERE client_id = :client_id")
_DELETE_SECRET = Statement("DELETE FROM client_secrets WHERE id = :id AND client_id = :client_id")


class PlatformClient(Conflict):
    """The platform's own clients are set by the environment of the gateway, not through the API."""

    code = "platform_client"
    title = Text("Klien milik platform diatur oleh pengelola", "The platform's own clients are set by its operator")


class TooManySecrets(Conflict):
    """A client has at most five secrets: delete one first."""

    code = "too_many_secrets"
    title = Text("Klien sudah memegang lima rahasia", "The client holds five secrets already")


def manages_all(caller: Caller) -> bool:
    """Whether the caller reaches every institution's clients."""
    return caller.unbound or "platform:admin" in caller.scopes


async def create(connection: Connection, caller: Caller, wanted: NewClient, *, now: datetime) -> tuple[str, str]:
    """A new client with its first secret: (id, secret). Raises Forbidden."""
    if not manages_all(caller) and wanted.institution_id != caller.institution_id:
        raise Forbidden(_OTHER_INSTITUTION)
    _check_held(caller, wanted.scopes)
    client_id, secret = str(new_id()), make_secret()
    await _INSERT.execute(
        connection,
        id=client_id,
        name=wanted.name,
        institution_id=wanted.institution_id,
        scopes=sorted(set(wanted.scopes)),
        now=now,
    )
    await _store(connection, client_id, secret, now=now)
    return client_id, secret


async def change(
    connection: Connection, caller: Caller, client_id: str, *, wanted: ClientChange, expected: Expected, now: datetime
) -> None:
    """Change a client; its tokens are called back if it may do less or is disabled. Raises NotFound, StaleVersion, …"""
    row = await _locked(connection, caller, client_id, expected)
    scopes = row["scopes"] if wanted.scopes is None else sorted(set(wanted.scopes))
    _check_held(caller, set(scopes) - set(row["scopes"]))
    state = wanted.state or row["state"]
    if state == "disabled" or set(row["scopes"]) - set(scopes):
        await revoke(connection, f"client:{client_id}", now)
    await _UPDATE.execute(connection, id=client_id, name=wanted.name or row["name"], scopes=scopes, state=state)


async def disable(connection: Connection, caller: Caller, client_id: str, *, expected: Expected, now: datetime) -> None:
    """No more tokens, and those that are out don't count any more."""
    await change(connection, caller, client_id, wanted=ClientChange(state="disabled"), expected=expected, now=now)


async def add_secret(
    connection: Connection, caller: Caller, client_id: str, *, expected: Expected, now: datetime
) -> tuple[UUID, str]:
    """A further secret, so that a program can change to it without a pause: (id, secret). Raises TooManySecrets, …"""
    await _locked(connection, caller, client_id, expected)
    if await _COUNT_SECRETS.fetchval(connection, client_id=client_id) >= MOST_SECRETS:
        raise TooManySecrets
    await _TOUCH.execute(connection, id=client_id)
    secret = make_secret()
    return await _store(connection, client_id, secret, now=now), secret


async def delete_secret(
    connection: Connection, caller: Caller, client_id: str, *, secret_id: UUID, expected: Expected, now: datetime
) -> None:
    """Delete a secret. Tokens don't say which secret asked for them, so all the client's tokens are called back."""
    await _locked(connection, caller, client_id, expected)
    if not await _DELETE_SECRET.execute(connection, id=secret_id, client_id=client_id):
        raise NotFound
    await _TOUCH.execute(connection, id=client_id)
    await revoke(connection, f"client:{client_id}", now)


async def _store(connection: Connection, client_id: str, secret: str, *, now: datetime) -> UUID:
    identifier = new_id()
    await _ADD_SECRET.execute(
        connection, id=identifier, client_id=client_id, hash=hash_secret(secret), hint=hint(secret), now=now
    )
    return identifier


async def _locked(connection: Connection, caller: Caller, client_id: str, expected: Expected) -> Row:
    row = await _LOCK.fetchrow(connection, id=client_id)
    if row is None or not (manages_all(caller) or row["institution_id"] == caller.institution_id):
        raise NotFound
    if row["platform"]:
        raise PlatformClient
    expected.check(row["version"])
    return row


def _check_held(caller: Caller, scopes: Iterable[str]) -> None:
    """An unbound administrator holds every scope; others give what they have."""
    given: list[Any] = sorted(set(scopes) - caller.scopes)
    if given:
        raise Forbidden(_NOT_HELD, errors=[Flaw("/scopes", "scope_not_held", _NOT_HELD)])
