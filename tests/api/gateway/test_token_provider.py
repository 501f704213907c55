"""Access tokens of an OpenID Connect provider: a small one of our own, on loopback."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from starlette.types import Receive, Scope, Send

from api.gateway.stage import serve, unused_port
from chassis.http.identity import Caller
from devstack.postgres import Cluster
from support.gateway import GatewayUnderTest, gateway_under_test


class LocalIssuer:
    """A provider with one key of each kind that is taken."""

    def __init__(self) -> None:
        self.address = ""
        self.asked = 0
        self.keys: dict[str, Key] = {
            "RS256": RSAKey.generate_key(2048, {"kid": "rsa"}),
            "ES256": ECKey.generate_key("P-256", {"kid": "ec"}),
            "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "okp"}),
        }

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["path"] == "/.well-known/openid-configuration":
            content: Any = {"issuer": self.address, "jwks_uri": f"{self.address}/keys"}
        else:
            self.asked += 1
            content = {"keys": [key.as_dict(private=False) for key in self.keys.values()]}
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": orjson.dumps(content)})

    def token(self, algorithm: str = "RS256", *, key: Key | None = None, **claims: Any) -> str:
        """A token for `prima`, with these claims in place of the usual ones."""
        signing = key or self.keys[algorithm]
        now = int(time.time())
        usual = {"iss": self.address, "aud": "prima", "sub": "0f8e-siti", "iat": now, "exp": now + 300}
        content = {name: value for name, value in (usual | claims).items() if value is not None}
        header = {"alg": algorithm, "kid": signing.kid}
        return jwt.encode(header, content, signing, algorithms=[algorithm])


@pytest.fixture(scope="module")
async def issuer() -> AsyncIterator[LocalIssuer]:
    provider = LocalIssuer()
    async with serve(provider) as port:
        provider.address = f"http://127.0.0.1:{port}"
        yield provider


@pytest.fixture(scope="module")
async def trusting(
    postgres: Cluster, issuer: LocalIssuer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[GatewayUnderTest]:
    """A gateway that takes the provider's tokens."""
    home = tmp_path_factory.mktemp("trusting")
    async with gateway_under_test(postgres, home, oidc_issuer=issuer.address) as running:
        yield running


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "Ed25519"])
async def test_its_subjects_are_accounts_without_scopes(
    trusting: GatewayUnderTest, issuer: LocalIssuer, algorithm: str
) -> None:
    token = issuer.token(algorithm, scope="platform:admin", unbound=True)
    assert await trusting.whom(token) == Caller("account", "0f8e-siti")
    me = await trusting.call("GET", "/v1/accounts/me", token=token)
    assert (me.json()["id"], me.json()["email"]) == ("0f8e-siti", None)
    assert (await trusting.call("GET", "/v1/accounts/me/sessions", token=token)).status_code == 404


async def test_an_audience_among_others(trusting: GatewayUnderTest, issuer: LocalIssuer) -> None:
    assert (await trusting.whom(issuer.token(aud=["other", "prima"]))).id == "0f8e-siti"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "other"},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": 99999999999},
        {"sub": None},
        {"sub": ""},
        {"sub": "a b"},
        {"sub": "x" * 201},
        {"iss": "https://elsewhere.example"},
    ],
)
async def test_tokens_that_are_refused(trusting: GatewayUnderTest, issuer: LocalIssuer, claims: dict[str, Any]) -> None:
    assert (await trusting.call("GET", "/v1/units", token=issuer.token(**claims))).status_code == 401


async def test_strangers_keys_are_refused_and_do_not_make_us_ask_each_time(
    trusting: GatewayUnderTest, issuer: LocalIssuer
) -> None:
    await trusting.whom(issuer.token())
    before = issuer.asked
    for _ in range(20):
        stranger = RSAKey.generate_key(2048, {"kid": "rsa"})
        assert (await trusting.call("GET", "/v1/units", token=issuer.token(key=stranger))).status_code == 401
    assert issuer.asked - before <= 1


async def test_the_gateways_own_tokens_still_count(trusting: GatewayUnderTest) -> None:
    assert (await trusting.whom(await trusting.token())).id == "bootstrap"


async def test_without_a_provider_its_tokens_are_nothing(gateway: GatewayUnderTest, issuer: LocalIssuer) -> None:
    assert (await gateway.call("GET", "/v1/units", token=issuer.token())).status_code == 401


async def test_a_provider_that_is_away(postgres: Cluster, tmp_path: Path, issuer: LocalIssuer) -> None:
    away = f"http://127.0.0.1:{unused_port()}"
    async with gateway_under_test(postgres, tmp_path, oidc_issuer=away) as running:
        reply = await running.call("GET", "/v1/units", token=issuer.token(iss=away))
        assert (reply.status_code, reply.json()["code"]) == (503, "unavailable")
        assert "retry-after" in reply.headers
        assert (await running.call("GET", "/v1/units")).status_code == 200
