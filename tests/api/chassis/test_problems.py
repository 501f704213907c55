"""Bad input gets a problem document that names the field, in the caller's language, without the value."""

from uuid import uuid4

import pytest

from chassis.ops import logs
from support.services import ServiceUnderTest

POST = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"words": "a", "words": "b"}', 400, "bad_request"),
        (b'{"words": "say \\"a\\"", "words" : "b"}', 400, "bad_request"),
        (b'{"words": {"a": 1, "b": {"c": "d", "c": "d"}}}', 400, "bad_request"),
        (b'{"words": NaN}', 400, "bad_request"),
        (b'{"words": Infinity}', 400, "bad_request"),
        (b'{"words": 1' + b"0" * 400 + b"}", 400, "bad_request"),
        (b"[" * 100_000 + b"]" * 100_000, 400, "bad_request"),
        (b'{"words": "\\ud800"}', 400, "bad_request"),
        (b'{"words": "a\\u0000b"}', 422, "invalid"),
        (b'{"words": ', 400, "bad_request"),
        (b"", 422, "invalid"),
        (b"null", 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b'{"words": "x", "colour": 1}', 422, "invalid"),
        (b'{"words": "' + b"x" * 3_000_000 + b'"}', 413, "body_too_large"),
    ],
)
async def test_strange_bodies(notebook: ServiceUnderTest, body: bytes, status: int, code: str) -> None:
    async with notebook.connection() as connection:
        before = await connection.fetchval("SELECT count(*) FROM notes")
        reply = await notebook.call("POST", "/v1/notes", content=body, headers=POST)
        assert (reply.status_code, reply.json()["code"]) == (status, code)
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json()["request_id"] == reply.headers["x-request-id"]
        assert await connection.fetchval("SELECT count(*) FROM notes") == before


async def test_a_nul_is_named_where_it_stands(notebook: ServiceUnderTest) -> None:
    body = await notebook.call("POST", "/v1/notes", content=rb'{"words": "a\u0000b"}', headers=POST)
    assert body.json()["errors"][0]["pointer"] == "/words"
    spelled = await notebook.call("POST", "/v1/notes", content=rb'{"words": "spelled \\u0000"}', headers=POST)
    assert spelled.status_code == 201
    query = await notebook.call("GET", "/v1/notes?words=a%00&colour=red")
    assert query.status_code == 400
    assert {(error["pointer"], error["code"]) for error in query.json()["errors"]} >= {
        ("query/colour", "unknown_parameter"),
        ("query/words", "nul_character"),
    }


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (b'{"words": "a", "words": "b"}', ["/words"]),
        (rb'{"words": "say \"a\"", "wor\u0064s": "b"}', ["/words"]),
        (
            b'{"words": [{"a": 1}, {"b": {"c": 1, "c": 2}, "b": {"d": 1, "d": 2}}]}',
            ["/words/1/b", "/words/1/b/c", "/words/1/b/d"],
        ),
        (b'[{"a/b": 1, "a/b": 2, "~": 1, "~": 1, "a": 1}]', ["/0/a~1b", "/0/~0"]),
    ],
)
async def test_a_name_that_stands_there_twice_is_named(
    notebook: ServiceUnderTest, body: bytes, pointers: list[str]
) -> None:
    reply = await notebook.call("POST", "/v1/notes", content=body, headers=POST)
    assert reply.status_code == 400
    assert [(error["pointer"], error["code"]) for error in reply.json()["errors"]] == [
        (pointer, "named_twice") for pointer in pointers
    ]
    assert {error["detail"] for error in reply.json()["errors"]} == {"Nama isian ini muncul dua kali."}
    english = await notebook.call("POST", "/v1/notes", content=body, headers={**POST, "accept-language": "en"})
    assert {error["detail"] for error in english.json()["errors"]} == {"This field's name stands there twice."}


async def test_every_fault_at_once_in_both_languages(notebook: ServiceUnderTest) -> None:
    body = {"words": "", "parent_id": "zzz", "colour": "red"}
    english = await notebook.call("POST", "/v1/notes", json=body, headers={"accept-language": "en;q=0.9, id;q=0.1"})
    assert {error["pointer"] for error in english.json()["errors"]} == {"/words", "/parent_id", "/colour"}
    assert english.headers["content-language"] == "en"
    indonesian = await notebook.call("POST", "/v1/notes", json=body)
    assert indonesian.headers["content-language"] == "id"
    details = {error["pointer"]: error["detail"] for error in indonesian.json()["errors"]}
    assert details["/parent_id"] == "Harus berupa UUID."
    assert "zzz" not in indonesian.text


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("limit=500&foo=1", {"query/limit", "query/foo"}),
        ("limit=500&cursor=%21&sort=colour&count=some", {"query/limit", "query/cursor", "query/sort", "query/count"}),
        ("foo=1&bar=2", {"query/foo", "query/bar"}),
    ],
)
async def test_every_flaw_of_a_query_is_named(notebook: ServiceUnderTest, query: str, pointers: set[str]) -> None:
    reply = await notebook.call("GET", f"/v1/notes?{query}")
    assert (reply.status_code, reply.json()["code"]) == (400, "bad_request")
    assert {error["pointer"] for error in reply.json()["errors"]} == pointers


async def test_query_headers_and_body_are_told_of_together(notebook: ServiceUnderTest) -> None:
    async def pointers(body: bytes) -> set[str]:
        headers = POST | notebook.integration("registry:write")
        reply = await notebook.call("POST", "/v1/notes?foo=1", content=body, caller=headers, key=None)
        assert reply.status_code == 400
        return {error["pointer"] for error in reply.json()["errors"]}

    key = "header/idempotency-key"
    assert await pointers(b'{"parent_id": "zzz"}') == {"query/foo", key, "/words", "/parent_id"}
    assert await pointers(b'{"words": "a\\u0000b", "parent_id": "zzz"}') == {"query/foo", key, "/words", "/parent_id"}
    assert await pointers(b"{") == {"query/foo", key, ""}


