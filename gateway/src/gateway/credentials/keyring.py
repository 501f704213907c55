"""The gateway's Ed25519 keys: they sign access tokens and internal tokens, are kept sealed, and are changed in good order.

A new key is published some minutes before it signs, and an old one stays published until all that it signed has expired:
no verifier ever meets a token whose key it can't know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.ops.identifiers import new_id
from gateway.credentials.sealing import Sealer

ALGORITHM: Final = "Ed25519"
LIFE = timedelta(days=30)
LEAD = timedelta(minutes=15)
"""How long a key is published before it signs: three times as long as services keep the keys without asking."""
LINGER = timedelta(hours=2)
"""How long a replaced key stays published: longer than any access token lives."""
CHANNEL = "signing_keys"

# One process at a time makes a key; the others wait and find it.
_LOCK = "SELECT pg_advisory_xact_lock(7234911)"
_HELD = Statement("SELECT kid, sealed, created_at, active_at, retire_at FROM signing_keys ORDER BY active_at, kid")
_INSERT = Statement(
    "INSERT INTO signing_keys (kid, sealed, created_at, active_at) VALUES (:kid, :sealed, :created_at, :active_at)"
)
_RETIRE = Statement("UPDATE signing_keys SET retire_at = :at WHERE retire_at IS NULL")
_FORGET = Statement("DELETE FROM signing_keys WHERE retire_at < :now")
_TELL = f"NOTIFY {CHANNEL}"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the time in which it is of use."""

    kid: str
    key: OKPKey
    created_at: datetime
    active_at: datetime
    retire_at: datetime | None


class Keyring:
    """The keys as this process holds them; `load` reads them anew."""

    def __init__(self, secret: bytes) -> None:
        self._sealer = Sealer(secret, "signing keys")
        self._keys: tuple[SigningKey, ...] = ()
        self.public = KeySet([])
        """The public keys, by which tokens are verified."""

    async def load(self, connection: Connection, now: datetime) -> None:
        """Read the keys; make the first one, and the next one when the newest is old.

        Raises WrongSecret.
        """
        async with connection.transaction():
            await connection.execute(_LOCK)
            rows = await _HELD.fetch(connection)
            self._hold([self._opened(row) for row in rows], now)
            if not rows:
                await self._make(connection, now, active_at=now)
            elif max(key.created_at for key in self._keys) < now - LIFE:
                await self.rotate(connection, now)

    async def rotate(self, connection: Connection, now: datetime) -> None:
        """Publish a new key now that signs soon; the present ones retire once what they signed has expired.

        Runs in the caller's transaction.
        """
        await _FORGET.execute(connection, now=now)
        await _RETIRE.execute(connection, at=now + LEAD + LINGER)
        await self._make(connection, now, active_at=now + LEAD)

    async def _make(self, connection: Connection, now: datetime, *, active_at: datetime) -> None:
        kid = str(new_id())
        key = OKPKey.generate_key(ALGORITHM, {"kid": kid})
        sealed = self._sealer.seal(orjson.dumps(key.as_dict(private=True)), place=f"signing_keys/{kid}")
        await _INSERT.execute(connection, kid=kid, sealed=sealed, created_at=now, active_at=active_at)
        await connection.execute(_TELL)
        self._hold([self._opened(row) for row in await _HELD.fetch(connection)], now)

    def _opened(self, row: Mapping[str, Any]) -> SigningKey:
        plain = self._sealer.open(row["sealed"], place=f"signing_keys/{row['kid']}")
        key = OKPKey.import_key(orjson.loads(plain))
        return SigningKey(row["kid"], key, row["created_at"], row["active_at"], row["retire_at"])

    def _hold(self, keys: list[SigningKey], now: datetime) -> None:
        self._keys = tuple(key for key in keys if key.retire_at is None or key.retire_at > now)
        self.public = KeySet([OKPKey.import_key(key.key.as_dict(private=False)) for key in self._keys])

    def published(self) -> dict[str, Any]:
        """The public keys as a JSON Web Key Set (RFC 7517), each with its algorithm."""
        keys = [key.key.as_dict(private=False) | {"alg": ALGORITHM, "use": "sig"} for key in self._keys]
        return {"keys": keys}

    def knows(self, kid: object) -> bool:
        """Whether a token's header names one of these keys."""
        return any(key.kid == kid for key in self._keys)

    def sign(self, claims: Mapping[str, Any], now: datetime, *, kind: str = "JWT") -> str:
        """A JWT of these claims by the key that is in force; `kind` is its `typ`."""
        active = [key for key in self._keys if key.active_at <= now] or list(self._keys[:1])
        signing = active[-1]
        header = {"alg": ALGORITHM, "kid": signing.kid, "typ": kind}
        return jwt.encode(header, dict(claims), signing.key, algorithms=[ALGORITHM])
