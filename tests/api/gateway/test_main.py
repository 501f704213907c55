"""The gateway as a whole: its own addresses, the way to the services, what is added and what is taken away, first start."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from api.gateway.stage import unused_port
from chassis.http.identity import ANONYMOUS
from devstack.layout import DATA, ROOT
from devstack.postgres import Cluster
from support import databases
from support.gateway import BOOTSTRAP_SECRET, GatewayUnderTest, gateway_under_test


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/v1/regions/51.71", "registry"),
        ("/v1/me", "registry"),
        ("/v1/complaints", "complaints"),
        ("/v1/public/statistics", "complaints"),
        ("/v1/surveys", "evaluation"),
        ("/v1/vocabularies/evaluation", "evaluation"),
    ],
)
async def test_a_path_finds_its_service(gateway: GatewayUnderTest, path: str, service: str) -> None:
    reply = await gateway.call("GET", path)
    assert (reply.status_code, reply.json()["service"], reply.json()["path"]) == (200, service, path)
    assert await gateway.whom(None, service, path) == ANONYMOUS


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1", "/v1/", "/v2/units", "/v1/vocabularies/gateway", "/units"])
async def test_other_paths_are_nobodys(gateway: GatewayUnderTest, path: str) -> None:
    reply = await gateway.call("GET", path, headers={"accept-language": "en"})
    assert (reply.status_code, reply.json()["code"], reply.json()["title"]) == (404, "not_found", "Not found")


async def test_a_callers_word_about_itself_goes_no_further(gateway: GatewayUnderTest) -> None:
    token = await gateway.token()
    forged = {
        "internal-token": "forged",
        "x-forwarded-for": "10.0.0.1",
        "forwarded": "for=10.0.0.1",
        "x-real-ip": "10.0.0.1",
        "cookie": "a=b",
    }
    reply = await gateway.call("GET", "/v1/units", token=token, headers=forged)
    came = [name for name, _ in reply.json()["headers"]]
    assert came.count("internal-token") == 1
    assert dict(reply.json()["headers"])["internal-token"] != "forged"
    assert not {"authorization", "cookie", "forwarded", "x-forwarded-for", "x-real-ip"}.intersection(came)


async def test_the_gateways_own_rooms_believe_no_internal_token_either(gateway: GatewayUnderTest) -> None:
    told = await gateway.call("GET", "/v1/units", token=await gateway.token())
    stolen = dict(told.json()["headers"])["internal-token"]
    for token in (stolen, "forged"):
        assert (await gateway.client.get("/v1/clients", headers={"internal-token": token})).status_code == 401


@pytest.mark.parametrize("path", ["/v1/units", "/v1/clients", "/v1/nothing", "/docs", "/livez"])
async def test_security_headers_are_on_every_answer(gateway: GatewayUnderTest, path: str) -> None:
    headers = (await gateway.call("GET", path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "max-age=" in headers["strict-transport-security"]
    assert "server" not in headers
    assert len(headers.get_list("x-request-id")) == 1


@pytest.mark.parametrize("path", ["/v1/units", "/v1/accounts/me", "/v1/nothing", "/docs"])
async def test_a_trace_is_echoed_whoever_answers(gateway: GatewayUnderTest, path: str) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    reply = await gateway.call("GET", path, headers={"traceparent": trace})
    assert reply.headers.get_list("traceparent") == [trace]
    assert "traceparent" not in (await gateway.call("GET", path, headers={"traceparent": "x"})).headers


@pytest.mark.parametrize("path", ["/v1/units", "/v1/accounts/me"])
async def test_a_request_keeps_its_id(gateway: GatewayUnderTest, path: str) -> None:
    reply = await gateway.call("GET", path, token="x", headers={"x-request-id": "abc-123"})
    assert (reply.headers["x-request-id"], reply.json()["request_id"]) == ("abc-123", "abc-123")
    made = await gateway.call("GET", path, headers={"x-request-id": "not one word"})
    assert made.headers["x-request-id"] != "not one word"


async def test_health(gateway: GatewayUnderTest) -> None:
    for path in ("/livez", "/startupz"):
        assert (await gateway.call("GET", path, token="whatever")).status_code == 200
    ready = await gateway.call("GET", "/readyz")
    assert ready.status_code == 200
    assert ready.json()["checks"] == {
        "database": "ok",
        "services": {"registry": "reachable", "complaints": "reachable", "evaluation": "reachable"},
    }
    await gateway.call("GET", "/v1/regions")
    measured = (await gateway.inside("/metrics")).text
    assert 'prima_requests_total{method="GET",route="registry",status="200"}' in measured
    assert 'prima_proxy_in_flight{kind="polls",service="complaints"} 0.0' in measured
    assert 'prima_pool_connections{pool="requests"}' in measured


async def test_the_public_port_has_neither_keys_nor_metrics(gateway: GatewayUnderTest) -> None:
    admin = await gateway.token()
    for path in ("/metrics", "/internal/jwks.json", "/internal"):
        reply = await gateway.call("GET", path, token=admin)
        assert (reply.status_code, reply.json()["code"]) == (404, "not_found")
    for path in ("/livez", "/startupz", "/readyz", "/metrics", "/internal/jwks.json"):
        assert (await gateway.inside(path)).status_code == 200, path
    for path in ("/v1/units", "/v1/clients", "/docs"):
        assert (await gateway.inside(path)).status_code == 404, path


async def test_a_service_that_is_down_leaves_the_others(postgres: Cluster, tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{unused_port()}"
    async with gateway_under_test(postgres, tmp_path, registry_url=nobody) as running:
        ready = await running.call("GET", "/readyz")
        assert (ready.status_code, ready.json()["checks"]["services"]["registry"]) == (200, "unreachable")
        down = await running.call("GET", "/v1/units")
        assert (down.status_code, down.json()["code"], down.headers["retry-after"]) == (503, "service_down", "2")
        assert (await running.call("GET", "/v1/complaints")).status_code == 200


async def test_quotas_are_told_and_kept(postgres: Cluster, tmp_path: Path) -> None:
    async with gateway_under_test(postgres, tmp_path, rate_limits="anonymous-read=2/60,client=3/60") as running:
        replies = [await running.call("GET", path) for path in ("/v1/units", "/v1/openapi.json", "/v1/units")]
        assert [reply.status_code for reply in replies] == [200, 200, 429]
        assert replies[0].headers["ratelimit-policy"] == '"anonymous-read";q=2;w=60'
        assert replies[1].headers["ratelimit"].startswith('"anonymous-read";r=0;')
        assert (replies[2].json()["code"], int(replies[2].headers["retry-after"]) > 0) == ("too_many_requests", True)
        token = await running.token()
        mine = [(await running.call("GET", path, token=token)).status_code for path in ["/v1/units", "/v1/clients"] * 2]
        assert mine == [200, 200, 200, 429]


async def test_pages_of_named_origins_may_call(postgres: Cluster, tmp_path: Path) -> None:
    asks = {"origin": "https://simpel.go.id", "access-control-request-method": "POST"}
    asks["access-control-request-headers"] = "authorization,idempotency-key"
    async with gateway_under_test(postgres, tmp_path, cors_origins="https://simpel.go.id, https://b.id") as running:
        allowed = await running.client.options("/v1/complaints", headers=asks)
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, asks["origin"])
        refused = await running.client.options("/v1/complaints", headers=asks | {"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in refused.headers
        reply = await running.call("GET", "/v1/units", headers={"origin": "https://simpel.go.id"})
        assert reply.headers["access-control-allow-origin"] == "https://simpel.go.id"
        assert "etag" in reply.headers["access-control-expose-headers"].lower()


async def test_no_origin_may_call_by_default(gateway: GatewayUnderTest) -> None:
    reply = await gateway.call("GET", "/v1/units", headers={"origin": "https://simpel.go.id"})
    assert not [name for name in reply.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("PUT", "/v1/clients", 405),
        ("POST", "/v1/openapi.json", 405),
        ("GET", "/v1/oauth/token", 405),
        ("GET", "/v1/clients/", 404),
        ("GET", "/v1/clients?colour=red", 400),
        ("GET", "/v1/clients?limit=201", 400),
        ("GET", "/v1/clients?cursor=x", 400),
        ("GET", "/v1/accounts/not-a-uuid", 404),
    ],
)
async def test_odd_requests(gateway: GatewayUnderTest, method: str, path: str, expected: int) -> None:
    reply = await gateway.call(method, path, token=await gateway.token())
    assert (reply.status_code, reply.headers["content-type"]) == (expected, "application/problem+json")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{", 400),
        (b'{"name": "a", "name": "b"}', 400),
        (b'{"name": NaN}', 400),
        (b'{"name": "\\u0000"}', 422),
        (b'{"name": "\\ud800"}', 400),
        (b"[" * 100_000, 400),
        (b"x" * (2 * 1024 * 1024 + 1), 413),
    ],
)
async def test_spoilt_bodies(gateway: GatewayUnderTest, content: bytes, expected: int) -> None:
    headers = {"content-type": "application/json"}
    reply = await gateway.call("POST", "/v1/clients", token=await gateway.token(), content=content, headers=headers)
    assert reply.status_code == expected, reply.text
    assert reply.headers["content-type"] == "application/problem+json"


async def test_the_first_start_writes_the_first_clients_secret(postgres: Cluster, tmp_path: Path) -> None:
    async with gateway_under_test(postgres, tmp_path, bootstrap_client_secret=None) as running:
        file = tmp_path / "bootstrap-client.json"
        written = orjson.loads(file.read_bytes())
        assert (written.keys(), written["client_id"]) == ({"client_id", "client_secret"}, "bootstrap")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        await running.token(secret=written["client_secret"])


async def test_a_later_start_keeps_it_and_a_given_secret_replaces_it(postgres: Cluster, tmp_path: Path) -> None:
    url = await databases.clone(postgres, "gateway")
    file = tmp_path / "bootstrap-client.json"
    try:
        written = []
        for _ in range(2):
            async with gateway_under_test(postgres, tmp_path, url=url, bootstrap_client_secret=None) as running:
                written.append(file.read_bytes())
                held = await running.token(secret=orjson.loads(written[0])["client_secret"])
        assert written[0] == written[1]
        async with gateway_under_test(postgres, tmp_path, url=url) as running:
            await running.token(secret=BOOTSTRAP_SECRET)
            assert (await running.call("GET", "/v1/units", token=held)).status_code == 401
    finally:
        await databases.drop(postgres, url)


def run(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m gateway <command>` with this environment alone."""
    told = {"PATH": os.environ["PATH"], "DATA_DIR": str(DATA), **environment}
    return subprocess.run(
        [sys.executable, "-m", "gateway", command],
        cwd=ROOT,
        env=told,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


RANDOM = "kX3vQ9nR7wLzB2hYtM5cJ8dFgS4aPeUo6iVrKxNqWyE"


def test_a_wrong_setting_ends_the_process_with_one_sentence() -> None:
    done = run("serve", GATEWAY_SECRET="A" * 43, DATABASE_URL_GATEWAY="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 2
    assert done.stderr == ("gateway: GATEWAY_SECRET must hold a random secret of at least 32 letters in production.\n")


def test_an_unknown_command_says_which_there_are() -> None:
    done = run("fly", GATEWAY_SECRET="A" * 43, DATABASE_URL_GATEWAY="postgresql://x")
    assert (done.returncode, "serve|migrate|load-reference-data" in done.stderr) == (2, True)


async def test_accounts_are_kept_elsewhere_in_production(postgres: Cluster, tmp_path: Path) -> None:
    production = {
        "prima_env": "production",
        "gateway_secret": RANDOM,
        "bootstrap_client_secret": RANDOM,
        "follower_secret_registry": RANDOM,
        "follower_secret_complaints": RANDOM,
        "follower_secret_evaluation": RANDOM,
    }
    async with gateway_under_test(postgres, tmp_path, **production) as running:
        grant = await running.grant(grant_type="password", username="a@example.id", password="x")
        assert (grant.status_code, grant.json()["error"]) == (400, "unsupported_grant_type")
        body = {"email": "a@example.id", "password": "seratus kuda nil"}
        reply = await running.call("POST", "/v1/accounts", json=body)
        assert (reply.status_code, reply.json()["code"]) == (403, "accounts_elsewhere")
        reply = await running.call("POST", "/v1/accounts/password-reset", json={"login": "a@example.id"})
        assert reply.status_code == 403
        assert not (tmp_path / "bootstrap-client.json").exists()
        await running.token(secret=RANDOM)


async def test_a_key_of_another_client_gives_nothing(gateway: GatewayUnderTest) -> None:
    institution = str(uuid4())
    one, other = [await gateway.make_client("clients:manage", institution=institution) for _ in range(2)]
    body = {"name": "x", "institution_id": institution, "scopes": ["clients:manage"]}
    made = []
    for client in (one, other):
        token = await gateway.token(client["id"], client["client_secret"])
        reply = await gateway.call("POST", "/v1/clients", token=token, json=body, headers={"idempotency-key": "k"})
        made.append(reply.json()["id"])
    assert made[0] != made[1]
