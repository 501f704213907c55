"""The officer's client: at the gateway, and as the gateway would tell the service of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from chassis.testing import Signer

SCOPES = ("complaints:file", "complaints:read", "complaints:act")
BOOTSTRAP = "bootstrap"


@dataclass(frozen=True)
class Officer:
    """A client of the officer's institution."""

    client_id: str
    secret: str
    institution_id: UUID
    signer: Signer

    def internal_token(self) -> str:
        """What the service is shown; valid for a minute."""
        return self.signer.token(
            "complaints",
            subject=f"client:{self.client_id}",
            scope=" ".join(SCOPES),
            institution_id=self.institution_id,
        )

    async def access_token(self, gateway: str) -> str:
        """What the gateway is shown."""
        return await _token(gateway, self.client_id, self.secret)


async def register(gateway: str, bootstrap_secret: str, *, institution_id: UUID, signer: Signer) -> Officer:
    """Make the client at the gateway. Raises httpx.HTTPStatusError."""
    token = await _token(gateway, BOOTSTRAP, bootstrap_secret)
    async with httpx.AsyncClient(base_url=gateway, trust_env=False) as client:
        reply = await client.post(
            "/v1/clients",
            headers={"authorization": f"Bearer {token}", "idempotency-key": "benchmarks"},
            json={"name": "Benchmarks", "institution_id": str(institution_id), "scopes": list(SCOPES)},
        )
        made = reply.raise_for_status().json()
    return Officer(made["id"], made["client_secret"], institution_id, signer)


async def trusted_keys(inside: str, signer: Signer) -> dict[str, Any]:
    """The JWK set that the service shall trust: the gateway's keys, from its internal port, and the signer's."""
    async with httpx.AsyncClient(base_url=inside, trust_env=False) as client:
        known = (await client.get("/internal/jwks.json")).raise_for_status().json()
    return {"keys": [*known["keys"], *signer.keys.as_dict(private=False)["keys"]]}


async def _token(gateway: str, client_id: str, secret: str) -> str:
    async with httpx.AsyncClient(base_url=gateway, trust_env=False) as client:
        reply = await client.post(
            "/v1/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret)
        )
        return str(reply.raise_for_status().json()["access_token"])
