"""A gateway that is told to end: who waits for news is let go at once, what has begun is finished."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import httpx
from starlette.types import Receive, Scope, Send

from api.gateway.stage import Visit, serve, stage, until, unused_port
from devstack.postgres import Cluster
from support import databases

SOON_S = 5.0
"""Half of the grace that a stop gives to what is being answered."""


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


async def test_the_process_ends_soon_though_a_feed_is_followed(postgres: Cluster, tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def without_news(_scope: Scope, receive: Receive, _send: Send) -> None:
        asked.set()
        while (await receive())["type"] != "http.disconnect":
            pass

    url = await databases.clone(postgres, "gateway")
    async with serve(without_news) as registry:
        port = unused_port()
        told = {
            "PRIMA_ENV": "development",
            "DATABASE_URL_GATEWAY": url,
            "GATEWAY_SECRET": "A" * 43,
            "GATEWAY_PORT": str(port),
            "GATEWAY_INTERNAL_PORT": "0",
            "REGISTRY_URL": f"http://127.0.0.1:{registry}",
            "BOOTSTRAP_CLIENT_FILE": str(tmp_path / "client.json"),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", env={**os.environ, **told}, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False, timeout=60) as client:
                poll = asyncio.create_task(_until_up(client, f"http://127.0.0.1:{port}/v1/feeds/registry?timeout=60"))
                await asked.wait()
                process.send_signal(signal.SIGTERM)
                async with asyncio.timeout(SOON_S):
                    assert (await poll).json()["code"] == "restarting"
                    await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            await databases.drop(postgres, url)


async def _until_up(client: httpx.AsyncClient, address: str) -> httpx.Response:
    while True:
        try:
            return await client.get(address)
        except httpx.ConnectError:
            await asyncio.sleep(0.05)
