"""Calling the gateway as somebody: a client, an official's account, or a citizen without a token."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

PATIENCE_S = 30.0
PAUSE_S = 0.1


class DemoFailed(Exception):
    """A step didn't go as the platform promises; the message says which, with the reply."""


@dataclass
class Voice:
    """Somebody who calls. `headers` carry the token, if there is one."""

    http: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call under /v1 and return whatever comes, with an Idempotency-Key where one is needed."""
        headers = {**self.headers, **options.pop("headers", {})}
        if method == "POST":
            headers.setdefault("idempotency-key", str(uuid4()))
        return await self.http.request(method, f"/v1{path}", headers=headers, **options)

    async def call(self, method: str, path: str, **options: Any) -> Any:
        """Call and return the reply's JSON. Raises DemoFailed for a refusal."""
        return _read(await self.ask(method, path, **options), f"{method} {path}")

    async def get(self, path: str, **parameters: Any) -> Any:
        """Read something. Empty parameters aren't passed on: httpx would take the query out of `path` for them."""
        return await self.call("GET", path, params=parameters or None)

    async def first(self, path: str, **parameters: Any) -> Any | None:
        """The first item of a list, or None."""
        items = (await self.get(path, **parameters))["items"]
        return items[0] if items else None

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Create something."""
        return await self.call("POST", path, json=body or {})

    async def act(self, resource: str, action: str, body: Mapping[str, Any] | None = None, method: str = "POST") -> Any:
        """Act on a resource with the ETag it has now."""
        held = await self.ask("GET", resource)
        _read(held, f"GET {resource}")
        path = f"{resource}/{action}" if action else resource
        return await self.call(method, path, json=body or {}, headers={"if-match": held.headers["etag"]})


def _read(reply: httpx.Response, what: str) -> Any:
    if reply.is_error:
        raise DemoFailed(f"{what} was answered {reply.status_code}: {reply.text}")
    return reply.json() if reply.content else None


async def until(what: str, found: Callable[[], Any]) -> Any:
    """Ask again and again until `found()` (awaited) is true; facts travel between services in well under a second.

    Raises DemoFailed after 30 s.
    """
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        result = await found()
        if result:
            return result
        await asyncio.sleep(PAUSE_S)
    raise DemoFailed(f"{what} didn't happen within {PATIENCE_S:.0f} s")


async def sign_in(http: httpx.AsyncClient, form: Mapping[str, str]) -> Voice:
    """A voice with an access token of `POST /v1/oauth/token`."""
    body = _read(await http.post("/v1/oauth/token", data=dict(form)), "POST /oauth/token")
    return Voice(http, {"authorization": f"Bearer {body['access_token']}"})
