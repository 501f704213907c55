"""`/v1/accounts`: what a citizen needs, and what nobody learns from it."""

import time
from typing import Any
from uuid import uuid4

import pytest

from support.gateway import PASSWORD, GatewayUnderTest

NEW = "kucing makan roti"


def wrong(code: str) -> str:
    """Another code of six digits."""
    return f"{(int(code) + 1) % 1_000_000:06}"


async def begin(gateway: GatewayUnderTest, **body: str) -> dict[str, Any]:
    reply = await gateway.call("POST", "/v1/accounts", json={"password": PASSWORD} | body)
    assert reply.status_code == 202, reply.text
    begun: dict[str, Any] = reply.json()
    return begun


async def verify(gateway: GatewayUnderTest, begun: dict[str, Any], code: str | None = None) -> int:
    wanted = {"verification_id": begun["verification_id"], "code": code or begun["development"]["code"]}
    return (await gateway.call("POST", "/v1/accounts/verification", json=wanted)).status_code


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"email": " Citra.Dewi@Example.ID "}, {"email": "citra.dewi@example.id", "phone": None}),
        ({"phone": "0812-3456-7001"}, {"phone": "+6281234567001", "email": None}),
    ],
)
async def test_a_citizen_registers(gateway: GatewayUnderTest, given: dict[str, str], shown: dict[str, Any]) -> None:
    begun = await begin(gateway, **given)
    wanted = {"verification_id": begun["verification_id"], "code": begun["development"]["code"]}
    reply = await gateway.call("POST", "/v1/accounts/verification", json=wanted)
    assert reply.status_code == 201
    assert reply.json() == reply.json() | shown | {"username": None, "version": 1}
    signed_in = await gateway.sign_in(next(iter(given.values())))
    me = await gateway.call("GET", "/v1/accounts/me", token=signed_in["access_token"])
    assert me.json() == reply.json()
    assert me.headers["cache-control"].startswith("private")
    assert await verify(gateway, begun) == 422  # a code is good once


async def test_names_are_sealed(gateway: GatewayUnderTest) -> None:
    await gateway.register("rahasia.sekali@example.id")
    await begin(gateway, email="menunggu.sekali@example.id")
    async with gateway.connection() as connection:
        tables = ("accounts", "account_logins", "account_codes", "idempotency_keys")
        rows = [str([tuple(row) for row in await connection.fetch(f"SELECT * FROM {table}")]) for table in tables]
    assert "sekali" not in "".join(rows)
    assert PASSWORD not in "".join(rows)


async def test_a_taken_name_is_not_betrayed(gateway: GatewayUnderTest) -> None:
    await gateway.register("dodi@example.id")
    free, taken = await begin(gateway, email="eka@example.id"), await begin(gateway, email="DODI@example.id")
    assert free.keys() == taken.keys()
    assert await verify(gateway, taken) == 422
    assert await verify(gateway, free) == 201


async def test_two_registrations_under_one_name_make_one_account(gateway: GatewayUnderTest) -> None:
    first, second = await begin(gateway, email="fani@example.id"), await begin(gateway, email="fani@example.id")
    assert [await verify(gateway, second), await verify(gateway, first)] == [201, 422]


async def test_a_code_is_tried_five_times(gateway: GatewayUnderTest) -> None:
    begun = await begin(gateway, email="gita@example.id")
    right = begun["development"]["code"]
    assert [await verify(gateway, begun, wrong(right)) for _ in range(5)] == [422] * 5
    assert await verify(gateway, begun, right) == 422


