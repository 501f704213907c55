"""What the service gets of a request, and what never gets to it."""

import asyncio
import json

import pytest

from api.gateway.stage import OK, Visit, answers, read_answer, stage
from gateway.proxy import edge


async def test_a_request_reaches_its_service_as_it_came() -> None:
    async with stage(answers(OK)) as gateway:
        answer = await gateway.call(
            "/v1/units/caf%C3%A9?q=a%2Fb&q=../c",
            headers='if-none-match: "1"\r\nx-name: caf\xe9 \xff\r\naccept: */*\r\n',
        )
        [request] = gateway.service.requests
    assert (answer.status, answer.body) == (200, b"ok")
    assert (request.method, request.target) == ("GET", "/v1/units/caf%C3%A9?q=a%2Fb&q=../c")
    assert request.header("if-none-match") == '"1"'
    assert request.header("x-name") == "caf\xe9 \xff"
    assert request.header("content-length") is None


async def test_the_gateways_word_replaces_the_callers_identity() -> None:
    forged = "".join(
        f"{name}: forged\r\n"
        for name in (
            "internal-token",
            "authorization",
            "forwarded",
            "x-forwarded-for",
            "x-real-ip",
            "cookie",
            "Internal-Token",
        )
    )
    async with stage(answers(OK)) as gateway:
        await gateway.call("/v1/units", headers=forged)
        [request] = gateway.service.requests
    assert request.header("internal-token") == "token-for-registry"
    assert "forged" not in str(request.headers)
    assert request.header("host") == f"127.0.0.1:{gateway.upstream.port}"


async def test_a_plain_request_id_is_kept_and_echoed_and_another_is_replaced() -> None:
    async with stage(answers(OK)) as gateway:
        kept = await gateway.call("/v1/units", headers="x-request-id: abc-1\r\n")
        made = await gateway.call("/v1/units", headers="x-request-id: <script>\r\n")
        refused = await gateway.call("/v1/nothing", headers="x-request-id: abc-2\r\n")
    first, second = gateway.service.requests
    assert (kept.header("x-request-id"), first.header("x-request-id")) == ("abc-1", "abc-1")
    assert made.header("x-request-id") == second.header("x-request-id") != "<script>"
    assert (made.header("x-request-id") or "")[14] == "7"  # a UUID of version 7
    assert refused.header("x-request-id") == json.loads(refused.body)["request_id"] == "abc-2"


async def test_trace_context_passes() -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with stage(answers(OK)) as gateway:
        await gateway.call("/v1/units", headers=f"traceparent: {trace}\r\n")
        [request] = gateway.service.requests
    assert request.header("traceparent") == trace


@pytest.mark.parametrize(
    "target",
    [
        "/v1/../internal/jwks.json",
        "/v1/units/%2e%2e/x",
        "/v1/units%2fx",
        "/v1/units%5cx",
        "/v1/units\\x",
        "/v1//units",
        "//v1/units",
        "/v1/units%00",
        "http://elsewhere/v1/units/../x",
    ],
)
async def test_paths_with_two_readings_are_refused(target: str) -> None:
    async with stage(answers(OK)) as gateway:
        answer = await gateway.call(target, headers="accept-language: en\r\n")
        assert gateway.service.connections == 0
    assert (answer.status, answer.header("content-type")) == (400, "application/problem+json")
    problem = json.loads(answer.body)
    assert (problem["code"], problem["title"]) == ("malformed_path", "The address isn't valid")
    assert answer.header("content-language") == "en"


@pytest.mark.parametrize(
    ("target", "method", "status", "code"),
    [
        ("/v1/nothing", "GET", 404, "not_found"),
        ("/internal/jwks.json", "GET", 404, "not_found"),
        ("/v1/units", "TRACE", 405, "method_not_allowed"),
        ("/v1/units", "PURGE", 405, "method_not_allowed"),
    ],
)
async def test_what_no_service_takes_is_a_problem(target: str, method: str, status: int, code: str) -> None:
    async with stage(answers(OK)) as gateway:
        answer = await gateway.call(target, method=method)
        assert gateway.service.connections == 0
    assert (answer.status, json.loads(answer.body)["code"]) == (status, code)
    assert (answer.header("content-type"), answer.header("api-version")) == ("application/problem+json", "1.0.0")


SMUGGLED = b"GET /internal HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"content-length: 5\r\ntransfer-encoding: chunked\r\n",
        b"transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        b"content-length: 5\r\ncontent-length: 36\r\n",
        b"content-length: 36\r\ncontent-length: 36\r\n",
        b"content-length: 5, 36\r\n",
        b"content-length: +5\r\n",
        b"transfer-encoding: xchunked\r\n",
        b"transfer-encoding: chunked, identity\r\n",
        b"transfer-encoding:\x0bchunked\r\n",
        b"transfer-encoding : chunked\r\n",
        b"content-length : 5\r\n",
        b"x: a\r\n transfer-encoding: chunked\r\n",
        b"x: a\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n",
    ],
)
async def test_a_body_with_two_readings_never_makes_two_requests(head: bytes) -> None:
    async with stage(answers(OK)) as gateway:
        answer = await gateway.call(
            "",
            head=b"POST /v1/units HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" + head + b"\r\n",
            body=b"0\r\n\r\n" + SMUGGLED,
        )
        assert [request.target for request in gateway.service.requests] in ([], ["/v1/units"])
    assert answer.status == 400


