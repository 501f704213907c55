"""Connections to a service: kept and reused, repeated once over a fresh one, bounded, and cut when the caller leaves."""

import asyncio
import json

import pytest

from api.gateway.stage import BRISK, OK, Visit, admit, answers, serve, stage, until, unused_port
from gateway.proxy.exchange import Bounds
from gateway.proxy.forward import Forward
from gateway.proxy.pool import Pool, Room
from gateway.proxy.upstreams import Upstream


async def test_one_connection_serves_one_request_after_the_other() -> None:
    async with stage(answers(OK)) as gateway:
        for _ in range(5):
            assert (await gateway.call("/v1/units")).status == 200
        assert gateway.service.connections == 1


async def test_a_connection_that_the_service_closes_is_not_reused() -> None:
    async with stage(answers(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok")) as gateway:
        for _ in range(2):
            assert (await gateway.call("/v1/units")).body == b"ok"
        assert gateway.service.connections == 2


async def test_a_connection_idle_too_long_is_dropped() -> None:
    async with stage(answers(OK)) as gateway:
        pool = gateway.upstream.quick = Pool(
            "127.0.0.1", gateway.upstream.port, room=gateway.upstream.quick_room, idle_seconds=0.0
        )
        for _ in range(2):
            assert (await gateway.call("/v1/units")).status == 200
        assert gateway.service.connections == 2
        assert pool.in_flight == 0
        pool.close()


@pytest.mark.parametrize(
    ("method", "headers", "body", "statuses"),
    [
        ("GET", "", b"", [200, 200]),
        ("PUT", "", b"x", [200, 200]),
        ("DELETE", "", b"", [200, 200]),
        ("POST", "idempotency-key: a\r\n", b"x", [200, 200]),
        ("POST", "", b"x", [200, 502]),
        ("PATCH", "", b"x", [200, 502]),
    ],
)
async def test_a_reset_of_a_kept_connection_repeats_what_may_be_repeated(
    method: str, headers: str, body: bytes, statuses: list[int]
) -> None:
    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.say(OK)
        await visit.request()
        visit.reset()

    async with stage(behave) as gateway:
        assert [
            (await gateway.call("/v1/units", method=method, headers=headers, body=body)).status for _ in (1, 2)
        ] == statuses
        assert gateway.upstream.quick.in_flight == 0


async def test_nothing_is_repeated_once_a_byte_came_back() -> None:
    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.say(OK)
        await visit.request()
        await visit.say(b"HTTP/1.1 2")
        visit.reset()

    async with stage(behave) as gateway:
        assert [(await gateway.call("/v1/units")).status for _ in (1, 2)] == [200, 502]
        assert len(gateway.service.requests) == 2


async def test_a_reset_of_a_fresh_connection_is_not_repeated() -> None:
    async def behave(visit: Visit) -> None:
        await visit.request()
        visit.reset()

    async with stage(behave) as gateway:
        answer = await gateway.call("/v1/units")
        assert (answer.status, gateway.service.connections) == (502, 1)


async def test_a_service_that_is_down_is_a_503() -> None:
    forward = Forward({"registry": Upstream("127.0.0.1", unused_port())}, admit, bounds=Bounds())
    async with stage(answers(OK)) as gateway, serve(forward) as port:
        gateway.port = port
        answer = await gateway.call("/v1/units")
    assert (answer.status, json.loads(answer.body)["code"]) == (503, "service_down")
    assert answer.header("retry-after") == "2"
    assert answer.header("ratelimit") == '"default";r=98;t=30'


async def test_beyond_places_and_queue_is_turned_away_at_once() -> None:
    go_on = asyncio.Event()

    async def behave(visit: Visit) -> None:
        while await visit.request():
            await go_on.wait()
            await visit.say(OK)

    async with stage(behave, room=Room(places=2, queue=1, patience_seconds=5.0)) as gateway:
        pool = gateway.upstream.quick
        held = [asyncio.create_task(gateway.call("/v1/units")) for _ in range(3)]
        await until(lambda: (pool.in_flight, pool.waiting) == (2, 1))
        loop = asyncio.get_running_loop()
        begun = loop.time()
        refused = await gateway.call("/v1/units")
        assert loop.time() - begun < 1
        assert (refused.status, json.loads(refused.body)["code"]) == (503, "overloaded")
        assert refused.header("retry-after") == "1"
        go_on.set()
        assert [answer.status for answer in await asyncio.gather(*held)] == [200, 200, 200]
        assert (pool.in_flight, pool.waiting, gateway.service.connections) == (0, 0, 2)


async def test_patience_in_the_queue_ends() -> None:
    go_on = asyncio.Event()

    async def behave(visit: Visit) -> None:
        while await visit.request():
            await go_on.wait()
            await visit.say(OK)

    async with stage(behave, room=Room(places=1, queue=5, patience_seconds=0.1)) as gateway:
        held = asyncio.create_task(gateway.call("/v1/units"))
        await until(lambda: gateway.upstream.quick.in_flight == 1)
        assert (await gateway.call("/v1/units")).status == 503
        assert gateway.upstream.quick.waiting == 0
        go_on.set()
        assert (await held).status == 200


async def test_a_place_given_to_a_cancelled_request_is_passed_on() -> None:
    pool = Pool("127.0.0.1", 1, room=Room(places=1, queue=2, patience_seconds=5.0))
    await pool.enter()
    waiting = asyncio.create_task(pool.enter())
    await until(lambda: pool.waiting == 1)
    pool.leave()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert pool.in_flight == 0


async def test_a_caller_who_leaves_before_the_answer_is_known_to_the_service() -> None:
    cut = asyncio.Event()

    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.until_closed()
        cut.set()

    async with stage(behave) as gateway:
        _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"GET /v1/units HTTP/1.1\r\nhost: x\r\n\r\n")
        await until(lambda: len(gateway.service.requests) == 1)
        writer.close()
        await asyncio.wait_for(cut.wait(), 3)
        await until(lambda: gateway.upstream.quick.in_flight == 0)
        assert gateway.cuts == []


async def test_a_caller_who_leaves_in_the_midst_of_a_stream_ends_it() -> None:
    cut = asyncio.Event()

    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.say(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await visit.until_closed()
        cut.set()

    async with stage(behave) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"GET /v1/units HTTP/1.1\r\nhost: x\r\n\r\n")
        await reader.readuntil(b"first")
        writer.close()
        await asyncio.wait_for(cut.wait(), 3)
        assert gateway.cuts == []


async def test_a_caller_who_leaves_while_queueing_frees_the_queue() -> None:
    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.until_closed()

    async with stage(behave, room=Room(places=1, queue=1, patience_seconds=5.0)) as gateway:
        pool = gateway.upstream.quick
        writers = []
        for expected in ((1, 0), (1, 1)):
            _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
            writer.write(b"GET /v1/units HTTP/1.1\r\nhost: x\r\n\r\n")
            writers.append(writer)
            await until(lambda expected=expected: (pool.in_flight, pool.waiting) == expected)  # type: ignore[misc]
        writers[1].close()
        await until(lambda: pool.waiting == 0)
        writers[0].close()
        await until(lambda: pool.in_flight == 0)
        assert gateway.cuts == []


async def test_a_slow_request_ends_well_though_its_departure_was_watched() -> None:
    """The end of an answer looks like a departure to the watcher; it mustn't cancel anything."""

    async def behave(visit: Visit) -> None:
        while await visit.request():
            await asyncio.sleep(0.25)
            await visit.say(OK)

    async with stage(behave) as gateway:
        answers_ = await asyncio.gather(*(gateway.call("/v1/units") for _ in range(5)))
        assert [answer.whole for answer in answers_] == [True] * 5
        assert (gateway.cuts, gateway.upstream.quick.in_flight, gateway.upstream.quick.idle) == ([], 0, 5)


async def test_a_slow_service_is_a_504() -> None:
    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.until_closed()

    async with stage(behave, bounds=BRISK) as gateway:
        answer = await gateway.call("/v1/units")
        assert (answer.status, json.loads(answer.body)["code"]) == (504, "gateway_timeout")
        assert answer.header("retry-after") == "5"
        await until(lambda: gateway.upstream.quick.in_flight == 0)


async def test_a_service_that_drips_its_headers_is_a_504() -> None:
    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.say(b"HTTP/1.1 200 OK\r\nx: ")
        while True:
            await visit.say(b"a")
            await asyncio.sleep(0.05)

    async with stage(behave, bounds=BRISK) as gateway:
        assert (await gateway.call("/v1/units")).status == 504


@pytest.mark.parametrize(("pieces", "whole"), [(6, True), (3, False)])
async def test_a_body_that_stops_is_cut_and_one_that_drips_is_not(pieces: int, whole: bool) -> None:
    """Six pieces 0.15 s apart, with 0.4 s for each."""

    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.say(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n")
        for _ in range(pieces):
            await visit.say(b"a")
            await asyncio.sleep(0.15)
        await visit.until_closed()

    async with stage(behave, bounds=BRISK) as gateway:
        answer = await gateway.call("/v1/units")
        assert (answer.whole, answer.body) == (whole, b"a" * pieces)


async def test_a_feed_may_wait_as_long_as_it_was_asked_to() -> None:
    async def behave(visit: Visit) -> None:
        await visit.request()
        await asyncio.sleep(0.7)
        await visit.say(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]")
        await visit.until_closed()

    async with stage(behave, bounds=BRISK) as gateway:
        waiting = asyncio.create_task(gateway.call("/v1/feeds/registry?lastEventId=a-1&timeout=1"))
        await until(lambda: gateway.upstream.polls.in_flight == 1)
        impatient = await gateway.call("/v1/feeds/registry?lastEventId=a-1")
        assert ((await waiting).status, (await waiting).body, impatient.status) == (200, b"[]", 504)