async def test_who_may_not_call_is_not_told_what_is_wrong(notebook: ServiceUnderTest) -> None:
    reply = await notebook.call("POST", "/v1/turns?foo=1", caller=notebook.integration("registry:read"))
    assert (reply.status_code, reply.json()["errors"]) == (403, [])


async def test_head_is_answered_as_get_without_a_body(notebook: ServiceUnderTest) -> None:
    for path, status in (("/v1/notes", 200), ("/v1/notes?foo=1", 400), ("/v1/nothing", 404), ("/livez", 200)):
        got, head = await notebook.call("GET", path), await notebook.call("HEAD", path)
        assert (head.status_code, head.content) == (status, b"")
        own = ("x-request-id", "content-length") if status >= 400 else ("x-request-id",)
        assert [item for item in head.headers.items() if item[0] not in own] == [
            item for item in got.headers.items() if item[0] not in own
        ]
    refused = await notebook.call("POST", "/livez")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


async def test_what_may_be_kept_says_by_what_it_differs(notebook: ServiceUnderTest) -> None:
    kept = await notebook.call("GET", "/v1/notes", headers={"accept-language": "en"})
    assert (kept.headers["content-language"], kept.headers["vary"]) == ("en", "Accept-Language")
    assert "vary" not in (await notebook.call("GET", "/livez")).headers


async def test_tokens_and_scopes(notebook: ServiceUnderTest) -> None:
    assert (await notebook.client.get("/v1/notes")).status_code == 401
    forged = {"internal-token": notebook.anonymous()["internal-token"][:-4] + "AAAA"}
    assert (await notebook.call("GET", "/v1/notes", caller=forged)).status_code == 401
    elsewhere = notebook.headers("client:x", aud="complaints")
    assert (await notebook.call("GET", "/v1/notes", caller=elsewhere)).status_code == 401
    expired = notebook.headers("client:x", exp=1)
    assert (await notebook.call("GET", "/v1/notes", caller=expired)).status_code == 401
    long_lived = notebook.headers("client:x", exp=9_999_999_999)
    assert (await notebook.call("GET", "/v1/notes", caller=long_lived)).status_code == 401
    assert (await notebook.call("POST", "/v1/turns", caller=notebook.anonymous())).status_code == 401
    assert (await notebook.call("POST", "/v1/turns", caller=notebook.integration("registry:read"))).status_code == 403


async def test_versions(notebook: ServiceUnderTest) -> None:
    made = await notebook.call("POST", "/v1/notes", json={"words": f"v1 {uuid4()}"})
    path, body = made.headers["location"], {"words": f"v2 {uuid4()}"}
    assert (await notebook.call("PUT", path, json=body)).status_code == 428
    bad = await notebook.call("PUT", path, json=body, headers={"if-match": "1"})
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (400, "header/if-match")
    good = await notebook.call("PUT", path, json=body, headers={"if-match": '"1.whatever"'})
    assert good.status_code == 200
    assert good.headers["etag"].startswith('"2.')
    assert (await notebook.call("PUT", path, json=body, headers={"if-match": '"1.x"'})).status_code == 412


async def test_what_is_not_there(notebook: ServiceUnderTest) -> None:
    unknown = await notebook.call("GET", "/v1/nothing")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    malformed = await notebook.call("PUT", "/v1/notes/xyz", json={"words": "a"}, headers={"if-match": '"1.a"'})
    assert malformed.status_code == 404
    method = await notebook.call("DELETE", "/v1/notes")
    assert (method.status_code, method.json()["code"]) == (405, "method_not_allowed")
    media = await notebook.call("POST", "/v1/notes", content=b"words=1", headers={"content-type": "text/plain"})
    assert media.status_code == 415


async def test_a_request_id_is_echoed_if_it_is_sane(notebook: ServiceUnderTest) -> None:
    sane = await notebook.call("GET", "/v1/notes", headers={"x-request-id": "abc-123"})
    assert sane.headers["x-request-id"] == "abc-123"
    strange = await notebook.call("GET", "/v1/notes", headers={"x-request-id": "a b{}"})
    assert strange.headers["x-request-id"] != "a b{}"
    assert sane.headers["api-version"] == "1.0.0"


TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [(TRACE, TRACE), (TRACE.upper(), None), ("00-" + "0" * 32 + "-00f067aa0ba902b7-01", None), ("081234567890", None)],
)
async def test_a_trace_is_echoed_and_logged_if_it_is_one(
    notebook: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch, sent: str, echoed: str | None
) -> None:
    logged: list[str | None] = []
    monkeypatch.setattr(logs.requests, "write", lambda *_line, trace_id: logged.append(trace_id))
    reply = await notebook.call("GET", "/v1/notes", headers={"traceparent": sent})
    assert reply.headers.get("traceparent") == echoed
    assert logged == [None if echoed is None else TRACE.split("-")[1]]


async def test_before_the_keys_are_known_nobody_is_told_that_a_token_is_wrong(notebook: ServiceUnderTest) -> None:
    keys = notebook.app.state.keys
    keys.known = False
    try:
        reply = await notebook.call("GET", "/v1/notes", caller=notebook.headers(f"account:{uuid4()}"))
    finally:
        keys.known = True
    assert (reply.status_code, reply.json()["code"], reply.headers["retry-after"]) == (503, "unavailable", "1")
