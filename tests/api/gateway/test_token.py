"""The token endpoint: RFC 6749 (grants, errors), RFC 9700 §4.14 (rotation), and what a token is good for."""

import base64
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.http.identity import Caller
from gateway.clients.scopes import SCOPES
from support.gateway import BOOTSTRAP_SECRET, FOLLOWER_SECRET, GatewayUnderTest


def refusal(reply: httpx.Response) -> tuple[int, str]:
    """(status, error code), of an error object as RFC 6749 §5.2 wants it."""
    assert reply.headers["cache-control"] == "no-store"
    assert set(reply.json()) == {"error", "error_description"}
    return reply.status_code, reply.json()["error"]


async def test_the_first_client_has_every_scope_and_no_institution(gateway: GatewayUnderTest) -> None:
    reply = await gateway.grant(grant_type="client_credentials", client_id="bootstrap", client_secret=BOOTSTRAP_SECRET)
    body = reply.json()
    assert (reply.status_code, body["token_type"], body["expires_in"]) == (200, "Bearer", 3600)
    assert set(body["scope"].split()) == set(SCOPES)
    assert (reply.headers["cache-control"], "refresh_token" in body) == ("no-store", False)
    assert await gateway.whom(body["access_token"]) == Caller(
        "client", "bootstrap", frozenset(SCOPES), None, unbound=True
    )


async def test_credentials_in_the_header_and_a_narrower_scope(gateway: GatewayUnderTest) -> None:
    reply = await gateway.client.post(
        "/v1/oauth/token",
        data={"grant_type": "client_credentials", "scope": "registry:read feeds:read"},
        auth=("bootstrap", BOOTSTRAP_SECRET),
    )
    assert reply.json()["scope"] == "feeds:read registry:read"
    caller = await gateway.whom(reply.json()["access_token"])
    assert caller.scopes == {"feeds:read", "registry:read"}


async def test_an_encoded_secret_is_understood(gateway: GatewayUnderTest) -> None:
    encoded = base64.b64encode(b"bootstrap:the-first-client%27s-own-words").decode()
    reply = await gateway.client.post(
        "/v1/oauth/token", data={"grant_type": "client_credentials"}, headers={"authorization": f"Basic {encoded}"}
    )
    assert reply.status_code == 200


async def test_a_nul_in_credentials_is_refused(gateway: GatewayUnderTest) -> None:
    form = {"grant_type": "client_credentials"}
    for presented in (b"a%00:b", b"a\0:b"):
        headers = {"authorization": f"Basic {base64.b64encode(presented).decode()}"}
        reply = await gateway.client.post("/v1/oauth/token", data=form, headers=headers)
        assert refusal(reply) == (401, "invalid_client")
    reply = await gateway.client.post("/v1/oauth/token", data=form | {"client_id": "a\0", "client_secret": "b"})
    assert refusal(reply) == (401, "invalid_client")


async def test_a_service_follows_feeds_by_its_own_client(gateway: GatewayUnderTest) -> None:
    token = await gateway.token("service-registry", FOLLOWER_SECRET, scope="feeds:read")
    assert await gateway.whom(token, "complaints", "/v1/feeds/complaints") == Caller(
        "client", "service-registry", frozenset({"feeds:read"}), None, unbound=True
    )


async def test_a_bound_client_is_told_as_bound(gateway: GatewayUnderTest) -> None:
    institution = uuid4()
    made = await gateway.make_client("complaints:read", institution=str(institution))
    caller = await gateway.whom(await gateway.token(made["id"], made["client_secret"]), "complaints", "/v1/complaints")
    assert (caller.id, caller.institution_id, caller.unbound) == (made["id"], institution, False)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({}, (400, "invalid_request")),
        ({"grant_type": ""}, (400, "invalid_request")),
        ({"grant_type": "implicit"}, (400, "unsupported_grant_type")),
        ({"grant_type": "client_credentials"}, (401, "invalid_client")),
        ({"grant_type": "client_credentials", "client_id": "bootstrap"}, (401, "invalid_client")),
        ({"grant_type": "client_credentials", "client_id": "nobody", "client_secret": ""}, (401, "invalid_client")),
        ({"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x"}, (401, "invalid_client")),
        ({"grant_type": "client_credentials", "client_id": "bootstrap", "client_secret": "x"}, (401, "invalid_client")),
        (
            {"grant_type": "client_credentials", "client_id": "service-registry", "client_secret": FOLLOWER_SECRET}
            | {"scope": "registry:write"},
            (400, "invalid_scope"),
        ),
        ({"grant_type": "password", "username": "a@example.id"}, (400, "invalid_request")),
        ({"grant_type": "password", "username": "a@example.id", "password": "x"}, (400, "invalid_grant")),
        ({"grant_type": "password", "username": "\u0000", "password": "\u0000"}, (400, "invalid_grant")),
        ({"grant_type": "refresh_token"}, (400, "invalid_request")),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, (400, "invalid_grant")),
        ({"grant_type": "refresh_token", "refresh_token": "x", "scope": "registry:read"}, (400, "invalid_scope")),
    ],
)
async def test_refusals(gateway: GatewayUnderTest, form: dict[str, str], expected: tuple[int, str]) -> None:
    reply = await gateway.grant(**form)
    assert refusal(reply) == expected
    assert ("www-authenticate" in reply.headers) == (reply.status_code == 401)


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b'{"grant_type": "client_credentials"}', {"content-type": "application/json"}),
        (b"grant_type=client_credentials", {}),
        (b"grant_type=a&grant_type=b", {"content-type": "application/x-www-form-urlencoded"}),
        (b"grant_type=%FF", {"content-type": "application/x-www-form-urlencoded"}),
        (b"\xff=1", {"content-type": "application/x-www-form-urlencoded"}),
        (b"&".join(b"f%d=1" % number for number in range(50)), {"content-type": "application/x-www-form-urlencoded"}),
    ],
)
async def test_forms_that_cannot_be_read(gateway: GatewayUnderTest, content: bytes, headers: dict[str, str]) -> None:
    reply = await gateway.client.post("/v1/oauth/token", content=content, headers=headers)
    assert refusal(reply) == (400, "invalid_request")


