"""Access tokens: JSON Web Tokens (RFC 9068) that the gateway signs, and verifies once, until they expire or are revoked."""

import re
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

import orjson
from joserfc import jwt
from joserfc.errors import JoseError

from chassis.http.identity import ISSUER, CallerKind
from chassis.http.languages import Text
from chassis.http.problems import NotAuthenticated
from gateway.credentials.keyring import ALGORITHM, Keyring
from gateway.credentials.revocations import Revocations

AUDIENCE = "prima"
KIND = "at+jwt"
ACCOUNT_SECONDS = 15 * 60
CLIENT_SECONDS = 60 * 60
LONGEST_TOKEN = 8192
CACHE_CAPACITY = 20_000
_DRIFT_SECONDS = 5
_SUBJECT = re.compile(r"(account|client):([!-~]{1,200})")
_EXPIRED = Text("Token sudah kedaluwarsa atau dicabut.", "The token has expired or was revoked.")
_NOT_OURS = Text("Token tidak dikenal.", "The token isn't one of ours.")


class BadToken(NotAuthenticated):
    """A bearer token that doesn't count. Says how to get one (RFC 6750)."""

    def __init__(self, detail: Text = _NOT_OURS) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="prima", error="invalid_token"'})


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token gives: who its bearer is and what the bearer may do."""

    subject: str
    """`account:<id>` or `client:<id>`."""
    seconds: int
    scopes: tuple[str, ...] = ()
    institution_id: str | None = None
    unbound: bool = False
    session: str | None = None


@dataclass(slots=True, eq=False)
class Identity:
    """A caller as the gateway knows it while its token lives."""

    kind: CallerKind
    id: str
    scope: str = ""
    institution_id: str | None = None
    unbound: bool = False
    expires: float = float("inf")
    internal: dict[str, tuple[float, bytes]] = field(default_factory=dict)
    """The internal tokens in use, by service; see internal.py."""

    @property
    def subject(self) -> str:
        return "anonymous" if self.kind == "anonymous" else f"{self.kind}:{self.id}"


class Issuer(Protocol):
    """Another issuer of access tokens whose word is taken."""

    name: str

    async def verify(self, token: str, now: float) -> tuple[str, float]:
        """(account id, expiry in Unix seconds). Raises BadToken, Unavailable."""
        ...


def issue(keyring: Keyring, grant: Grant, now: datetime) -> str:
    """A signed access token of this grant."""
    issued = now.timestamp()
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": grant.subject,
        "client_id": grant.subject.removeprefix("client:") if grant.subject.startswith("client:") else "prima",
        "jti": str(uuid4()),
        "iat": issued,  # with its fraction: a revocation and a new token may fall into one second
        "exp": int(issued) + grant.seconds,
        "scope": " ".join(grant.scopes),
        "unbound": grant.unbound,
    }
    if grant.institution_id is not None:
        claims["institution_id"] = grant.institution_id
    if grant.session is not None:
        claims["sid"] = grant.session
    return keyring.sign(claims, now, kind=KIND)


class AccessTokens:
    """Verifies tokens; each is verified once and kept, at most `capacity` of them."""

    def __init__(
        self,
        keyring: Keyring,
        revocations: Revocations,
        *,
        issuer: Issuer | None = None,
        capacity: int = CACHE_CAPACITY,
    ) -> None:
        self._keyring, self._revocations, self._issuer, self._capacity = keyring, revocations, issuer, capacity
        self._kept: OrderedDict[bytes, Identity] = OrderedDict()
        revocations.on_change(self._kept.clear)

    async def identify(self, token: bytes, now: float) -> Identity:
        """Who bears the token. `now`: Unix seconds. Raises BadToken, or Unavailable if its issuer can't be asked."""
        kept = self._kept.get(token)
        if kept is not None:
            if kept.expires > now:
                return kept
            del self._kept[token]
            raise BadToken(_EXPIRED)
        identity = await self._verified(token, now)
        if len(self._kept) >= self._capacity:
            self._kept.popitem(last=False)
        self._kept[token] = identity
        return identity

    async def _verified(self, token: bytes, now: float) -> Identity:
        try:
            text = token.decode("ascii")
        except UnicodeDecodeError as error:
            raise BadToken from error
        header, claims = _unverified(text)
        if self._issuer is not None and claims.get("iss") == self._issuer.name:
            account, expires = await self._issuer.verify(text, now)
            return Identity("account", account, expires=expires)
        if not self._keyring.knows(header.get("kid")) or header.get("typ") != KIND:
            raise BadToken
        return self._own(text, now)

    def _own(self, token: str, now: float) -> Identity:
        try:
            claims = jwt.decode(token, self._keyring.public, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, TypeError) as error:
            raise BadToken from error
        issued, expires = claims.get("iat"), claims.get("exp")
        subject = _SUBJECT.fullmatch(str(claims.get("sub", "")))
        if (
            claims.get("iss") != ISSUER
            or claims.get("aud") != AUDIENCE
            or subject is None
            or not isinstance(issued, int | float)
            or not isinstance(expires, int)
            or issued > now + _DRIFT_SECONDS
        ):
            raise BadToken
        held = self._revocations.hold_against
        session = claims.get("sid")
        if now >= expires or held(subject[0], issued) or (session and held(f"session:{session}", issued)):
            raise BadToken(_EXPIRED)
        return Identity(
            "account" if subject[1] == "account" else "client",
            subject[2],
            scope=str(claims.get("scope", "")),
            institution_id=claims.get("institution_id"),
            unbound=claims.get("unbound") is True,
            expires=float(expires),
        )


def _unverified(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Header and claims as the token states them, to learn whose token it claims to be. Raises BadToken."""
    parts = token.split(".")
    if len(token) > LONGEST_TOKEN or len(parts) != 3:
        raise BadToken
    try:
        header, claims = (orjson.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2])
    except ValueError as error:
        raise BadToken from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise BadToken
    return header, claims
