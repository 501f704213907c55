"""Who calls: the gateway's signed internal token, verified here. Roles aren't in it: they are looked up."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from fastapi import Depends, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis.http.problems import Forbidden, NotAuthenticated

HEADER = "internal-token"
ISSUER = "prima-gateway"
LONGEST_S = 60
_KEPT = 10_000

CallerKind = Literal["account", "client", "anonymous"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who the gateway says is calling. `unbound` is a client of the platform itself; `institution_id` binds other clients."""

    kind: CallerKind
    id: str
    scopes: frozenset[str] = field(default_factory=frozenset)
    institution_id: UUID | None = None
    unbound: bool = False

    @property
    def subject(self) -> str:
        """`account:<id>`, `client:<id>` or `anonymous`."""
        return "anonymous" if self.kind == "anonymous" else f"{self.kind}:{self.id}"


ANONYMOUS = Caller("anonymous", "")


def read_claims(claims: Mapping[str, Any]) -> Caller:
    """The caller that an internal token's claims name. Raises NotAuthenticated if they make no sense."""
    kind, _, identifier = str(claims.get("sub", "")).partition(":")
    scopes = frozenset(str(claims.get("scope", "")).split())
    if kind == "anonymous":
        return ANONYMOUS
    if kind not in ("account", "client") or not identifier:
        raise NotAuthenticated
    institution = claims.get("institution_id")
    return Caller(
        cast(CallerKind, kind),
        identifier,
        scopes,
        UUID(institution) if institution else None,
        unbound=claims.get("unbound") is True,
    )


class Verifier:
    """Verifies internal tokens for one audience; each is verified once and kept until it expires."""

    def __init__(
        self, audience: str, keys: Callable[[], KeySet], *, on_unknown: Callable[[], None] = lambda: None
    ) -> None:
        self._audience, self._keys, self._on_unknown = audience, keys, on_unknown
        self._kept: dict[str, tuple[float, Caller]] = {}

    def verify(self, token: str, now: float) -> Caller:
        """The caller. Raises NotAuthenticated for a token that isn't the gateway's, isn't for us or isn't in time."""
        kept = self._kept.get(token)
        if kept is not None and kept[0] > now:
            return kept[1]
        try:
            claims = jwt.decode(token, self._keys(), algorithms=["Ed25519"]).claims
        except (JoseError, ValueError, TypeError) as error:
            self._on_unknown()  # perhaps the gateway has a new key
            raise NotAuthenticated from error
        expires, issued = claims.get("exp"), claims.get("iat")
        if (
            claims.get("iss") != ISSUER
            or claims.get("aud") != self._audience
            or not isinstance(expires, int)
            or not isinstance(issued, int)
            or not issued - 5 <= now < expires
            or expires - issued > LONGEST_S
        ):
            raise NotAuthenticated
        caller = read_claims(claims)
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        self._kept[token] = (float(expires), caller)
        return caller


def caller_of(request: Request) -> Caller:
    """The caller of a request. Raises NotAuthenticated.

    Called by what depends on it, and no dependency itself: each costs some 40 µs in FastAPI, in every request.
    """
    token = request.headers.get(HEADER)
    if token is None:
        raise NotAuthenticated
    verifier: Verifier = request.app.state.verifier
    caller = verifier.verify(token, time.time())
    request.state.caller = caller
    return caller


async def _caller(request: Request) -> Caller:
    return caller_of(request)


CallerOfAnyKind = Annotated[Caller, Depends(_caller)]


def policy(name: str) -> Callable[[Any], Any]:
    """Mark a dependency as deciding who may call; a route without one doesn't start."""

    def mark(call: Any) -> Any:
        call.policy = name
        return call

    return mark


@policy("public")
async def _public(request: Request) -> Caller:
    return caller_of(request)


Public = Annotated[Caller, Depends(_public)]
"""Open to anybody who comes through the gateway, with a token or without."""


def signed_in(request: Request) -> Caller:
    """The caller, who isn't anonymous. Raises NotAuthenticated."""
    caller = caller_of(request)
    if caller.kind == "anonymous":
        raise NotAuthenticated
    return caller


@policy("signed in")
async def _signed_in(request: Request) -> Caller:
    return signed_in(request)


SignedIn = Annotated[Caller, Depends(_signed_in)]
"""An account or a client, whatever its scopes."""


def scoped(*scopes: str) -> Any:
    """A dependency: the caller's token carries all of `scopes` (401 without a token, 403 without a scope).

    An account has none: what accounts may do by their roles asks for a role instead.
    """

    @policy(f"scope {' '.join(scopes)}")
    async def allowed(request: Request) -> Caller:
        caller = signed_in(request)
        if not caller.scopes.issuperset(scopes):
            raise Forbidden
        return caller

    return Depends(allowed)
