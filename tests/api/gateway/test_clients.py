"""`/v1/clients`: who may manage which, what a secret is shown for, and what happens to tokens."""

from typing import Any
from uuid import uuid4

import pytest

from support.gateway import FOLLOWER_SECRET, GatewayUnderTest


def matching(client: Any) -> dict[str, str]:
    """If-Match for a client as it was shown."""
    return {"if-match": f'"{client["version"]}.x"'}


async def manager_of(gateway: GatewayUnderTest, institution: str, *scopes: str) -> str:
    """The token of an institution's client that manages clients."""
    made = await gateway.make_client("clients:manage", *scopes, institution=institution)
    return await gateway.token(made["id"], made["client_secret"])


async def test_a_client_is_made_read_and_listed(gateway: GatewayUnderTest) -> None:
    institution, token = str(uuid4()), await gateway.token()
    body = {"name": "SIMPEL", "institution_id": institution, "scopes": ["complaints:read", "complaints:file"]}
    reply = await gateway.call("POST", "/v1/clients", token=token, json=body)
    made = reply.json()
    assert (reply.status_code, reply.headers["location"]) == (201, f"/v1/clients/{made['id']}")
    assert len(made.pop("client_secret")) == 43
    assert reply.headers["cache-control"] == "no-store"
    read = await gateway.call("GET", reply.headers["location"], token=token)
    assert read.json() == made
    assert read.headers["etag"] == reply.headers["etag"]
    assert made["scopes"] == ["complaints:file", "complaints:read"]
    assert (made["state"], made["platform"], len(made["secrets"])) == ("active", False, 1)
    listed = await gateway.call("GET", f"/v1/clients?institution={institution}&count=exact", token=token)
    assert listed.json() == {"items": [made], "next": None, "count": 1}


async def test_pages_hold_every_client_once(gateway: GatewayUnderTest) -> None:
    institution, token = str(uuid4()), await gateway.token()
    made = [(await gateway.make_client("feeds:read", institution=institution))["id"] for _ in range(5)]
    found: list[str] = []
    address: str | None = f"/v1/clients?institution={institution}&limit=2"
    while address:
        page = (await gateway.call("GET", address, token=token)).json()
        found += [item["id"] for item in page["items"]]
        address = page["next"]
    assert found == made


async def test_a_retry_is_replayed_without_the_secret(gateway: GatewayUnderTest) -> None:
    body = {"name": "SIMPEL", "institution_id": str(uuid4()), "scopes": ["complaints:read"]}
    token, key = await gateway.token(), {"idempotency-key": str(uuid4())}
    first = await gateway.call("POST", "/v1/clients", token=token, json=body, headers=key)
    again = await gateway.call("POST", "/v1/clients", token=token, json=body, headers=key)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {name: value for name, value in first.json().items() if name != "client_secret"}
    async with gateway.connection() as connection:
        stored = await connection.fetch("SELECT reply FROM idempotency_keys")
    assert not [row for row in stored if first.json()["client_secret"].encode() in row["reply"]]


async def test_a_secret_is_not_stored(gateway: GatewayUnderTest) -> None:
    made = await gateway.make_client("feeds:read")
    async with gateway.connection() as connection:
        rows = await connection.fetch("SELECT * FROM client_secrets WHERE client_id = $1", made["id"])
    assert made["client_secret"] not in str([dict(row) for row in rows])


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"name": None}, "/name", "string_type"),
        ({"name": ""}, "/name", "string_too_short"),
        ({"name": "a\nb"}, "/name", "string_pattern_mismatch"),
        ({"institution_id": "x"}, "/institution_id", "uuid_parsing"),
        ({"institution_id": None}, "/institution_id", "uuid_type"),
        ({"scopes": []}, "/scopes", "too_short"),
        ({"scopes": ["registry:own"]}, "/scopes/0", "unknown_scope"),
        ({"platform": True}, "/platform", "extra_forbidden"),
        ({"id": "bootstrap"}, "/id", "extra_forbidden"),
    ],
)
async def test_bad_input_names_the_field(
    gateway: GatewayUnderTest, changes: dict[str, Any], pointer: str, code: str
) -> None:
    body = {"name": "SIMPEL", "institution_id": str(uuid4()), "scopes": ["complaints:read"]} | changes
    reply = await gateway.call("POST", "/v1/clients", token=await gateway.token(), json=body)
    assert reply.status_code == 422
    assert [(flaw["pointer"], flaw["code"]) for flaw in reply.json()["errors"]] == [(pointer, code)]


