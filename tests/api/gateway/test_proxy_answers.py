"""What the caller gets of an answer: well-formed ones whole, and of the others a problem or a cut, never a short body."""

import asyncio
import json

import pytest

from api.gateway.stage import OK, Stage, Visit, answers, read_answer, stage, until


async def test_an_answer_passes_with_its_headers() -> None:
    answer_bytes = (
        b'HTTP/1.1 207 Multi-Status\r\nETag: "1.a"\r\nx-name: caf\xe9 \xff\r\nlink: <a>\r\nlink: <b>\r\n'
        b"content-encoding: gzip\r\nconnection: x-hop\r\nx-hop: 1\r\nkeep-alive: timeout=30\r\ndate: yesterday\r\n"
        b"server: x\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x00\xff"
    )
    async with stage(answers(answer_bytes)) as gateway:
        answer = await gateway.call("/v1/units")
    assert (answer.status, answer.body, answer.whole) == (207, b"\x1f\x8b\x00\xff", True)
    assert (answer.header("etag"), answer.header("link"), answer.header("x-name")) == (
        '"1.a"',
        "<a>, <b>",
        "caf\xe9 \xff",
    )
    assert (
        answer.header("x-hop")
        is answer.header("keep-alive")
        is answer.header("date")
        is answer.header("server")
        is None
    )
    assert answer.header("ratelimit") == '"default";r=98;t=30'


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;x=y\r\nab\r\n0\r\nx-trailer: 1\r\n\r\n", b"ab"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, b"ok"),
        (b"HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + OK, b"ok"),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok", b"ok"),
    ],
)
async def test_framings(sent: bytes, body: bytes) -> None:
    async with stage(answers(sent)) as gateway:
        for _ in range(2):
            answer = await gateway.call("/v1/units")
            assert (answer.status, answer.body, answer.whole, answer.header("x-trailer")) == (200, body, True, None)
            assert answer.header("link") is None


@pytest.mark.parametrize("status", [204, 304])
async def test_answers_without_a_body(status: int) -> None:
    sent = b'HTTP/1.1 %d X\r\netag: "1"\r\n%b\r\n' % (status, b"content-length: 120\r\n" if status == 304 else b"")
    async with stage(answers(sent)) as gateway:
        answer = await gateway.call("/v1/units")
        assert (answer.status, answer.header("etag"), answer.whole) == (status, '"1"', True)
        assert gateway.cuts == []


async def test_head_has_the_length_of_get_and_no_body() -> None:
    async with stage(answers(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")) as gateway:
        for _ in range(2):
            answer = await gateway.call("/v1/units", method="HEAD")
            assert (answer.status, answer.header("content-length"), answer.body) == (200, "1000", b"")
        assert gateway.service.connections == 2  # not kept: its framing can't be trusted
        assert gateway.cuts == []


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\nokokok",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nxxx",
        b"HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2x\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nwithout a length",
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n\x00\x01",
        b"HTTP/1.1 600 X\r\ncontent-length: 2\r\n\r\nok",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * 80_000 + b"\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n" + b"x: aaaa\r\n" * 10_000 + b"content-length: 2\r\n\r\nok",
    ],
)
async def test_nonsense_is_a_502(nonsense: bytes) -> None:
    async with stage(answers(nonsense)) as gateway:
        answer = await gateway.call("/v1/units")
        assert gateway.upstream.quick.idle == gateway.upstream.quick.in_flight == 0
    assert (answer.status, json.loads(answer.body)["code"]) == (502, "bad_gateway")
    assert answer.header("retry-after") == "1"


async def test_headers_without_end_are_a_502() -> None:
    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.say(b"HTTP/1.1 200 OK\r\nx: ")
        while True:
            await visit.say(b"a" * 10_000)

    async with stage(behave) as gateway:
        assert (await gateway.call("/v1/units")).status == 502


