"""For tests: sign internal tokens as the gateway would, and call an application in its own process."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from chassis.http.identity import ISSUER


class Signer:
    """A stand-in for the gateway's keys: what it signs, an application made with `keys` accepts."""

    def __init__(self) -> None:
        self.key = OKPKey.generate_key("Ed25519", {"kid": "test"})
        self.keys = KeySet([OKPKey.import_key(self.key.as_dict(private=False))])

    def token(
        self,
        audience: str,
        *,
        subject: str = "anonymous",
        scope: str = "",
        institution_id: UUID | None = None,
        unbound: bool = False,
        **claims: Any,
    ) -> str:
        """An internal token, valid for a minute; `claims` override or add."""
        now = int(time.time())
        content: dict[str, Any] = {"iss": ISSUER, "aud": audience, "iat": now, "exp": now + 60, "sub": subject}
        content |= {"scope": scope, "unbound": unbound}
        if institution_id is not None:
            content["institution_id"] = str(institution_id)
        return jwt.encode({"alg": "Ed25519", "kid": "test"}, content | claims, self.key, algorithms=["Ed25519"])


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of `app` with its lifespan begun."""
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://service"
        ) as client,
    ):
        yield client
