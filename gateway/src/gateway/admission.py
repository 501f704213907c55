"""Who calls, may it go on, and what the service is told of it: the one check that every request passes."""

import time

from starlette.types import Scope

from chassis.http.languages import Text
from chassis.http.problems import NotAuthenticated
from gateway.limits.limiter import Limiter
from gateway.proxy.forward import Admission
from gateway.tokens.access import AccessTokens, Identity
from gateway.tokens.internal import InternalTokens

TOKEN_ENDPOINT = "/v1/oauth/token"  # noqa: S105 - an address
_BEARER = Text("Tajuk Authorization harus berupa Bearer.", "The Authorization header must be Bearer.")
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="prima"'}


class Gatekeeper:
    """Admits requests; `admit` is what the data path calls."""

    def __init__(self, tokens: AccessTokens, internal: InternalTokens, limiter: Limiter) -> None:
        self._tokens, self._internal, self._limiter = tokens, internal, limiter
        self._anonymous = Identity("anonymous", "")

    async def admit(self, scope: Scope, service: str, path: str) -> Admission:
        """Raises NotAuthenticated for a token that doesn't count, TooManyRequests for a used-up quota."""
        now = time.time()
        identity = self._anonymous if path == TOKEN_ENDPOINT else await self._identify(scope, now)
        client = scope.get("client")
        headers = self._limiter.check(
            scope["method"],
            path,
            kind=identity.kind,
            identifier=identity.id,
            address=client[0] if client else "",
            now=time.monotonic(),
        )
        return Admission(self._internal.of(identity, service, now), headers)

    async def _identify(self, scope: Scope, now: float) -> Identity:
        given: bytes | None = None
        for name, value in scope["headers"]:
            if name == b"authorization":
                if given is not None:
                    raise NotAuthenticated(_BEARER, headers=_CHALLENGE)
                given = value
        if given is None:
            return self._anonymous
        scheme, _, token = given.partition(b" ")
        if scheme.lower() != b"bearer" or not token:
            raise NotAuthenticated(_BEARER, headers=_CHALLENGE)
        return await self._tokens.identify(token.strip(), now)