@pytest.mark.parametrize(
    "excess", [b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nstale", b"x", b"HTTP/1.1 2", b"\0" * 100_000, b"ok"]
)
async def test_bytes_behind_the_end_reach_nobody(excess: bytes) -> None:
    async def behave(visit: Visit) -> None:
        while await visit.request():
            await visit.say(OK + excess)

    async with stage(behave) as gateway:
        for _ in range(3):
            answer = await gateway.call("/v1/units")
            assert (answer.status, answer.body) == (200, b"ok")
        assert gateway.service.connections == 3


async def test_bytes_that_nobody_asked_for_close_a_kept_connection() -> None:
    go_on = asyncio.Event()

    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.say(OK)
        await go_on.wait()
        await visit.say(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nstale")
        await visit.until_closed()

    async with stage(behave) as gateway:
        assert (await gateway.call("/v1/units")).body == b"ok"
        [(kept, _)] = list(gateway.upstream.quick._idle)
        go_on.set()
        await until(lambda: kept.closed)
        assert (await gateway.call("/v1/units")).body == b"ok"
        assert gateway.service.connections == 2


async def _cut_answer(gateway: Stage) -> None:
    answer = await gateway.call("/v1/units")
    assert (answer.status, answer.whole) == (200, False)
    assert answer.body.startswith(b"par")
    assert [type(cut).__name__ for cut in gateway.cuts] == ["Cut"]


@pytest.mark.parametrize(
    "begun",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\npart\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\npart\r\nnonsense\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nparXX",
    ],
)
@pytest.mark.parametrize("reset", [True, False])
async def test_a_body_cut_short_is_cut_for_the_caller_too(begun: bytes, reset: bool) -> None:
    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.say(begun)
        await sent.wait()
        if reset:
            visit.reset()

    sent = asyncio.Event()
    async with stage(behave) as gateway:
        asyncio.get_running_loop().call_later(0.05, sent.set)
        await _cut_answer(gateway)


async def test_a_stalled_reader_holds_the_service_back() -> None:
    sent = 0
    size = 64 * 1024 * 1024

    async def behave(visit: Visit) -> None:
        nonlocal sent
        await visit.request()
        await visit.say(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size)
        while sent < size:
            await visit.say(b"a" * 65_536)
            sent += 65_536

    async with stage(behave) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"GET /v1/units HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        before = -1
        async with asyncio.timeout(5):
            while before != sent or not sent:
                before = sent
                await asyncio.sleep(0.1)
        assert sent < size / 2
        received = len((await read_answer(reader)).body)
        assert received == size
        writer.close()


async def test_a_long_stream_of_small_pieces_is_not_taken_for_endless_headers() -> None:
    """Each chunk's size comes in a packet of its own: 12,000 of them are more than headers may have in all."""

    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.say(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        for _ in range(12_000):
            await visit.say(b"00000001\r\n")
            await asyncio.sleep(0)
            await visit.say(b"a\r\n")
        await visit.say(b"0\r\n\r\n")
        await visit.until_closed()

    async with stage(behave) as gateway:
        answer = await gateway.call("/v1/units")
        assert (answer.whole, answer.body) == (True, b"a" * 12_000)


async def test_a_slow_stream_is_passed_on_piece_by_piece() -> None:
    go_on = asyncio.Event()

    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.say(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await go_on.wait()
        await visit.say(b"4\r\nlast\r\n0\r\n\r\n")
        await visit.until_closed()

    async with stage(behave) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"GET /v1/units HTTP/1.1\r\nhost: x\r\naccept: application/x-ndjson\r\nconnection: close\r\n\r\n")
        begun = await asyncio.wait_for(reader.readuntil(b"first"), 5)
        assert gateway.upstream.bulk.in_flight == 1  # a long answer takes no place of ordinary requests
        go_on.set()
        rest = await asyncio.wait_for(reader.read(), 5)
        assert begun.startswith(b"HTTP/1.1 200")
        assert rest.endswith(b"4\r\nlast\r\n0\r\n\r\n")
        writer.close()
