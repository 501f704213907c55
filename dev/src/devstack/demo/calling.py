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
AWAY = (502, 503, 504)
MOST_TRIES = 5
"""To act on a resource that others change too."""


class DemoFailed(Exception):
    """A step didn't go as the platform promises; the message says which, with the reply."""


@dataclass
class Voice:
    """Somebody who calls. `headers` carry the token, if there is one."""

    http: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call under /v1 and return the answer, whatever it says, with an Idempotency-Key where one is needed.

        While a program is away it is asked again, with the same key. Raises DemoFailed if it isn't back after 30 s.
        """
        headers = {**self.headers, **options.pop("headers", {})}
        if method == "POST":
            headers.setdefault("idempotency-key", str(uuid4()))
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                reply = await self.http.request(method, f"/v1{path}", headers=headers, **options)
            except httpx.TransportError as error:
                last, pause = type(error).__name__, PAUSE_S
            else:
                if not _is_away(reply):
                    return reply
                last, pause = str(reply.status_code), float(reply.headers.get("retry-after", PAUSE_S))
            if time.monotonic() + pause > end:
                raise DemoFailed(f"{method} {path} wasn't answered within {PATIENCE_S:.0f} s (at last: {last})")
            await asyncio.sleep(pause)

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
        """Act on a resource with the ETag it has now. Raises DemoFailed for a refusal.

        A PATCH has no key: asked again, it may meet (412) the version that it made itself.
        """
        path = f"{resource}/{action}" if action else resource
        for _ in range(MOST_TRIES):
            held = await self.held(resource)
            reply = await self.ask(method, path, json=body or {}, headers={"if-match": held.headers["etag"]})
            if reply.status_code != 412:
                break
            if method == "PATCH" and _has(now := (await self.held(resource)).json(), body):
                return now
        return _read(reply, f"{method} {path}")

    async def held(self, resource: str) -> httpx.Response:
        """A resource as it is now, with its ETag. Raises DemoFailed for a refusal."""
        reply = await self.ask("GET", resource)
        _read(reply, f"GET {resource}")
        return reply


def _is_away(reply: httpx.Response) -> bool:
    """Also if the first try is still at work, which a 409 with Retry-After says."""
    return reply.status_code in AWAY or (reply.status_code == 409 and "retry-after" in reply.headers)


def _has(found: Any, wanted: Any) -> bool:
    """Whether the members of a merge patch are what was found."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return all(_has(found.get(name), value) for name, value in wanted.items())
    return bool(found == wanted)


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
    body = await Voice(http).call("POST", "/oauth/token", data=dict(form))
    return Voice(http, {"authorization": f"Bearer {body['access_token']}"})
