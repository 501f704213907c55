"""The API's document: fresh, valid OpenAPI 3.1, with examples that validate; every operation says what a caller must know."""

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from chassis.http.problems import MEDIA_TYPE, known_problems
from chassis.ops.openapi import SCHEME
from devstack.compatibility import breaking_changes
from devstack.layout import ROOT
from devstack.openapi import merged, merged_problems
from gateway.clients.scopes import SCOPES
from support.documents import JSON, Document, Operation, documents, operations, written

COMMITTED = ROOT / "docs" / "openapi"
OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
OPERATIONS = list(operations())
OWN_MODULES = ("chassis", "directory", "registry", "complaints", "evaluation", "gateway")
PROBLEM = {"$ref": "#/components/responses/Problem"}
PROBLEM_FIELDS = {"type", "title", "status", "detail", "code", "request_id", "errors"}


def whole() -> dict[str, Any]:
    """The document of the whole API."""
    return merged({name: dict(document) for name, document in documents().items()})


@pytest.mark.parametrize("name", [*documents(), "prima"])
def test_the_committed_document_is_what_the_programs_say(name: str) -> None:
    generated = orjson.dumps(whole(), option=OPTIONS) if name == "prima" else written()[name]
    committed = (COMMITTED / f"{name}.json").read_bytes()
    if committed != generated:
        broken = breaking_changes(orjson.loads(committed), orjson.loads(generated))
        pytest.fail(f"`make openapi` wasn't run; it would break: {[*map(str, broken)] or 'nothing'}")


def test_the_committed_problems_are_those_of_the_programs() -> None:
    committed = orjson.loads((COMMITTED / "problems.json").read_bytes())
    found = [
        {"code": kind.code, "status": kind.status, "title": kind.title._asdict(), "meaning": ""}
        for kind in known_problems()
        if kind.__module__.partition(".")[0] in OWN_MODULES
    ]
    told = {problem["code"]: problem | {"meaning": ""} for problem in committed}
    assert told == {problem["code"]: problem for problem in merged_problems([found])}


def test_the_document_is_valid_openapi_3_1() -> None:
    """The frame by the schema of OpenAPI, the models by that of JSON Schema: together they take a third of the time."""
    document = whole()
    assert document["openapi"].startswith("3.1.")
    models: list[Any] = []
    frame = without_schemas(document, models)
    assert list(OpenAPIV31SpecValidator(frame).schema_validator.iter_errors(frame)) == []
    Draft202012Validator.check_schema({"$defs": dict(enumerate_names(models))})


def without_schemas(node: Any, found: list[Any]) -> Any:
    """The node with every schema replaced by an empty one; different ones are put into `found` once."""
    if isinstance(node, list):
        return [without_schemas(each, found) for each in node]
    if not isinstance(node, dict):
        return node
    kept: dict[str, Any] = {}
    for name, each in node.items():
        if name == "schema":
            found.append(each)
            kept[name] = {}
        elif name == "schemas":
            found += each.values()
            kept[name] = {}
        else:
            kept[name] = without_schemas(each, found)
    return kept


def enumerate_names(models: list[Any]) -> Iterator[tuple[str, Any]]:
    different = {orjson.dumps(model): model for model in models}
    return ((str(number), model) for number, model in enumerate(different.values()))


def test_every_reference_leads_somewhere() -> None:
    for document in (*documents().values(), whole()):
        for reference in set(re.findall(r'"\$ref":"([^"]+)"', orjson.dumps(document).decode())):
            node: Any = document
            for part in reference.removeprefix("#/").split("/"):
                node = node[part]


def schemas_with_samples(node: Any, place: str) -> Iterator[tuple[str, Document, Any]]:
    """(where it stands, its schema, the example or default) of everything below a node of the document."""
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from schemas_with_samples(each, f"{place}/{index}")
    if not isinstance(node, dict):
        return
    content = isinstance(node.get("schema"), dict)
    for sample in node.get("examples", {}).values() if content and isinstance(node.get("examples"), dict) else ():
        yield f"{place}/examples", node["schema"], sample["value"]
    if isinstance(node.get("examples"), list):
        for sample in node["examples"]:
            yield f"{place}/examples", node, sample
    if "default" in node and not isinstance(node["default"], dict | list):
        yield f"{place}/default", node, node["default"]
    for name, each in node.items():
        if name not in ("examples", "default", "enum", "const"):
            yield from schemas_with_samples(each, f"{place}/{name}")


@pytest.mark.parametrize("name", documents())
def test_every_example_and_default_validates(name: str) -> None:
    document = documents()[name]
    address = f"urn:{name}"
    registry: Registry[Any] = Registry().with_resource(address, Resource(document, DRAFT202012))
    failed = []
    for place, schema, sample in schemas_with_samples(document, ""):
        with_base = {"$id": f"{address}", **document, **schema} if "$ref" in str(schema) else schema
        validator = Draft202012Validator(
            with_base, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        failed += [f"{place}: {error.message}" for error in validator.iter_errors(sample)]
    assert not failed


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_an_operation_says_what_a_caller_must_know(operation: Operation) -> None:
    said = operation.described
    assert re.fullmatch(r"[a-z][a-z_]*", operation.id)
    assert said["summary"].strip()
    assert said["tags"]
    assert operation.policy
    assert said["responses"]["default"] == PROBLEM
    for way in said["security"]:
        assert way.keys() <= {SCHEME}
        assert set(way.get(SCHEME, [])) <= set(SCOPES), way
    scopes = set(re.findall(r"[a-z]+:[a-z]+", operation.policy))
    assert scopes == {scope for way in said["security"] for scope in way.get(SCHEME, [])}
    assert [status for status in said["responses"] if status.startswith("2")], "it can succeed"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_refusals_are_problem_documents(operation: Operation) -> None:
    if operation.id == "create_token":  # RFC 6749 has an error object of its own
        return
    for status, reply in operation.described["responses"].items():
        if status[0] in "45" and reply != PROBLEM:
            assert set(reply["content"]) == {MEDIA_TYPE}, status


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_replies_and_parameters_have_a_schema(operation: Operation) -> None:
    for status, reply in operation.described["responses"].items():
        content = reply.get("content", {})
        if status.startswith("2") and status != "204" and JSON in content:
            assert content[JSON].get("schema"), status
    for parameter in operation.described.get("parameters", ()):
        assert parameter["schema"], parameter["name"]


def test_a_problem_has_the_agreed_fields() -> None:
    for document in documents().values():
        model = document["components"]["schemas"]["Problem"]
        assert set(model["required"]) == set(model["properties"]) == PROBLEM_FIELDS
        assert set(model["properties"]["errors"]["items"]["required"]) == {"pointer", "code", "detail"}
        assert list(document["components"]["responses"]["Problem"]["content"]) == [MEDIA_TYPE]


def test_lists_page_alike() -> None:
    """`limit` is 1–200, 50 by default, and comes with a cursor."""
    for operation in OPERATIONS:
        asked = operation.parameters("query")
        if "cursor" in asked:
            limit = asked["limit"]["schema"]
            assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 200, 50), operation.id
