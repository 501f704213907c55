"""An OpenID Connect provider whose access tokens are taken: found by its discovery document, verified by its keys.

The token's `sub` becomes the account `account:<sub>`; the registry's `people` name it. Roles come from appointments, never
from the provider.
"""

import re
import time
from typing import Any

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis.http.problems import Unavailable
from gateway.tokens.access import BadToken

ALGORITHMS = ["RS256", "ES256", "Ed25519"]
KEYS_KEPT_SECONDS = 3600.0
ASK_AGAIN_SECONDS = 5.0
"""A token with an unknown key makes us ask for keys at most this often: strangers can't make us flood the provider."""
_DRIFT_SECONDS = 5
_ACCOUNT = re.compile(r"[A-Za-z0-9._~@+|-]{1,200}")

log = structlog.get_logger("gateway.provider")


class Provider:
    """The provider at `name`, its issuer address."""

    def __init__(self, issuer: str, *, audience: str, http: httpx.AsyncClient) -> None:
        self.name = issuer
        self._audience, self._http = audience, http
        self._keys: KeySet | None = None
        self._asked_at = float("-inf")

    async def verify(self, token: str, now: float) -> tuple[str, float]:
        """(account id, expiry in Unix seconds). Raises BadToken, or Unavailable while no keys could be had."""
        claims = await self._claims(token)
        expires, begins, account = claims.get("exp"), claims.get("nbf", 0), claims.get("sub")
        audience = claims.get("aud")
        if (
            claims.get("iss") != self.name
            or self._audience not in (audience if isinstance(audience, list) else [audience])
            or not isinstance(expires, int | float)
            or not isinstance(begins, int | float)
            or not begins - _DRIFT_SECONDS <= now < expires
            or not isinstance(account, str)
            or not _ACCOUNT.fullmatch(account)
        ):
            raise BadToken
        return account, float(expires)

    async def _claims(self, token: str) -> dict[str, Any]:
        await self._refresh(older_than=KEYS_KEPT_SECONDS)
        for last in (False, True):
            if self._keys is None:
                raise Unavailable(headers={"Retry-After": "5"})
            try:
                return jwt.decode(token, self._keys, algorithms=ALGORITHMS).claims
            except (JoseError, ValueError, TypeError) as error:
                if last:
                    raise BadToken from error
                await self._refresh(older_than=ASK_AGAIN_SECONDS)  # perhaps the provider has a new key
        raise AssertionError("unreachable")

    async def _refresh(self, *, older_than: float) -> None:
        """Ask for the keys if those held are older. A provider that doesn't answer leaves us with those."""
        wait = older_than if self._keys is not None else ASK_AGAIN_SECONDS
        if time.monotonic() - self._asked_at < wait:
            return
        self._asked_at = time.monotonic()
        try:
            discovery = await self._http.get(f"{self.name.rstrip('/')}/.well-known/openid-configuration")
            discovery.raise_for_status()
            if discovery.json()["issuer"] != self.name:
                raise ValueError("the discovery document names another issuer")
            keys = await self._http.get(discovery.json()["jwks_uri"])
            keys.raise_for_status()
            self._keys = KeySet.import_key_set(keys.json())
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("provider_unreachable", error=type(error).__name__)
