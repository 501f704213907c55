"""The real gateway on a database of its own, before services that repeat what they were told."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import orjson
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from api.gateway.stage import serve
from chassis.data.pool import connect
from chassis.http.identity import Caller, Verifier
from devstack.layout import DATA
from devstack.postgres import Cluster
from gateway.application import create_front, create_own
from gateway.settings import GatewaySettings
from support import databases

BOOTSTRAP_SECRET = "the-first-client's-own-words"
FOLLOWER_SECRET = "the-registry's-own-words"
PASSWORD = "seratus kuda nil"


@dataclass
class Told:
    """A service that answers with what came to it, and keeps it."""

    name: str
    requests: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = [(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]]
        seen = {"service": self.name, "path": scope["path"], "headers": headers, "body": body.decode("latin-1")}
        self.requests.append(seen)
        answer = [(b"content-type", b"application/json"), (b"x-from", self.name.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": answer})
        await send({"type": "http.response.body", "body": orjson.dumps(seen)})


@dataclass
class GatewayUnderTest:
    """The gateway's address, what lies behind it, and ways to call it."""

    own: FastAPI
    front: ASGIApp
    client: httpx.AsyncClient
    services: dict[str, Told]
    url: str

    async def call(self, method: str, path: str, *, token: str | None = None, **options: Any) -> httpx.Response:
        """Call with a bearer token; a POST gets an Idempotency-Key unless `headers` has one."""
        headers = dict(options.pop("headers", {}))
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        if method == "POST":
            headers.setdefault("idempotency-key", str(uuid4()))
        return await self.client.request(method, path, headers=headers, **options)

    async def inside(self, path: str) -> httpx.Response:
        """GET at the internal port."""
        return await self.client.get(f"http://127.0.0.1:{self.own.state.inside_port}{path}")

    async def grant(self, **form: str) -> httpx.Response:
        """Ask the token endpoint."""
        return await self.client.post("/v1/oauth/token", data=form)

    async def token(self, client_id: str = "bootstrap", secret: str = BOOTSTRAP_SECRET, **form: str) -> str:
        """An access token of a client."""
        reply = await self.grant(grant_type="client_credentials", client_id=client_id, client_secret=secret, **form)
        assert reply.status_code == 200, reply.text
        return str(reply.json()["access_token"])

    async def make_client(self, *scopes: str, institution: str | None = None) -> dict[str, Any]:
        """A new integration client, made by bootstrap: the reply, with its secret."""
        body = {"name": "Aplikasi", "institution_id": institution or str(uuid4()), "scopes": list(scopes)}
        reply = await self.call("POST", "/v1/clients", token=await self.token(), json=body)
        assert reply.status_code == 201, reply.text
        made: dict[str, Any] = reply.json()
        return made

    async def register(self, email: str, password: str = PASSWORD) -> dict[str, Any]:
        """A new account, verified."""
        begun = await self.call("POST", "/v1/accounts", json={"email": email, "password": password})
        assert begun.status_code == 202, begun.text
        wanted = {"verification_id": begun.json()["verification_id"], "code": begun.json()["development"]["code"]}
        reply = await self.call("POST", "/v1/accounts/verification", json=wanted)
        assert reply.status_code == 201, reply.text
        made: dict[str, Any] = reply.json()
        return made

    async def sign_in(self, name: str, password: str = PASSWORD) -> dict[str, Any]:
        """The tokens of an account."""
        reply = await self.grant(grant_type="password", username=name, password=password)
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()
        return found

    async def whom(self, token: str | None, service: str = "registry", path: str = "/v1/units") -> Caller:
        """Who the service is told is calling, by the internal token that it gets, verified as services do."""
        reply = await self.call("GET", path, token=token)
        assert reply.status_code == 200, reply.text
        given = dict(reply.json()["headers"])["internal-token"]
        return Verifier(service, lambda: self.own.state.keyring.public).verify(given, time.time())

    async def until_refused(self, token: str) -> None:
        """The token stops counting by itself, soon: the notice of it comes from the database."""
        deadline = time.monotonic() + 3
        while (await self.call("GET", "/v1/units", token=token)).status_code != 401:
            assert time.monotonic() < deadline, "the token still counts"

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection to the database, for looking at what was stored."""
        opened = await connect(self.url, name="test")
        try:
            yield opened
        finally:
            await opened.close()


def settings_of(url: str, **changes: Any) -> GatewaySettings:
    """Settings for development on the database at `url`."""
    told: dict[str, Any] = {
        "DATABASE_URL_GATEWAY": SecretStr(url),
        "gateway_secret": SecretStr("A" * 43),
        "prima_env": "development",
        "data_dir": DATA,
        "GATEWAY_INTERNAL_PORT": 0,
        "bootstrap_client_secret": SecretStr(BOOTSTRAP_SECRET),
        "bootstrap_client_file": Path("/dev/null/never"),
        "follower_secret_registry": SecretStr(FOLLOWER_SECRET),
        "rate_limits": "credentials=100000/60,anonymous-write=100000/60",  # all tests come from one address
    }
    return GatewaySettings(**(told | changes))


def write_docs(directory: Path) -> None:
    """Documents as `make openapi` writes them, but small."""
    folder = directory / "openapi"
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("prima.json").write_bytes(orjson.dumps({"openapi": "3.1.0", "paths": {}}))
    title = {"id": "Tidak ditemukan", "en": "Not <found>"}
    problem = {"code": "not_found", "status": 404, "title": title, "meaning": "Look & see."}
    folder.joinpath("problems.json").write_bytes(orjson.dumps([problem]))


@asynccontextmanager
async def gateway_under_test(
    cluster: Cluster, home: Path, *, url: str | None = None, **changes: Any
) -> AsyncIterator[GatewayUnderTest]:
    """The gateway with `changes` to its settings, on loopback; its files lie in `home`.

    `url`: a database that is there already, and stays.
    """
    if url is None:
        made = await databases.clone(cluster, "gateway")
        try:
            async with gateway_under_test(cluster, home, url=made, **changes) as running:
                yield running
        finally:
            await databases.drop(cluster, made)
        return
    async with AsyncExitStack() as stack:
        services = {name: Told(name) for name in ("registry", "complaints", "evaluation")}
        for name, service in services.items():
            port = await stack.enter_async_context(serve(service))
            changes.setdefault(f"{name}_url", f"http://127.0.0.1:{port}")
        changes.setdefault("bootstrap_client_file", home / "bootstrap-client.json")
        changes.setdefault("docs_dir", home / "docs")
        write_docs(home / "docs")
        own = create_own(settings_of(url, **changes))
        front = create_front(own)
        await stack.enter_async_context(own.router.lifespan_context(own))
        port = await stack.enter_async_context(serve(front))
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20)
        await stack.enter_async_context(client)
        yield GatewayUnderTest(own, front, client, services, url)
