"""What an operator must see coming: pools in use, facts without a position, copies that fall behind, parked events, jobs."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from chassis.data import events
from chassis.data.followers import Follower
from chassis.ops.clock import utc_now
from support.services import ServiceUnderTest


class Nothing:
    """A copy that keeps nothing."""

    async def apply(self, *_arguments: Any) -> None:
        return None

    reset = sweep = apply


async def measured(service: ServiceUnderTest) -> dict[tuple[str, ...], float]:
    """The samples of /metrics, by name and the labels' values."""
    reply = await service.client.get("/metrics")
    assert reply.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


async def record(service: ServiceUnderTest, *, seconds_ago: float) -> None:
    async with service.connection() as connection, connection.transaction():
        at = utc_now() - timedelta(seconds=seconds_ago)
        subject = f"notes/{uuid4()}"
        await events.record(connection, "note.written", subject=subject, sequence=1, data={"words": "x"}, at=at)


async def test_facts_wait_until_they_have_a_position(notebook: ServiceUnderTest) -> None:
    await notebook.sequenced()
    before = await measured(notebook)
    assert (before["prima_outbox_facts",], before["prima_outbox_oldest_seconds",]) == (0, 0)
    for seconds in (90, 10):
        await record(notebook, seconds_ago=seconds)
    waiting = await measured(notebook)
    assert waiting["prima_outbox_facts",] == 2
    assert 90 <= waiting["prima_outbox_oldest_seconds",] < 120
    await notebook.sequenced()
    after = await measured(notebook)
    assert after["prima_outbox_facts",] == 0
    assert after["prima_feed_position",] == before["prima_feed_position",] + 2


async def test_connections_in_use_are_counted_by_pool(notebook: ServiceUnderTest) -> None:
    free = (await measured(notebook))["prima_pool_connections_in_use", "requests"]
    async with notebook.app.state.pool.acquire():
        found = await measured(notebook)
    assert found["prima_pool_connections_in_use", "requests"] == free + 1
    assert found["prima_pool_connections", "requests"] >= found["prima_pool_connections_in_use", "requests"]
    assert found["prima_pool_connections", "background"] >= 1


async def test_a_copy_that_falls_behind_says_by_how_much(notebook: ServiceUnderTest) -> None:
    async def fetch(after: str | None, _wait_s: int) -> httpx.Response:
        query = {"lastEventId": after} if after else {}
        return await notebook.call("GET", "/v1/feeds/registry", params=query)

    follower = Follower(f"lag-{uuid4()}", Nothing(), pool=notebook.app.state.pool, fetch=fetch)
    assert follower.lag_s() is None
    while await follower.step(0):
        pass
    follower.healthy = True
    assert follower.lag_s() == 0
    await record(notebook, seconds_ago=300)
    await notebook.sequenced()
    await follower.step(0)
    assert 300 <= (follower.lag_s() or 0) < 330
    await follower.step(0)
    assert follower.lag_s() == 0
    follower.healthy = False  # as run() notes when the feed can't be reached
    earlier = follower.lag_s() or 0
    assert (follower.lag_s() or 0) > earlier


async def test_parked_events_and_jobs_are_counted_by_their_state(complaints: ServiceUnderTest) -> None:
    kind = f"test-{uuid4()}"
    jobs = {"waiting": (None, None), "retrying": (None, 60), "running": (uuid4(), 60), "lost": (uuid4(), -60)}
    async with complaints.connection() as connection:
        parked = (await measured(complaints))["prima_parked_events", "registry"]
        await connection.execute(
            "INSERT INTO parked_events (feed, position, event, error, attempts) VALUES ('registry', -1, '{}', 'x', 3)"
        )
        await connection.executemany(
            """INSERT INTO jobs (id, kind, subject, worker, leased_until)
               VALUES (gen_random_uuid(), $1, gen_random_uuid(), $2, now() + make_interval(secs => $3))""",
            [(kind, worker, seconds) for worker, seconds in jobs.values()],
        )
        try:
            found = await measured(complaints)
        finally:
            await connection.execute("DELETE FROM parked_events WHERE position = -1")
            await connection.execute("DELETE FROM jobs WHERE kind = $1", kind)
    assert found["prima_parked_events", "registry"] == parked + 1
    assert {state: found["prima_jobs", kind, state] for state in jobs} == dict.fromkeys(jobs, 1)
    assert ("prima_jobs", kind, "waiting") not in await measured(complaints)


async def test_metrics_are_there_while_the_database_is_not(
    notebook: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await measured(notebook))["prima_database_up",] == 1

    def refused(*_arguments: Any, **_options: Any) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(notebook.app.state.side_pool, "acquire", partial(refused))
        assert (await measured(notebook))["prima_database_up",] == 0
    assert (await measured(notebook))["prima_database_up",] == 1
