"""What is kept of cases and standards: the same whatever the order and however often, and after a rebuild."""

import random
from collections.abc import AsyncIterator

import pytest
from pydantic import ValidationError

from api.evaluation.conftest import case, event, standard
from chassis.data.events import Event
from chassis.data.followers import Copy
from chassis.data.pool import Connection, open_pool
from devstack.postgres import Cluster
from evaluation.facts.comparison import state_hash
from evaluation.facts.copies import ComplaintsFacts, RegistryFacts
from support import databases
from support.directory import Country


@pytest.fixture
async def connection(postgres: Cluster) -> AsyncIterator[Connection]:
    url = await databases.clone(postgres, "evaluation", loaded=False)
    pool = await open_pool(url, name="test", size=1)
    async with pool.acquire() as opened:
        yield opened
    await pool.close()
    await databases.drop(postgres, url)


def sample() -> list[tuple[str, Event]]:
    country = Country(region="51.99")
    first, second = case(unit_id=country.counter), case(type="aspiration")
    identifier = first.data["id"]
    changed = {**first.data, "state": "withdrawn", "due_at": "2026-03-20T01:00:00+00:00"}
    cases = [first, second, event("case.withdrawn", f"cases/{identifier}", changed, 2)]
    published = standard(country.identity_card)
    superseded = {**published.data, "state": "superseded", "effective_to": "2026-06-01"}
    standards = [published, event("standard.superseded", published.subject, superseded, 4)]
    return [
        *(("registry", each) for each in [*country.events(), *standards]),
        *(("complaints", each) for each in cases),
    ]


async def take(connection: Connection, events: list[tuple[str, Event]]) -> None:
    copies: dict[str, Copy] = {"registry": RegistryFacts(), "complaints": ComplaintsFacts()}
    async with connection.transaction():
        for feed, each in events:
            await copies[feed].apply(connection, each)


async def test_any_order_any_repetition_and_a_rebuild_give_the_same_state(connection: Connection) -> None:
    events = sample()
    nothing = await state_hash(connection)
    await take(connection, events)
    expected = await state_hash(connection)
    assert expected != nothing
    chance = random.Random(7)
    await take(connection, chance.sample(events * 3, len(events) * 3))
    assert await state_hash(connection) == expected
    copies: dict[str, Copy] = {"registry": RegistryFacts(), "complaints": ComplaintsFacts()}
    await take(connection, [("complaints", case()), ("registry", standard(Country().identity_card))])
    assert await state_hash(connection) != expected
    for copy in copies.values():
        await copy.reset(connection)
    await take(connection, events)
    for copy in copies.values():
        await copy.sweep(connection)
    assert await state_hash(connection) == expected


async def test_a_case_is_kept_as_its_newest_event_says(connection: Connection) -> None:
    first = case()
    closed = {**first.data, "state": "closed", "resolved_at": "2026-03-05T01:00:00+00:00", "rating": 5}
    closed["closed_at"] = "2026-03-09T01:00:00+00:00"
    await take(connection, [("complaints", event("case.closed", first.subject, closed, 9)), ("complaints", first)])
    row = await connection.fetchrow("SELECT state, sequence, rating, closed_at = ended_at AS ended FROM facts_cases")
    assert tuple(row) == ("closed", 9, 5, True)


async def test_what_lacks_a_field_is_refused_not_guessed(connection: Connection) -> None:
    broken = case()
    data = {name: value for name, value in broken.data.items() if name != "institution_id"}
    with pytest.raises(ValidationError):
        await ComplaintsFacts().apply(connection, event("case.filed", broken.subject, data))


async def test_other_facts_are_left_alone(connection: Connection) -> None:
    before = await state_hash(connection)
    await ComplaintsFacts().apply(connection, event("category.changed", "categories/1", {"id": "1"}))
    await RegistryFacts().apply(connection, event("consultation.opened", "consultations/1", {"id": "1"}))
    assert await state_hash(connection) == before
