"""The feed: nothing is lost, repeated or reversed, whatever the writers do; its chain finds a changed row."""

import asyncio
import random
from uuid import uuid4

from chassis.data import events
from chassis.data.pool import Connection, open_pool
from chassis.data.sequencer import Sequencer, sequence_batch, verify_chain
from chassis.ops.clock import utc_now
from support.services import ServiceUnderTest


class GivenUp(Exception):
    """A writer that rolls back."""


async def test_sixteen_writers_with_rollbacks_and_three_sequencers(notebook: ServiceUnderTest) -> None:
    run = str(uuid4())
    done: dict[int, int] = {}
    stop = asyncio.Event()

    async def write(writer: int) -> None:
        chance = random.Random(writer)
        async with notebook.connection() as connection:
            kept = 0
            for _ in range(60):
                give_up = chance.random() < 0.3
                try:
                    async with connection.transaction():
                        await events.record(
                            connection, "note.written", subject=f"writers/{run}/{writer}",
                            sequence=-1 if give_up else kept + 1, data={}, at=utc_now(),
                        )  # fmt: skip
                        await asyncio.sleep(chance.random() * 0.004)
                        if give_up:
                            raise GivenUp
                    kept += 1
                except GivenUp:
                    continue
            done[writer] = kept

    async def number() -> None:
        async with notebook.connection() as connection:
            while not stop.is_set():
                await sequence_batch(connection)
                await asyncio.sleep(0.002)

    sequencers = [asyncio.create_task(number()) for _ in range(3)]
    await asyncio.gather(*(write(writer) for writer in range(16)))
    stop.set()
    await asyncio.gather(*sequencers)
    await notebook.sequenced()

    async with notebook.connection() as connection:
        rows = await connection.fetch("SELECT position, subject, sequence FROM events ORDER BY position")
        assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
        for writer, kept in done.items():
            mine = [row["sequence"] for row in rows if row["subject"] == f"writers/{run}/{writer}"]
            assert mine == list(range(1, kept + 1))
        assert await verify_chain(connection) is None


async def test_a_changed_row_is_found(notebook: ServiceUnderTest) -> None:
    async with notebook.connection() as connection, connection.transaction():
        await events.record(connection, "note.written", subject="notes/chain", sequence=1, data={"a": 1}, at=utc_now())
    await notebook.sequenced()
    async with notebook.connection() as connection:
        position = await connection.fetchval("SELECT max(position) FROM events")
        await connection.execute("UPDATE events SET data = '{\"a\": 2}' WHERE position = $1", position)
        assert await verify_chain(connection) == position
        await connection.execute("UPDATE events SET data = '{\"a\": 1}' WHERE position = $1", position)
        assert await verify_chain(connection) is None


async def test_pages_cursors_and_visibility(notebook: ServiceUnderTest) -> None:
    agency, subject = uuid4(), f"notes/{uuid4()}"
    async with notebook.connection() as connection, connection.transaction():
        kinds: tuple[events.Visibility, ...] = ("public", "agency", "internal")
        for sequence, visibility in enumerate(kinds, start=1):
            await events.record(
                connection, "note.written", subject=subject, sequence=sequence, data={}, at=utc_now(),
                visibility=visibility, institution_id=agency,
            )  # fmt: skip
    await notebook.sequenced()

    async def seen(caller: dict[str, str]) -> list[str]:
        found: list[str] = []
        address = "/v1/feeds/registry"
        while True:
            reply = await notebook.call("GET", address, caller=caller)
            assert reply.status_code == 200
            following = reply.links["next"]["url"]
            if following == address:
                return found
            found += [event["sequence"] for event in reply.json() if event["subject"] == subject]
            address = following

    assert await seen(notebook.bootstrap()) == ["1", "2", "3"]
    assert await seen(notebook.integration("feeds:read", agency)) == ["1", "2"]
    assert await seen(notebook.integration("feeds:read", uuid4())) == ["1"]
    assert (await notebook.call("GET", "/v1/feeds/registry", caller=notebook.anonymous())).status_code == 401

    strange = await notebook.call("GET", f"/v1/feeds/registry?lastEventId={uuid4()}-1")
    assert (strange.status_code, strange.json()["code"]) == (409, "cursor_of_another_stream")
    nonsense = await notebook.call("GET", "/v1/feeds/registry?lastEventId=abc")
    assert (nonsense.status_code, nonsense.json()["errors"][0]["pointer"]) == (400, "query/lastEventId")


async def test_a_long_poll_is_woken_by_news(notebook: ServiceUnderTest) -> None:
    await notebook.sequenced()  # what other tests left is no news
    head = await notebook.call("GET", "/v1/feeds/registry")
    address = head.links["next"]["url"]
    while True:
        page = await notebook.call("GET", address)
        if page.links["next"]["url"] == address:
            break
        address = page.links["next"]["url"]
    waiting = asyncio.create_task(notebook.call("GET", f"{address}&timeout=30"))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    async with notebook.connection() as connection, connection.transaction():
        await events.record(connection, "note.written", subject="notes/poll", sequence=1, data={}, at=utc_now())
    await notebook.sequenced()
    async with asyncio.timeout(5):
        reply = await waiting
    assert [event["subject"] for event in reply.json()] == ["notes/poll"]
    assert reply.json()[0]["type"] == "id.prima.note.written.v1"


async def test_a_sequencer_at_rest_finds_what_nobody_woke_it_for(notebook: ServiceUnderTest) -> None:
    subject = f"notes/{uuid4()}"

    async def numbered(connection: Connection) -> int:
        found: int = await connection.fetchval("SELECT count(*) FROM events WHERE subject = $1", subject)
        return found

    async with await open_pool(notebook.url, name="sequencer", size=1) as pool:
        task = asyncio.create_task(Sequencer(pool).run())
        try:
            async with notebook.connection() as connection, asyncio.timeout(30):
                for sequence in (1, 2, 3):
                    async with connection.transaction():
                        await events.record(
                            connection, "note.written", subject=subject, sequence=sequence, data={}, at=utc_now()
                        )
                    while await numbered(connection) < sequence:  # noqa: ASYNC110 - the database sets no event
                        await asyncio.sleep(0.01)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
