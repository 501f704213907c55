"""A gateway that is told to end: who waits for news is let go at once, what has begun is finished."""

import asyncio
import json

from api.gateway.stage import Visit, stage, until


async def test_a_gateway_that_is_told_to_end_lets_who_waits_for_news_go_at_once() -> None:
    closed = asyncio.Event()

    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.until_closed()
        closed.set()

    async with stage(behave) as gateway, asyncio.timeout(5):
        poll = asyncio.create_task(gateway.call("/v1/feeds/registry?timeout=60"))
        await until(lambda: len(gateway.service.requests) == 1)
        gateway.forward.let_go()
        answer = await poll
        assert (answer.status, json.loads(answer.body)["code"], answer.header("retry-after")) == (
            503,
            "restarting",
            "1",
        )
        await closed.wait()
        again = await gateway.call("/v1/feeds/registry?timeout=60")
        assert (again.status, len(gateway.service.requests)) == (503, 1)
        assert gateway.upstream.polls.in_flight == 0
        assert gateway.cuts == []


async def test_a_gateway_that_is_told_to_end_finishes_what_it_has_begun() -> None:
    ended = asyncio.Event()

    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.say(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n[1")
        await ended.wait()
        await visit.say(b"2]")

    async with stage(behave) as gateway, asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"GET /v1/feeds/registry?timeout=60 HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        gateway.forward.let_go()
        ended.set()
        assert await reader.read() == b"[12]"
        writer.close()
