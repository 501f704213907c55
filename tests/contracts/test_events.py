"""Every event that a service records is declared in docs/events, has the declared form, and tells nothing that it may not."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from contracts.walks import SECRETS
from support.facts import declared, flaws_of, recorded
from support.services import ServiceUnderTest

SERVICES = ("registry", "complaints", "evaluation")
NAMELESS = {"survey.invited"}
"""Tell of nothing by its id: whose code it is mustn't be found out."""
BOUNDED = ("format", "pattern", "enum", "const")


@pytest.mark.parametrize("walked", SERVICES, indirect=True)
async def test_what_is_recorded_has_its_declared_form(walked: ServiceUnderTest) -> None:
    flaws = {flaw for fact in await recorded(walked) for flaw in flaws_of(walked.name, fact["type"], fact["data"])}
    assert not flaws


@pytest.mark.parametrize("walked", SERVICES, indirect=True)
async def test_what_is_declared_is_recorded(walked: ServiceUnderTest) -> None:
    assert declared(walked.name)["properties"].keys() == {fact["type"] for fact in await recorded(walked)}


@pytest.mark.parametrize("walked", SERVICES, indirect=True)
async def test_an_event_names_its_subject_and_nobody_sees_what_isnt_theirs(walked: ServiceUnderTest) -> None:
    for fact in await recorded(walked):
        collection, _, identity = fact["subject"].rpartition("/")
        data = fact["data"]
        assert collection
        if fact["type"] not in NAMELESS:
            assert identity in (str(data.get("id")), str(data.get("code")), f"{data.get('code')}-{data.get('version')}")
        assert fact["sequence"] >= 1
        if fact["visibility"] == "agency":
            assert fact["institution_id"] is not None, fact


@pytest.mark.parametrize("walked", ["complaints"], indirect=True)
async def test_no_event_of_a_case_tells_who_filed_it_or_what_was_written(walked: ServiceUnderTest) -> None:
    facts = await recorded(walked)
    told = json.dumps([fact["data"] for fact in facts]).lower()
    assert not [secret for secret in SECRETS if secret in told]
    for fact in (each for each in facts if each["type"].startswith("case.")):
        served = {"public": "public", "confidential": "agency", "protected": "internal"}
        assert fact["visibility"] == served[fact["data"]["visibility_class"]]


async def test_who_holds_an_account_is_told_to_the_platforms_own_services_alone(
    walked_registry: ServiceUnderTest,
) -> None:
    people = [fact for fact in await recorded(walked_registry) if fact["type"] == "person.changed"]
    assert {fact["visibility"] for fact in people} == {"internal"}
    others = json.dumps([fact["data"] for fact in await recorded(walked_registry) if fact not in people])
    assert "akun-satu" not in others


def strings(node: Any, place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(where, schema) of every schema below a node that a string may satisfy."""
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from strings(each, f"{place}/{index}")
    elif isinstance(node, dict):
        kinds = node.get("type", ())
        if "string" in ([kinds] if isinstance(kinds, str) else kinds):
            yield place, node
        for name, each in node.items():
            yield from strings(each, f"{place}/{name}")


def objects(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every schema of an object below a node."""
    if isinstance(node, list):
        for each in node:
            yield from objects(each)
    elif isinstance(node, dict):
        if node.get("type") == "object":
            yield node
        for each in node.values():
            yield from objects(each)


@pytest.mark.parametrize("service", SERVICES)
def test_a_declared_text_is_a_code_or_published(service: str) -> None:
    """So no free text can slip in: a new string says what it is."""
    definitions = declared(service)["$defs"]
    free = [place for place, schema in strings(definitions) if not any(name in schema for name in BOUNDED)]
    assert set(free) <= {"/Name", "/Words"}
    if service == "complaints":
        assert free == []


@pytest.mark.parametrize("service", SERVICES)
def test_declared_objects_are_closed(service: str) -> None:
    for schema in objects(declared(service)["$defs"]):
        assert "additionalProperties" in schema
        assert schema["additionalProperties"] is not True
