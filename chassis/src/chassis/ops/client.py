"""The client with which a service reads others through the gateway: few calls, so httpx; never inside a transaction."""

import asyncio
import time

import httpx
import structlog
from joserfc.jwk import KeySet

from chassis.http.problems import Unavailable

log = structlog.get_logger("chassis.client")

REFRESH_KEYS_S = 300.0
COOL_S = 2.0


class GatewayClient:
    """Calls the gateway as the service's own client `service-<name>`; fetches its token and the keys of internal tokens."""

    def __init__(self, base_url: str, internal_url: str, *, service: str, secret: str | None) -> None:
        self._service, self._secret = service, secret
        self._keys_at = f"{internal_url.rstrip('/')}/internal/jwks.json"
        self._http = httpx.AsyncClient(
            base_url=base_url, timeout=httpx.Timeout(10, read=75), headers={"user-agent": f"prima-{service}"}
        )
        self._token: tuple[str, float] = ("", 0.0)

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def _authorization(self) -> dict[str, str]:
        token, expires = self._token
        if time.monotonic() >= expires:
            reply = await self._http.post(
                "/v1/oauth/token",
                data={"grant_type": "client_credentials", "scope": "feeds:read"},
                auth=(f"service-{self._service}", self._secret or ""),
            )
            reply.raise_for_status()
            body = reply.json()
            token, expires = body["access_token"], time.monotonic() + body["expires_in"] * 0.8
            self._token = (token, expires)
        return {"authorization": f"Bearer {token}"}

    async def follow(self, feed: str, after: str | None, wait_s: int) -> httpx.Response:
        """A page of the feed named `feed` after an event id. Raises httpx.HTTPError."""
        query: dict[str, str] = {"timeout": str(wait_s)} | ({"lastEventId": after} if after else {})
        reply = await self._http.get(f"/v1/feeds/{feed}", params=query, headers=await self._authorization())
        if reply.status_code == httpx.codes.UNAUTHORIZED:
            self._token = ("", 0.0)
        return reply

    async def keys(self) -> KeySet:
        """The public keys of the gateway's internal tokens. Raises httpx.HTTPError."""
        reply = await self._http.get(self._keys_at)
        reply.raise_for_status()
        return KeySet.import_key_set(reply.json())


class Keys:
    """The gateway's keys as a service holds them: fetched at start, every five minutes, and when a token names another."""

    def __init__(self, client: GatewayClient) -> None:
        self._client = client
        self._wanted = asyncio.Event()
        self.held = KeySet([])
        self.known = False

    def __call__(self) -> KeySet:
        """The keys held. Raises Unavailable until the first were fetched: nobody can be told yet that a token is wrong."""
        if not self.known:
            raise Unavailable(headers={"Retry-After": "1"})
        return self.held

    def want(self) -> None:
        """A token came that no held key fits: look at the gateway's keys again, soon."""
        self._wanted.set()

    async def run(self) -> None:
        """Keep the keys until cancelled."""
        while True:
            try:
                self.held = await self._client.keys()
                self.known = True
            except (httpx.HTTPError, ValueError) as error:
                log.warning("keys_wait", error=type(error).__name__)
                await asyncio.sleep(COOL_S if self.known else 0.2)
                continue
            await asyncio.sleep(COOL_S)
            self._wanted.clear()
            try:
                async with asyncio.timeout(REFRESH_KEYS_S):
                    await self._wanted.wait()
            except TimeoutError:
                continue