async def test_a_length_hidden_by_the_connection_header_still_frames_the_body() -> None:
    async with stage(answers(OK)) as gateway:
        await gateway.call("/v1/units", method="POST", headers="connection: content-length\r\n", body=SMUGGLED)
        [request] = gateway.service.requests
    assert (request.target, request.body) == ("/v1/units", SMUGGLED)


async def test_pipelined_requests_are_answered_in_order() -> None:
    async def echo(visit: Visit) -> None:
        while request := await visit.request():
            await visit.say(b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n" + request.target.encode())

    async with stage(echo) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        for unit in (b"1", b"2", b"3"):
            writer.write(b"GET /v1/units/%b HTTP/1.1\r\nhost: x\r\n\r\n" % unit)
        for unit in (b"1", b"2", b"3"):
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n/v1/units/" + unit), 5)
        writer.close()


@pytest.mark.parametrize("method", [b"GET", b"POST"])
async def test_an_upgrade_is_not_taken_and_nothing_behind_it_is_a_request(method: bytes) -> None:
    async with stage(answers(OK)) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(
            b"%b /v1/units HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n%b\r\n"
            % (method, b"content-length: 36\r\n" if method == b"POST" else b"")
        )
        await writer.drain()
        writer.write(b"GET /v1/units/smuggled HTTP/1.1\r\nhost: x\r\n\r\n")
        answer = await read_answer(reader)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        assert answer.status == (200 if method == b"GET" else 400)
        assert "/v1/units/smuggled" not in [request.target for request in gateway.service.requests]


@pytest.mark.parametrize(
    "nonsense",
    [b"\x16\x03\x01\x02\x00\x01", b"BREW / HTTP/1.1\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /\0 HTTP/1.1\r\n\r\n"],
)
async def test_what_is_not_http_gets_a_problem(nonsense: bytes) -> None:
    async with stage(answers(OK)) as gateway:
        answer = await gateway.call("", head=nonsense)
        assert gateway.service.connections == 0
    assert (answer.status, answer.header("content-type")) == (400, "application/problem+json")
    assert json.loads(answer.body)["code"] == "bad_request"


@pytest.mark.parametrize("size", [1, 65_536, 65_537, 500_000])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_of_any_size_and_framing_arrives_whole(size: int, chunked: bool) -> None:
    body = bytes(number % 251 for number in range(size))
    async with stage(answers(OK)) as gateway:
        if chunked:
            pieces = [body[start : start + 50_000] for start in range(0, size, 50_000)]
            answer = await gateway.call(
                "",
                head=b"POST /v1/units HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n",
                body=b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n",
            )
        else:
            answer = await gateway.call("/v1/units", method="POST", body=body)
        [request] = gateway.service.requests
    assert (answer.status, request.body) == (200, body)


async def test_a_head_without_end_is_cut() -> None:
    async with stage(answers(OK)) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"GET /v1/units HTTP/1.1\r\nx: " + b"a" * 1_000_000)
        answer = await read_answer(reader)
        assert (answer.status, gateway.service.connections) == (0, 0)
        writer.close()


@pytest.mark.parametrize("begun", [b"", b"GET /v1/units HTTP/1.1\r\nhost: x\r\n", b"PRI * HTTP/2.0\r\n\r\n"])
async def test_a_head_that_does_not_come_is_cut(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "HEAD_SECONDS_LIMIT", 0.1)
    async with stage(answers(OK)) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(begun)
        answer = await asyncio.wait_for(read_answer(reader), 3)
        assert (answer.status, gateway.service.connections) == (0, 0)
        writer.close()


async def test_a_kept_connection_may_send_its_next_request_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its silence isn't a slow head; uvicorn's keep-alive time bounds it."""
    monkeypatch.setattr(edge, "HEAD_SECONDS_LIMIT", 0.1)
    async with stage(answers(OK)) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        for pause in (0.0, 0.3):
            await asyncio.sleep(pause)
            writer.write(b"GET /v1/units HTTP/1.1\r\nhost: x\r\n\r\n")
            assert (await read_answer(reader)).status == 200
        writer.close()


async def test_headers_that_are_too_large_are_a_problem() -> None:
    async with stage(answers(OK)) as gateway:
        answer = await gateway.call("/v1/units", headers=f"x: {'a' * 40_000}\r\n")
        assert gateway.service.connections == 0
    assert (answer.status, json.loads(answer.body)["code"]) == (431, "headers_too_large")