@pytest.mark.parametrize("credentials", ["Basic !!!", "Basic", "Bearer abc", "Basic Ym9vdHN0cmFw", "Basic /w=="])
async def test_headers_that_are_not_basic(gateway: GatewayUnderTest, credentials: str) -> None:
    reply = await gateway.client.post(
        "/v1/oauth/token", data={"grant_type": "client_credentials"}, headers={"authorization": credentials}
    )
    assert refusal(reply) == (401, "invalid_client")


async def test_credentials_given_twice(gateway: GatewayUnderTest) -> None:
    form = {"grant_type": "client_credentials", "client_id": "bootstrap", "client_secret": BOOTSTRAP_SECRET}
    reply = await gateway.client.post("/v1/oauth/token", data=form, auth=("bootstrap", BOOTSTRAP_SECRET))
    assert refusal(reply) == (400, "invalid_request")


async def test_an_account_signs_in_and_goes_on(gateway: GatewayUnderTest) -> None:
    account = await gateway.register("ani@example.id")
    first = await gateway.sign_in(" Ani@Example.ID ")
    assert (first["expires_in"], first["scope"]) == (900, "")
    assert await gateway.whom(first["access_token"]) == Caller("account", account["id"])
    second = (await gateway.grant(grant_type="refresh_token", refresh_token=first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert await gateway.whom(second["access_token"]) == Caller("account", account["id"])


async def test_a_refresh_token_that_comes_twice_ends_the_session(gateway: GatewayUnderTest) -> None:
    await gateway.register("budi@example.id")
    stolen = await gateway.sign_in("budi@example.id")
    other = await gateway.sign_in("budi@example.id")
    thief = (await gateway.grant(grant_type="refresh_token", refresh_token=stolen["refresh_token"])).json()
    again = await gateway.grant(grant_type="refresh_token", refresh_token=stolen["refresh_token"])
    assert refusal(again) == (400, "invalid_grant")
    after = await gateway.grant(grant_type="refresh_token", refresh_token=thief["refresh_token"])
    assert refusal(after) == (400, "invalid_grant")
    await gateway.until_refused(thief["access_token"])
    assert (await gateway.call("GET", "/v1/units", token=other["access_token"])).status_code == 200


def header_of(alg: str) -> Callable[[str], str]:
    def change(token: str) -> str:
        _, claims, signature = token.split(".")
        header = base64.urlsafe_b64encode(f'{{"alg":"{alg}","typ":"at+jwt"}}'.encode()).decode().rstrip("=")
        return f"{header}.{claims}.{signature if alg != 'none' else ''}"

    return change


@pytest.mark.parametrize(
    "spoil",
    [
        header_of("none"),
        header_of("HS256"),
        header_of("Ed25519"),
        lambda token: token[:-4] + "AAAA",
        lambda token: token.replace(".", "", 1),
        lambda _token: "x",
        lambda _token: "a.b.c",
        lambda token: f"{token}.x",
        lambda _token: "A" * 9000,
        lambda _token: "bnVsbA.bnVsbA.x",
    ],
)
async def test_spoilt_tokens(gateway: GatewayUnderTest, spoil: Callable[[str], str]) -> None:
    token = spoil(await gateway.token())
    for path in ("/v1/units", "/v1/clients"):
        reply = await gateway.call("GET", path, token=token, headers={"accept-language": "en"})
        assert (reply.status_code, reply.headers["content-type"]) == (401, "application/problem+json")
        assert reply.headers["www-authenticate"].startswith("Bearer ")
        assert reply.json()["code"] == "not_authenticated"


async def test_an_internal_token_is_no_access_token(gateway: GatewayUnderTest) -> None:
    reply = await gateway.call("GET", "/v1/units", token=await gateway.token())
    internal = dict(reply.json()["headers"])["internal-token"]
    assert (await gateway.call("GET", "/v1/units", token=internal)).status_code == 401


async def test_other_schemes_and_two_tokens(gateway: GatewayUnderTest) -> None:
    token = await gateway.token()
    basic = await gateway.client.get("/v1/units", auth=("bootstrap", BOOTSTRAP_SECRET))
    twice = await gateway.client.get(
        "/v1/units", headers=[("authorization", f"Bearer {token}"), ("authorization", f"Bearer {token}")]
    )
    assert (basic.status_code, twice.status_code) == (401, 401)


async def test_a_token_is_verified_once_and_told_once(gateway: GatewayUnderTest) -> None:
    token = await gateway.token()

    async def internal() -> str:
        headers: Any = (await gateway.call("GET", "/v1/units", token=token)).json()["headers"]
        return str(dict(headers)["internal-token"])

    assert await internal() == await internal()


async def test_sign_ins_under_one_name_are_counted(gateway: GatewayUnderTest) -> None:
    replies = [
        await gateway.grant(grant_type="password", username="terkunci@example.id", password="salah") for _ in range(31)
    ]
    assert [reply.status_code for reply in replies] == [400] * 30 + [429]
    assert int(replies[-1].headers["retry-after"]) > 0