async def test_a_lost_reply_is_replayed_and_a_refusal_is_not_kept(gateway: GatewayUnderTest) -> None:
    begun, key = await begin(gateway, email="galih@example.id"), {"idempotency-key": str(uuid4())}
    right, path = begun["development"]["code"], "/v1/accounts/verification"
    wanted = {"verification_id": begun["verification_id"], "code": wrong(right)}
    assert (await gateway.call("POST", path, json=wanted, headers=key)).status_code == 422
    wanted["code"] = right
    first = await gateway.call("POST", path, json=wanted, headers=key)
    again = await gateway.call("POST", path, json=wanted, headers=key)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json() | {"email": None})
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_code_ages(gateway: GatewayUnderTest) -> None:
    begun = await begin(gateway, email="hadi@example.id")
    async with gateway.connection() as connection:
        await connection.execute("UPDATE account_codes SET expires_at = now() WHERE id = $1", begun["verification_id"])
    assert await verify(gateway, begun) == 422


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        ({"password": PASSWORD}, ("/email", "contact_missing")),
        ({"email": "i@example.id", "phone": "081234567002", "password": PASSWORD}, ("/email", "one_contact")),
        ({"username": "indah", "password": PASSWORD}, ("/username", "username_not_allowed")),
        ({"email": "indah", "password": PASSWORD}, ("/email", "email_malformed")),
        ({"email": "a b@example.id", "password": PASSWORD}, ("/email", "email_malformed")),
        ({"phone": "12345", "password": PASSWORD}, ("/phone", "phone_malformed")),
        ({"email": "i@example.id"}, ("/password", "missing")),
        ({"email": "i@example.id", "password": "123456789"}, ("/password", "password_too_short")),
        ({"email": "i@example.id", "password": "x" * 201}, ("/password", "password_too_long")),
        ({"email": "i@example.id", "password": "Indonesia123"}, ("/password", "password_easily_guessed")),
        ({"email": "i@example.id", "password": "ababababababab"}, ("/password", "password_easily_guessed")),
        ({"email": "indahsari@example.id", "password": "indahsari-2026"}, ("/password", "password_easily_guessed")),
        ({"email": "i@example.id", "password": PASSWORD, "role": "admin"}, ("/role", "extra_forbidden")),
    ],
)
async def test_bad_input_names_the_field(
    gateway: GatewayUnderTest, body: dict[str, Any], flaw: tuple[str, str]
) -> None:
    reply = await gateway.call("POST", "/v1/accounts", json=body)
    assert reply.status_code == 422, reply.text
    assert [(found["pointer"], found["code"]) for found in reply.json()["errors"]] == [flaw]
    assert str(body.get("password", "?")) not in reply.text


async def test_a_forgotten_password(gateway: GatewayUnderTest) -> None:
    await gateway.register("joko@example.id")
    before = await gateway.sign_in("joko@example.id")
    asked = await gateway.call("POST", "/v1/accounts/password-reset", json={"login": "Joko@example.id"})
    stranger = await gateway.call("POST", "/v1/accounts/password-reset", json={"login": "siapa@example.id"})
    assert (asked.status_code, stranger.status_code) == (202, 202)
    assert asked.json().keys() == stranger.json().keys()
    for begun, expected in ((stranger.json(), 422), (asked.json(), 204), (asked.json(), 422)):
        wanted = {"verification_id": begun["verification_id"], "code": begun["development"]["code"], "password": NEW}
        reply = await gateway.call("POST", "/v1/accounts/password-reset/confirmation", json=wanted)
        assert reply.status_code == expected
    await gateway.until_refused(before["access_token"])
    refreshed = await gateway.grant(grant_type="refresh_token", refresh_token=before["refresh_token"])
    assert refreshed.status_code == 400
    old = await gateway.grant(grant_type="password", username="joko@example.id", password=PASSWORD)
    assert old.json()["error"] == "invalid_grant"
    await gateway.sign_in("joko@example.id", NEW)


async def test_a_registration_code_resets_nothing(gateway: GatewayUnderTest) -> None:
    begun = await begin(gateway, email="kiki@example.id")
    wanted = {"verification_id": begun["verification_id"], "code": begun["development"]["code"], "password": NEW}
    reply = await gateway.call("POST", "/v1/accounts/password-reset/confirmation", json=wanted)
    assert (reply.status_code, reply.json()["code"]) == (422, "code_not_valid")


async def test_a_changed_password_ends_every_session(gateway: GatewayUnderTest) -> None:
    await gateway.register("lina@example.id")
    held = (await gateway.sign_in("lina@example.id"))["access_token"]
    path, tag = "/v1/accounts/me/password", {"if-match": '"1.x"'}
    body = {"current_password": "salah sekali", "password": NEW}
    refused = await gateway.call("POST", path, token=held, json=body, headers=tag)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/current_password")
    body = {"current_password": PASSWORD, "password": NEW}
    assert (await gateway.call("POST", path, token=held, json=body)).status_code == 428
    assert (await gateway.call("POST", path, token=held, json=body, headers=tag)).status_code == 204
    await gateway.until_refused(held)
    await gateway.sign_in("lina@example.id", NEW)


async def test_sessions_are_listed_and_ended(gateway: GatewayUnderTest) -> None:
    await gateway.register("mira@example.id")
    phone, laptop = await gateway.sign_in("mira@example.id"), await gateway.sign_in("mira@example.id")
    token, tag = laptop["access_token"], {"if-match": '"1.x"'}
    listed = (await gateway.call("GET", "/v1/accounts/me/sessions", token=token)).json()
    assert (len(listed["items"]), listed["next"]) == (2, None)
    newest, oldest = listed["items"]
    assert newest["created_at"] > oldest["created_at"]
    path = f"/v1/accounts/me/sessions/{oldest['id']}"
    assert (await gateway.call("DELETE", path, token=token)).status_code == 428
    assert (await gateway.call("DELETE", path, token=token, headers=tag)).status_code == 204
    await gateway.until_refused(phone["access_token"])
    assert (await gateway.call("GET", "/v1/units", token=token)).status_code == 200
    assert (await gateway.call("DELETE", path, token=token, headers=tag)).status_code == 404