async def test_who_may_not_manage_clients(gateway: GatewayUnderTest) -> None:
    weak = await gateway.make_client("registry:write")
    token = await gateway.token(weak["id"], weak["client_secret"])
    await gateway.register("warga@example.id")
    citizen = (await gateway.sign_in("warga@example.id"))["access_token"]
    address = f"/v1/clients/{weak['id']}"
    for method, path in (("GET", "/v1/clients"), ("GET", address), ("PATCH", address), ("DELETE", address)):
        headers, options = matching(weak), {"json": {"name": "x"}} if method == "PATCH" else {}
        replies = [
            await gateway.call(method, path, token=held, headers=headers, **options) for held in (None, token, citizen)
        ]
        assert [reply.status_code for reply in replies] == [401, 403, 403], (method, path)


async def test_an_institution_manages_its_own_clients_alone(gateway: GatewayUnderTest) -> None:
    own, other = str(uuid4()), str(uuid4())
    token = await manager_of(gateway, own, "complaints:read")
    foreign = await gateway.make_client("complaints:read", institution=other)
    mine = await gateway.make_client("complaints:read", institution=own)
    listed = (await gateway.call("GET", "/v1/clients?count=exact", token=token)).json()
    assert {item["institution_id"] for item in listed["items"]} == {own}
    assert listed["count"] == 2
    for client_id in (foreign["id"], "bootstrap", str(uuid4())):
        address = f"/v1/clients/{client_id}"
        replies = [
            await gateway.call("GET", address, token=token),
            await gateway.call("PATCH", address, token=token, json={"name": "x"}, headers=matching(foreign)),
            await gateway.call("DELETE", address, token=token, headers=matching(foreign)),
            await gateway.call("POST", f"{address}/secrets", token=token, headers=matching(foreign)),
        ]
        assert [reply.status_code for reply in replies] == [404] * 4
    assert (await gateway.call("GET", f"/v1/clients/{mine['id']}", token=token)).status_code == 200
    body = {"name": "x", "institution_id": other, "scopes": ["complaints:read"]}
    assert (await gateway.call("POST", "/v1/clients", token=token, json=body)).status_code == 403


async def test_nobody_gives_a_scope_that_it_does_not_hold(gateway: GatewayUnderTest) -> None:
    own = str(uuid4())
    token = await manager_of(gateway, own, "complaints:read")
    mine = await gateway.make_client("complaints:read", institution=own)
    body = {"name": "x", "institution_id": own, "scopes": ["complaints:read", "platform:admin"]}
    made = await gateway.call("POST", "/v1/clients", token=token, json=body)
    changed = await gateway.call(
        "PATCH",
        f"/v1/clients/{mine['id']}",
        token=token,
        json={"scopes": ["platform:admin"]},
        headers=matching(mine),
    )
    for reply in (made, changed):
        assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (403, "/scopes")


async def test_a_change_needs_the_version_that_was_read(gateway: GatewayUnderTest) -> None:
    made, token = await gateway.make_client("feeds:read"), await gateway.token()
    address = f"/v1/clients/{made['id']}"
    assert (await gateway.call("PATCH", address, token=token, json={"name": "x"})).status_code == 428
    changed = await gateway.call("PATCH", address, token=token, json={"name": "baru"}, headers=matching(made))
    assert (changed.status_code, changed.json()["name"], changed.json()["version"]) == (200, "baru", 2)
    stale = await gateway.call("PATCH", address, token=token, json={"name": "x"}, headers=matching(made))
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert (await gateway.call("DELETE", address, token=token)).status_code == 428


