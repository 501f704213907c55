"""Internal tokens: what a service is told of a caller. Made by the gateway alone, for one service, for at most a minute."""

import math
from datetime import UTC, datetime
from typing import Any

from chassis.http.identity import ISSUER
from gateway.credentials.keyring import Keyring
from gateway.tokens.access import Identity

LIFE_SECONDS = 60
REUSED_SECONDS = 30
"""Signing costs some 100 µs: one token serves a caller's requests to a service for half of its life."""


class InternalTokens:
    """Signs internal tokens, and keeps each with the identity that it speaks of: it goes when the identity goes."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def of(self, identity: Identity, service: str, now: float) -> bytes:
        """The token for this service. `now`: Unix seconds."""
        kept = identity.internal.get(service)
        if kept is not None and 0 <= now - kept[0] < REUSED_SECONDS:
            return kept[1]
        issued = math.floor(now)
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": service,
            "iat": issued,
            "exp": issued + LIFE_SECONDS,
            "sub": identity.subject,
            "scope": identity.scope,
            "unbound": identity.unbound,
        }
        if identity.institution_id is not None:
            claims["institution_id"] = identity.institution_id
        token = self._keyring.sign(claims, datetime.fromtimestamp(now, UTC)).encode()
        identity.internal[service] = (now, token)
        return token