async def test_nobody_ends_anothers_session(gateway: GatewayUnderTest) -> None:
    await gateway.register("nana@example.id")
    await gateway.register("oki@example.id")
    hers, his = await gateway.sign_in("nana@example.id"), await gateway.sign_in("oki@example.id")
    session = (await gateway.call("GET", "/v1/accounts/me/sessions", token=hers["access_token"])).json()["items"][0]
    path = f"/v1/accounts/me/sessions/{session['id']}"
    reply = await gateway.call("DELETE", path, token=his["access_token"], headers={"if-match": "*"})
    assert reply.status_code == 404
    assert (await gateway.call("GET", "/v1/units", token=hers["access_token"])).status_code == 200


async def test_an_account_is_erased(gateway: GatewayUnderTest) -> None:
    made = await gateway.register("putu@example.id")
    held = await gateway.sign_in("putu@example.id")
    path = "/v1/accounts/me"
    assert (await gateway.call("DELETE", path, token=held["access_token"])).status_code == 428
    gone = await gateway.call("DELETE", path, token=held["access_token"], headers={"if-match": '"1.x"'})
    assert gone.status_code == 204
    await gateway.until_refused(held["access_token"])
    assert (
        await gateway.grant(grant_type="password", username="putu@example.id", password=PASSWORD)
    ).status_code == 400
    async with gateway.connection() as connection:
        for table in ("account_logins", "sessions"):
            assert not await connection.fetch(f"SELECT 1 FROM {table} WHERE account_id = $1", made["id"])
    await gateway.register("putu@example.id")


async def test_administrators_make_accounts_for_officers(gateway: GatewayUnderTest) -> None:
    token = await gateway.token()
    body = {"username": "198501012010011001", "email": "rani@dinas.go.id", "password": PASSWORD}
    made = await gateway.call("POST", "/v1/accounts", token=token, json=body)
    assert (made.status_code, made.json()["username"]) == (201, "198501012010011001")
    again = await gateway.call("POST", "/v1/accounts", token=token, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")
    for name in ("198501012010011001", "rani@dinas.go.id"):
        signed_in = await gateway.sign_in(name)
        assert (await gateway.whom(signed_in["access_token"])).subject == f"account:{made.json()['id']}"
    path = made.headers["location"]
    assert (await gateway.call("GET", path, token=token)).json() == made.json()
    gone = await gateway.call("DELETE", path, token=token, headers={"if-match": made.headers["etag"]})
    assert gone.status_code == 204
    assert (await gateway.call("GET", path, token=token)).status_code == 404


async def test_who_may_not_look_at_accounts(gateway: GatewayUnderTest) -> None:
    made = await gateway.register("sari@example.id")
    own = (await gateway.sign_in("sari@example.id"))["access_token"]
    weak, manager = await gateway.make_client("registry:read"), await gateway.make_client("clients:manage")
    token = await gateway.token(weak["id"], weak["client_secret"])
    managers = await gateway.token(manager["id"], manager["client_secret"])
    path, tag = f"/v1/accounts/{made['id']}", {"if-match": "*"}
    for method in ("GET", "DELETE"):
        replies = [await gateway.call(method, path, token=held, headers=tag) for held in (None, own, token, managers)]
        assert [reply.status_code for reply in replies] == [401, 403, 403, 403]
    body = {"username": "tono", "password": PASSWORD}
    assert (await gateway.call("POST", "/v1/accounts", token=token, json=body)).status_code == 403
    made_by_manager = await gateway.call("POST", "/v1/accounts", token=managers, json=body)
    assert made_by_manager.status_code == 201
    for path in ("/v1/accounts/me", "/v1/accounts/me/sessions"):
        replies = [await gateway.call("GET", path, token=held) for held in (None, token)]
        assert [reply.status_code for reply in replies] == [401, 403]
    assert (await gateway.call("GET", f"/v1/accounts/{uuid4()}", token=await gateway.token())).status_code == 404


async def test_an_unknown_name_takes_as_long_as_a_wrong_password(gateway: GatewayUnderTest) -> None:
    await gateway.register("umar@example.id")

    async def quickest(name: str) -> float:
        took = []
        for _ in range(8):
            began = time.perf_counter()
            await gateway.grant(grant_type="password", username=name, password="salah sekali")
            took.append(time.perf_counter() - began)
        return min(took)

    known, unknown = await quickest("umar@example.id"), await quickest("entah@example.id")
    assert 0.5 < known / unknown < 2