async def test_a_disabled_client_is_nobody_at_once(gateway: GatewayUnderTest) -> None:
    made = await gateway.make_client("registry:read")
    held = await gateway.token(made["id"], made["client_secret"])
    assert (await gateway.call("GET", "/v1/units", token=held)).status_code == 200
    address, token = f"/v1/clients/{made['id']}", await gateway.token()
    gone = await gateway.call("DELETE", address, token=token, headers=matching(made))
    assert gone.status_code == 204
    await gateway.until_refused(held)
    form = {"grant_type": "client_credentials", "client_id": made["id"], "client_secret": made["client_secret"]}
    assert (await gateway.grant(**form)).status_code == 401
    read = (await gateway.call("GET", address, token=token)).json()
    assert read["state"] == "disabled"
    back = await gateway.call("PATCH", address, token=token, json={"state": "active"}, headers=matching(read))
    assert back.json()["state"] == "active"
    fresh = await gateway.token(made["id"], made["client_secret"])
    assert (await gateway.call("GET", "/v1/units", token=fresh)).status_code == 200


async def test_fewer_scopes_call_tokens_back_and_more_do_not(gateway: GatewayUnderTest) -> None:
    made, token = await gateway.make_client("registry:read"), await gateway.token()
    address = f"/v1/clients/{made['id']}"
    held = await gateway.token(made["id"], made["client_secret"])
    more = {"scopes": ["registry:read", "feeds:read"]}
    wider = (await gateway.call("PATCH", address, token=token, json=more, headers=matching(made))).json()
    assert (await gateway.call("GET", "/v1/units", token=held)).status_code == 200
    await gateway.call("PATCH", address, token=token, json={"scopes": ["feeds:read"]}, headers=matching(wider))
    await gateway.until_refused(held)


async def test_secrets_are_changed_without_a_pause(gateway: GatewayUnderTest) -> None:
    made, token = await gateway.make_client("registry:read"), await gateway.token()
    address = f"/v1/clients/{made['id']}"
    added = await gateway.call("POST", f"{address}/secrets", token=token, headers=matching(made))
    assert (added.status_code, len(added.json()["client_secret"])) == (201, 43)
    held = await gateway.token(made["id"], made["client_secret"])
    await gateway.token(made["id"], added.json()["client_secret"])
    old = made["secrets"][0]["id"]
    without = await gateway.call("DELETE", f"{address}/secrets/{old}", token=token)
    assert without.status_code == 428
    present = (await gateway.call("GET", address, token=token)).json()
    gone = await gateway.call("DELETE", f"{address}/secrets/{old}", token=token, headers=matching(present))
    assert gone.status_code == 204
    await gateway.until_refused(held)
    form = {"grant_type": "client_credentials", "client_id": made["id"], "client_secret": made["client_secret"]}
    assert (await gateway.grant(**form)).status_code == 401
    await gateway.token(made["id"], added.json()["client_secret"])
    unknown = await gateway.call("DELETE", f"{address}/secrets/{old}", token=token, headers={"if-match": "*"})
    assert unknown.status_code == 404


async def test_a_client_has_at_most_five_secrets(gateway: GatewayUnderTest) -> None:
    made, token = await gateway.make_client("registry:read"), await gateway.token()
    address = f"/v1/clients/{made['id']}/secrets"
    replies = [await gateway.call("POST", address, token=token, headers={"if-match": "*"}) for _ in range(5)]
    assert [reply.status_code for reply in replies] == [201] * 4 + [409]
    assert replies[-1].json()["code"] == "too_many_secrets"


async def test_the_platforms_own_clients_are_not_changed_here(gateway: GatewayUnderTest) -> None:
    token = await gateway.token()
    for client_id in ("bootstrap", "service-registry"):
        address = f"/v1/clients/{client_id}"
        assert (await gateway.call("GET", address, token=token)).json()["platform"] is True
        replies = [
            await gateway.call("DELETE", address, token=token, headers={"if-match": "*"}),
            await gateway.call("PATCH", address, token=token, json={"name": "x"}, headers={"if-match": "*"}),
            await gateway.call("POST", f"{address}/secrets", token=token, headers={"if-match": "*"}),
        ]
        assert {(reply.status_code, reply.json()["code"]) for reply in replies} == {(409, "platform_client")}
    await gateway.token("service-registry", FOLLOWER_SECRET)
