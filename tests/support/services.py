"""A service's real application on a database of its own, and callers of every kind."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from chassis.data.pool import connect
from chassis.data.sequencer import sequence_batch
from chassis.http.app import Service, create_app
from chassis.ops.settings import settings_for
from chassis.testing import Signer, running
from devstack.layout import DATA
from devstack.postgres import Cluster
from support import databases

EVERY_SCOPE = (
    "registry:read registry:write complaints:file complaints:read complaints:act evaluation:read evaluation:write "
    "evaluation:answer reports:read feeds:read webhooks:manage clients:manage platform:admin"
)
SIGNER = Signer()


@dataclass
class ServiceUnderTest:
    """The application, a client without a caller, and the database's address."""

    name: str
    app: FastAPI
    client: httpx.AsyncClient
    url: str

    def headers(self, subject: str = "anonymous", **claims: Any) -> dict[str, str]:
        """The headers that the gateway would send for this caller."""
        return {"internal-token": SIGNER.token(self.name, subject=subject, **claims)}

    async def call(
        self,
        method: str,
        path: str,
        *,
        caller: dict[str, str] | None = None,
        key: str | None = "",
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Call as `caller` (headers; default the platform's own client with every scope). `key=None` sends no Idempotency-Key."""
        sent = dict(caller if caller is not None else self.bootstrap())
        if method == "POST" and key is not None:
            sent["idempotency-key"] = key or str(uuid4())
        return await self.client.request(method, path, headers=sent | (headers or {}), **options)

    def bootstrap(self) -> dict[str, str]:
        """The client that is bound to no institution and passes role checks."""
        return self.headers("client:bootstrap", scope=EVERY_SCOPE, unbound=True)

    def account(self, identifier: str) -> dict[str, str]:
        """A person's account: acts by roles, has no scopes."""
        return self.headers(f"account:{identifier}")

    def integration(self, scope: str, institution_id: UUID | None = None) -> dict[str, str]:
        """An institution's client with these scopes."""
        return self.headers(f"client:{uuid4()}", scope=scope, institution_id=institution_id)

    def anonymous(self) -> dict[str, str]:
        """Somebody without a token."""
        return self.headers()

    async def sequenced(self) -> None:
        """Number every fact that is in the outbox."""
        async with self.app.state.pool.acquire() as connection:
            while await sequence_batch(connection):
                pass

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection to the database, for looking at what was stored."""
        opened = await connect(self.url, name="test")
        try:
            yield opened
        finally:
            await opened.close()


@asynccontextmanager
async def service_under_test(
    cluster: Cluster, service: Service, *, loaded: bool = True, **options: Any
) -> AsyncIterator[ServiceUnderTest]:
    """The service on a fresh clone of its template. Background tasks are off unless `background=True`."""
    url = await databases.clone(cluster, service.name, loaded=loaded)
    settings = (service.settings or settings_for(service.name)).model_construct(
        database_url=SecretStr(url),
        port=1,
        pool_size=8,
        data_dir=DATA,
        prima_env="development",
        gateway_url="http://127.0.0.1:1",
        follower_secret=None,
        identity_key=SecretStr("A" * 43 + "="),
    )
    options.setdefault("background", False)
    app = create_app(service, settings, keys=SIGNER.keys, **options)
    try:
        async with running(app) as client:
            yield ServiceUnderTest(service.name, app, client, url)
    finally:
        await databases.drop(cluster, url)
