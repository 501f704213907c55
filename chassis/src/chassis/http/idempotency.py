"""Idempotency-Key: the key's row is part of the effect's own transaction; a retry gets the stored reply.

Only 2xx replies are stored. A second request with a key waits for the first, at most lock_timeout (then 409). A reply
that holds a secret is stored without it: its handler puts a `restore` on the claim.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends, Header, Request, Response
from sqlalchemy import Column, DateTime, Index, Integer, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.data.pool import Connection
from chassis.data.transactions import Transaction
from chassis.http import languages
from chassis.http.identity import Caller, CallerOfAnyKind
from chassis.http.problems import BadRequest, Flaw, Unprocessable

HEADER = "header/idempotency-key"
_NEEDED = languages.Text("Kirim tajuk Idempotency-Key.", "Send the header Idempotency-Key.")
_UUID = languages.Text(
    "Tanpa token, Idempotency-Key harus berupa UUID.", "Without a token, the Idempotency-Key must be a UUID."
)
_STORED_HEADERS = ("content-type", "location", "etag", "content-language", "cache-control")

CLAIM = """
INSERT INTO idempotency_keys (client, key, body_hash) VALUES ($1, $2, $3)
ON CONFLICT (client, key) DO NOTHING RETURNING 1
"""
STORED = "SELECT body_hash, status, headers, reply FROM idempotency_keys WHERE client = $1 AND key = $2"
KEEP = "UPDATE idempotency_keys SET status = $3, headers = $4, reply = $5 WHERE client = $1 AND key = $2"
GIVE_BACK = "DELETE FROM idempotency_keys WHERE client = $1 AND key = $2"
PURGE = "DELETE FROM idempotency_keys WHERE created_at < now() - interval '48 hours'"


class KeyReused(Unprocessable):
    """The same key came with another body."""

    code = "idempotency_key_reused"
    title = languages.Text(
        "Idempotency-Key ini sudah dipakai untuk permintaan lain", "This Idempotency-Key was used for another request"
    )


class Replayed(Exception):
    """Not an error: the reply exists already."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def add_idempotency_table(metadata: MetaData) -> Table:
    """Put `idempotency_keys` into a service's metadata."""
    return Table(
        "idempotency_keys",
        metadata,
        Column("client", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("body_hash", LargeBinary, nullable=False),
        Column("status", Integer),
        Column("headers", JSONB),
        Column("reply", LargeBinary),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Index("idempotency_keys_created_at_idx", "created_at"),
    )


@dataclass(slots=True)
class Claim:
    """A key taken for this request. `redact` is applied to the reply before it is stored."""

    client: str
    key: str
    body_hash: bytes
    connection: Connection
    redact: Callable[[bytes], bytes] | None = None


async def fingerprint(request: Request) -> bytes:
    """What makes two requests the same: method, path and body."""
    body = await request.body()
    return hashlib.sha256(f"{request.method} {request.scope['path']}\n".encode() + body).digest()


def checked_key(caller: Caller, key: str | None) -> str | None:
    """The key as it may be used: integration clients must send one, callers without a token send a UUID."""
    if key is None:
        if caller.kind == "client":
            raise BadRequest(_NEEDED, errors=[Flaw(HEADER, "missing", _NEEDED)])
        return None
    if caller.kind == "anonymous":
        try:
            UUID(key)
        except ValueError:
            raise BadRequest(_UUID, errors=[Flaw(HEADER, "uuid_parsing", _UUID)]) from None
    return key


def stored_response(row: Any, body_hash: bytes) -> Response:
    """The kept reply of a key's row. Raises KeyReused if it was for another body."""
    if bytes(row["body_hash"]) != body_hash:
        raise KeyReused
    headers = {**(row["headers"] or {}), "Idempotency-Replayed": "true"}
    return Response(bytes(row["reply"] or b""), status_code=row["status"], headers=headers)


async def _once(
    request: Request,
    caller: CallerOfAnyKind,
    connection: Transaction,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> Claim | None:
    key = checked_key(caller, idempotency_key)
    if key is None:
        return None
    claim = Claim(caller.subject, key, await fingerprint(request), connection)
    if await connection.fetchval(CLAIM, claim.client, claim.key, claim.body_hash) is None:
        row = await connection.fetchrow(STORED, claim.client, claim.key)
        raise Replayed(stored_response(row, claim.body_hash))
    request.state.claim = claim
    return claim


Once = Annotated[Claim | None, Depends(_once)]
"""For every POST that creates or acts: runs at most once for each key."""


async def keep(request: Request, response: Response) -> None:
    """Store a 2xx reply beside its effect, before the commit; a failed one gives the key back."""
    claim: Claim | None = request.scope["state"].get("claim")
    if claim is None:
        return
    request.state.claim = None
    reply = bytes(response.body)
    headers = {name: response.headers[name] for name in _STORED_HEADERS if name in response.headers}
    if claim.redact is not None:
        reply = claim.redact(reply)
    await claim.connection.execute(KEEP, claim.client, claim.key, response.status_code, headers, reply)


async def give_back(request: Request) -> None:
    """Free the key, for a refusal that is returned and not raised because something must be committed with it."""
    claim: Claim | None = request.scope["state"].get("claim")
    if claim is not None:
        request.state.claim = None
        await claim.connection.execute(GIVE_BACK, claim.client, claim.key)


def without(*members: str) -> Callable[[bytes], bytes]:
    """A redaction that drops these members of a JSON object."""

    def redact(reply: bytes) -> bytes:
        found = orjson.loads(reply)
        return orjson.dumps({name: value for name, value in found.items() if name not in members})

    return redact
