"""What each consumer declares that it reads, against what the provider's real application supplies."""

from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from typing import Any, get_args
from uuid import UUID

import httpx
import pytest
from pydantic import BaseModel

import directory.told as directory_reads
import evaluation.facts.told as evaluation_reads
import registry.offers.told as offers_read
from chassis.data.followers import Follower
from complaints.custody import succession
from complaints.service import SERVICE as COMPLAINTS
from devstack.postgres import Cluster
from evaluation.service import SERVICE as EVALUATION
from support.facts import declared, recorded
from support.services import ServiceUnderTest, service_under_test

Told = directory_reads.Told
READS: list[tuple[str, str, str, type[Told]]] = [
    *(("directory", "registry", type_, model) for type_, model in directory_reads.READS.items()),
    *(("complaints", "registry", type_, model) for type_, model in succession.READS.items()),
    *(("registry", "complaints", type_, model) for type_, model in offers_read.READS.items()),
    *(
        ("evaluation", feed, type_, model)
        for feed, models in evaluation_reads.READS.items()
        for type_, model in models.items()
    ),
]
"""(consumer, provider, the event's type or how it begins, what is read)."""
NAMES = [f"{consumer}-{model.__name__}" for consumer, _, _, model in READS]
SHARED = {
    "units": "id, parent_id, name, kind, valid_during",
    "people": "id, name, account_id",
    "appointments": "id, person_id, unit_id, role, acting, decree_number, valid_during",
    "services": "id, unit_id, code, name, state",
}
"""By the registry's table: what its copy, `directory_<table>`, must say alike."""
CONSUMERS = {"complaints": COMPLAINTS, "evaluation": EVALUATION}


def lacking(model: type[BaseModel], data: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """Fields that the model reads and the data doesn't hold, at any depth: also those that the model could do without."""
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key not in data:
            yield f"{place}/{key}"
            continue
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                held = data[key]
                for each in held if isinstance(held, list) else [held] if held is not None else []:
                    yield from lacking(inner, each, f"{place}/{key}")


def properties(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> set[str]:
    """The fields that a declared schema always has."""
    while "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[-1]]
    return set(schema["required"])


@pytest.mark.parametrize(("walked", "type_", "model"), [each[1:] for each in READS], ids=NAMES, indirect=["walked"])
async def test_the_provider_supplies_what_is_read(walked: ServiceUnderTest, type_: str, model: type[Told]) -> None:
    told = [fact["data"] for fact in await recorded(walked) if fact["type"].startswith(type_)]
    assert told, f"{walked.name} records no {type_}"
    assert not {gap for data in told for gap in lacking(model, data)}
    for data in told:
        model.model_validate(data)


@pytest.mark.parametrize(("provider", "type_", "model"), [each[1:] for each in READS], ids=NAMES)
def test_what_is_read_is_declared(provider: str, type_: str, model: type[Told]) -> None:
    document = declared(provider)
    read = {field.alias or name for name, field in model.model_fields.items()}
    for name, schema in document["properties"].items():
        if name.startswith(type_):
            assert read <= properties(schema, document["$defs"]), name


@pytest.fixture(scope="module", params=CONSUMERS)
async def consumer(request: pytest.FixtureRequest, postgres: Cluster) -> AsyncIterator[ServiceUnderTest]:
    """A service that has heard of nothing yet."""
    async with service_under_test(postgres, CONSUMERS[request.param]) as service:
        yield service


async def fetch(provider: ServiceUnderTest, last_event_id: str | None, wait_s: int) -> httpx.Response:
    """A page of the provider's feed through its own route, as the platform's client."""
    query = {"timeout": str(wait_s)} | ({"lastEventId": last_event_id} if last_event_id else {})
    return await provider.call("GET", f"/v1/feeds/{provider.name}", params=query)


async def follow(consumer: ServiceUnderTest, provider: ServiceUnderTest) -> Follower:
    """Let the consumer's own copy follow the provider's feed to its end."""
    await provider.sequenced()
    copy = CONSUMERS[consumer.name].copies[provider.name]
    follower = Follower(provider.name, copy, pool=consumer.app.state.side_pool, fetch=partial(fetch, provider))
    while await follower.step(0):
        pass
    return follower


async def test_the_registrys_feed_becomes_a_copy_that_agrees_with_it(
    consumer: ServiceUnderTest, walked_registry: ServiceUnderTest
) -> None:
    follower = await follow(consumer, walked_registry)
    assert follower.parked == 0
    subjects = [fact["subject"].split("/") for fact in await recorded(walked_registry)]
    async with consumer.connection() as copy, walked_registry.connection() as own:
        for table, columns in SHARED.items():
            told = [UUID(identity) for collection, identity in subjects if collection == table]
            held = await copy.fetch(f"SELECT {columns} FROM directory_{table}")
            real = await own.fetch(f"SELECT {columns} FROM {table} WHERE id = ANY($1)", told)
            assert {tuple(row) for row in held} == {tuple(row) for row in real}, table


async def test_evaluation_keeps_the_cases_and_the_standards(
    postgres: Cluster, walked_registry: ServiceUnderTest, walked_complaints: ServiceUnderTest
) -> None:
    async with service_under_test(postgres, EVALUATION) as evaluation:
        for provider in (walked_registry, walked_complaints):
            assert (await follow(evaluation, provider)).parked == 0
        async with evaluation.connection() as kept, walked_complaints.connection() as own:
            cases = "id, type, case_class, state, institution_id, rating, late, due_at, closed_at"
            assert {tuple(row) for row in await kept.fetch(f"SELECT {cases} FROM facts_cases")} == {
                tuple(row) for row in await own.fetch(f"SELECT {cases} FROM cases")
            }
        columns = "id, service_id, unit_id, number, version, state, effective_on, effective_to"
        async with evaluation.connection() as kept, walked_registry.connection() as own:
            told = await own.fetch(
                "SELECT standards.id, service_id, unit_id, number, standards.version, standards.state, effective_on, effective_to "
                "FROM standards JOIN services ON services.id = service_id "
                "WHERE standards.state NOT IN ('drafting', 'stipulated')"
            )
            assert {tuple(row) for row in await kept.fetch(f"SELECT {columns} FROM facts_standards")} == {
                tuple(row) for row in told
            }
            making = await kept.fetchrow(
                "SELECT consultation_elements, publication_media, charter_state FROM facts_standards "
                "WHERE state = 'published' LIMIT 1"
            )
        assert all(making.values())
