"""Large bodies: streamed, counted, and ended by an early answer without leaving a connection out of step."""

import asyncio
import json

import pytest

from api.gateway.stage import BRISK, OK, Visit, answers, read_answer, stage, until
from gateway.proxy.pool import Room

MIB = 1024 * 1024
CHUNKED = b"POST /v1/units HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"


async def test_an_upload_of_20_mib_arrives_whole() -> None:
    body = bytes(range(256)) * (20 * MIB // 256)
    async with stage(answers(OK), body_limit=32 * MIB) as gateway:
        answer = await gateway.call("/v1/units", method="POST", body=body)
        [request] = gateway.service.requests
        assert answer.status == 200
        assert request.body == body


async def test_a_service_that_reads_slowly_holds_the_caller_back() -> None:
    go_on = asyncio.Event()

    async def behave(visit: Visit) -> None:
        await visit.reader.readuntil(b"\r\n\r\n")
        await go_on.wait()
        await visit.reader.readexactly(32 * MIB)
        await visit.say(OK)

    async with stage(behave, body_limit=32 * MIB) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(
            b"POST /v1/units HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % (32 * MIB)
        )
        taken, stalled = 0, False
        while not stalled:
            writer.write(b"a" * 65_536)
            taken += 65_536
            try:
                await asyncio.wait_for(writer.drain(), 0.3)
            except TimeoutError:
                stalled = True
        assert taken < 24 * MIB
        go_on.set()
        writer.write(b"a" * (32 * MIB - taken))
        assert (await read_answer(reader)).status == 200
        writer.close()


async def test_a_declared_length_above_the_limit_is_refused_unread() -> None:
    async with stage(answers(OK)) as gateway:
        answer = await gateway.call(
            "", head=b"POST /v1/units HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 3000000\r\n\r\n"
        )
        assert gateway.service.connections == 0
    assert (answer.status, json.loads(answer.body)["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(("limit", "pieces"), [(1_000, 1), (300_000, 10)])
async def test_a_body_that_grows_above_the_limit_is_refused_when_it_does(limit: int, pieces: int) -> None:
    """Also while it is streamed already."""
    async with stage(answers(OK), body_limit=limit) as gateway:
        answer = await gateway.call("", head=CHUNKED, body=(b"ffff\r\n" + b"a" * 0xFFFF + b"\r\n") * pieces)
        assert gateway.service.requests == []  # never a whole one
        assert gateway.upstream.bulk.idle == 0
    assert (answer.status, json.loads(answer.body)["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("status", [401, 413])
@pytest.mark.parametrize("closes", [False, True])
async def test_an_early_answer_passes_and_its_connection_is_not_reused(status: int, closes: bool) -> None:
    async def behave(visit: Visit) -> None:
        await visit.reader.readuntil(b"\r\n\r\n")
        await visit.say(b"HTTP/1.1 %d X\r\ncontent-length: 3\r\n\r\nno!" % status)
        if not closes:
            await visit.until_closed()

    async with stage(behave, body_limit=64 * MIB) as gateway:
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
            writer.write(b"POST /v1/units HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % (50 * MIB))
            writer.write(b"a" * 100_000)
            answer = await read_answer(reader)
            assert (answer.status, answer.body) == (status, b"no!")
            writer.close()
        await until(lambda: gateway.upstream.bulk.in_flight == 0)
        assert (gateway.service.connections, gateway.upstream.bulk.idle, gateway.cuts) == (2, 0, [])


async def test_a_caller_who_leaves_during_a_long_early_answer_ends_it() -> None:
    cut = asyncio.Event()

    async def behave(visit: Visit) -> None:
        await visit.reader.readuntil(b"\r\n\r\n")
        await visit.say(b"HTTP/1.1 413 X\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await visit.until_closed()
        cut.set()

    async with stage(behave) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"POST /v1/units HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n" + b"a" * 1_000)
        await reader.readuntil(b"first")
        writer.close()
        await asyncio.wait_for(cut.wait(), 3)


async def test_an_upload_whose_service_resets_is_a_502() -> None:
    async def behave(visit: Visit) -> None:
        await visit.reader.readuntil(b"\r\n\r\n")
        visit.reset()

    async with stage(behave, body_limit=64 * MIB) as gateway:
        answer = await gateway.call("/v1/units", method="POST", body=b"a" * MIB)
        assert answer.status == 502
        assert gateway.service.connections == 1  # a large body is not sent twice


async def test_a_caller_who_leaves_in_the_midst_of_an_upload_ends_it() -> None:
    cut = asyncio.Event()

    async def behave(visit: Visit) -> None:
        await visit.until_closed()
        cut.set()

    async with stage(behave) as gateway:
        _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"POST /v1/units HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n" + b"a" * 100_000)
        await until(lambda: gateway.service.connections == 1)
        writer.close()
        await asyncio.wait_for(cut.wait(), 3)
        await until(lambda: gateway.upstream.bulk.in_flight == 0)
        assert gateway.cuts == []


async def test_a_caller_who_leaves_before_a_small_body_is_there_reaches_nobody() -> None:
    async with stage(answers(OK)) as gateway:
        _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"POST /v1/units HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc")
        await writer.drain()
        writer.close()
        assert (await gateway.call("/v1/units")).status == 200
        assert [request.method for request in gateway.service.requests] == ["GET"]
        assert gateway.cuts == []


@pytest.mark.parametrize("length", [10, 1_000_000])
async def test_a_caller_who_stops_sending_is_a_408(length: int) -> None:
    async def behave(visit: Visit) -> None:
        await visit.until_closed()

    async with stage(behave, bounds=BRISK) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"POST /v1/units HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\nabc" % length)
        answer = await read_answer(reader)
        assert (answer.status, json.loads(answer.body)["code"]) == (408, "request_timeout")
        writer.close()
        await until(lambda: gateway.upstream.bulk.in_flight == 0)


async def test_a_service_that_takes_an_upload_and_says_nothing_is_a_504() -> None:
    async def behave(visit: Visit) -> None:
        await visit.until_closed()

    async with stage(behave, bounds=BRISK) as gateway:
        assert (await gateway.call("/v1/units", method="POST", body=b"a" * 200_000)).status == 504


async def test_an_uploads_connection_is_kept_when_all_of_it_was_sent() -> None:
    """But no more of them than there are places."""
    async with stage(answers(OK), room=Room(places=2, queue=0, patience_seconds=0.0)) as gateway:
        for kept in (1, 2, 2):
            assert (await gateway.call("/v1/units", method="POST", body=b"a" * 200_000)).status == 200
            await until(lambda kept=kept: gateway.upstream.bulk.idle == kept)  # type: ignore[misc]
