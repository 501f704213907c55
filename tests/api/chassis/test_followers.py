"""A follower: exactly-once effects under repetition and disorder, parking, and a rebuild that equals the copy."""

from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from chassis.data import events
from chassis.data.events import Event
from chassis.data.followers import Follower, StrangeStream
from chassis.ops.clock import utc_now
from support.services import ServiceUnderTest


class Words:
    """A copy of the notes' words; counts its effects; can't bear the word "poison" until it is cured."""

    def __init__(self, run: str) -> None:
        self.run, self.cured = run, False

    async def apply(self, connection: asyncpg.Connection, event: Event) -> None:
        if not event.subject.startswith(self.run):
            return
        if event.data["words"] == "poison" and not self.cured:
            raise ValueError("poison")
        await connection.execute(
            """INSERT INTO copies (subject, sequence, words, effects) VALUES ($1, $2, $3, 1)
               ON CONFLICT (subject) DO UPDATE SET sequence = $2, words = $3, effects = copies.effects + 1
               WHERE copies.sequence < $2""",
            event.subject,
            event.sequence,
            event.data["words"],
        )

    async def reset(self, connection: asyncpg.Connection) -> None:
        await connection.execute("UPDATE copies SET sequence = 0 WHERE starts_with(subject, $1)", self.run)

    async def sweep(self, connection: asyncpg.Connection) -> None:
        await connection.execute("DELETE FROM copies WHERE sequence = 0 AND starts_with(subject, $1)", self.run)


async def fetch(notebook: ServiceUnderTest, after: str | None, wait_s: int) -> httpx.Response:
    return await notebook.call("GET", "/v1/feeds/registry", params={"lastEventId": after} if after else {})


async def write(notebook: ServiceUnderTest, *facts: tuple[str, int, str]) -> None:
    async with notebook.connection() as connection, connection.transaction():
        for subject, sequence, words in facts:
            await events.record(
                connection, "note.written", subject=subject, sequence=sequence, data={"words": words}, at=utc_now()
            )
    await notebook.sequenced()


async def drain(follower: Follower) -> None:
    while await follower.step(0):
        pass


async def copies(notebook: ServiceUnderTest, run: str) -> dict[str, tuple[int, str, int]]:
    async with notebook.connection() as connection:
        rows: list[Any] = await connection.fetch("SELECT * FROM copies WHERE starts_with(subject, $1)", run)
    return {row["subject"].rsplit("/", 1)[-1]: (row["sequence"], row["words"], row["effects"]) for row in rows}


@pytest.fixture
def run() -> str:
    return f"run-{uuid4()}"


async def test_each_event_takes_effect_once(notebook: ServiceUnderTest, run: str) -> None:
    follower = Follower(run, Words(run), pool=notebook.app.state.pool, fetch=partial(fetch, notebook))
    await write(notebook, (f"{run}/a", 1, "one"), (f"{run}/b", 1, "uno"), (f"{run}/a", 2, "two"))
    await drain(follower)
    await write(notebook, (f"{run}/a", 2, "two"), (f"{run}/a", 1, "one"), (f"{run}/b", 2, "due"))  # repeated, reversed
    await drain(follower)
    assert await copies(notebook, run) == {"a": (2, "two", 2), "b": (2, "due", 2)}


async def test_a_failing_event_is_parked_and_the_rest_go_on(notebook: ServiceUnderTest, run: str) -> None:
    copy = Words(run)
    follower = Follower(run, copy, pool=notebook.app.state.pool, fetch=partial(fetch, notebook))
    await write(notebook, (f"{run}/a", 1, "one"), (f"{run}/b", 1, "poison"), (f"{run}/c", 1, "three"))
    await drain(follower)
    await follower.step(0)
    assert follower.parked == 1
    assert set(await copies(notebook, run)) == {"a", "c"}
    copy.cured = True
    assert await follower.retry_parked() == 0
    assert set(await copies(notebook, run)) == {"a", "b", "c"}


async def test_a_rebuilt_copy_equals_the_copy(notebook: ServiceUnderTest, run: str) -> None:
    follower = Follower(run, Words(run), pool=notebook.app.state.pool, fetch=partial(fetch, notebook))
    await write(notebook, (f"{run}/a", 1, "one"), (f"{run}/b", 1, "two"), (f"{run}/a", 2, "three"))
    await drain(follower)
    before = {name: entry[:2] for name, entry in (await copies(notebook, run)).items()}
    async with notebook.connection() as connection:
        await connection.execute("INSERT INTO copies VALUES ($1, 9, 'never told', 1)", f"{run}/ghost")
        await connection.execute("UPDATE copies SET words = 'spoiled' WHERE subject = $1", f"{run}/a")
    await follower.rebuild()
    assert len(await copies(notebook, run)) == 3  # usable while it is rebuilt
    await drain(follower)
    await follower.step(0)
    assert {name: entry[:2] for name, entry in (await copies(notebook, run)).items()} == before


async def test_a_restored_feed_is_noticed(notebook: ServiceUnderTest, run: str) -> None:
    follower = Follower(run, Words(run), pool=notebook.app.state.pool, fetch=partial(fetch, notebook))
    await write(notebook, (f"{run}/a", 1, "one"))
    await drain(follower)
    async with notebook.connection() as connection:
        await connection.execute("UPDATE feed_head SET stream = gen_random_uuid()")
    with pytest.raises(StrangeStream):
        await follower.step(0)
    await follower.rebuild()
    await drain(follower)
    await follower.step(0)
    assert await copies(notebook, run) == {"a": (1, "one", 2)}
