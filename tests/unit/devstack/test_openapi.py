"""The programs' documents become one: nothing is lost, nothing is mistaken for another's."""

from typing import Any

import pytest

from devstack.openapi import Unmergeable, merged, merged_problems

REFERENCE = "#/components/schemas/"


def document(path: str, operation: str, **schemas: Any) -> dict[str, Any]:
    """A document with one operation that answers with the first of the schemas."""
    answer = {"schema": {"$ref": f"{REFERENCE}{next(iter(schemas))}"}}
    responses = {"200": {"content": {"application/json": answer}}}
    return {
        "openapi": "3.1.0",
        "paths": {path: {"get": {"operationId": operation, "tags": [path[1:]], "responses": responses}}},
        "components": {"schemas": schemas, "securitySchemes": {"prima": {"of": operation}}},
    }


def answer_of(found: dict[str, Any], path: str) -> str:
    """The schema that a path answers with."""
    responses = found["paths"][path]["get"]["responses"]
    return str(responses["200"]["content"]["application/json"]["schema"]["$ref"]).removeprefix(REFERENCE)


def test_equal_models_are_shared_and_others_keep_apart() -> None:
    label = {"type": "object", "title": "Label"}
    found = merged(
        {
            "gateway": document("/a", "a", Place={"type": "string"}, Label=label),
            "registry": document("/b", "b", Place={"type": "integer"}, Label=label),
            "complaints": document("/c", "c", Own={"type": "string"}),
        }
    )
    assert found["components"]["schemas"] == {
        "GatewayPlace": {"type": "string"},
        "Label": label,
        "Own": {"type": "string"},
        "RegistryPlace": {"type": "integer"},
    }
    assert [answer_of(found, path) for path in ("/a", "/b", "/c")] == ["GatewayPlace", "RegistryPlace", "Own"]
    assert found["tags"] == [{"name": "a"}, {"name": "b"}, {"name": "c"}]
    assert found["components"]["securitySchemes"] == {"prima": {"of": "a"}}


def test_equal_models_that_refer_to_different_ones_are_different() -> None:
    page = {"items": {"$ref": f"{REFERENCE}Place"}}
    found = merged(
        {
            "gateway": document("/a", "a", Page=page, Place={"type": "string"}),
            "registry": document("/b", "b", Page=page, Place={"type": "integer"}),
        }
    )
    assert found["components"]["schemas"]["RegistryPage"]["items"]["$ref"] == f"{REFERENCE}RegistryPlace"
    assert found["components"]["schemas"]["GatewayPage"]["items"]["$ref"] == f"{REFERENCE}GatewayPlace"


@pytest.mark.parametrize(("path", "operation"), [("/a", "b"), ("/b", "a")])
def test_contradictions_are_refused(path: str, operation: str) -> None:
    one, other = document("/a", "a", X={}), document(path, operation, X={})
    with pytest.raises(Unmergeable):
        merged({"gateway": one, "registry": other})


def test_problems_are_listed_once_by_code() -> None:
    gone, said = {"code": "b", "status": 404, "meaning": ""}, {"code": "b", "status": 404, "meaning": "Why."}
    first = {"code": "a", "status": 409, "meaning": ""}
    assert merged_problems([[gone], [said, first]]) == [first, said]
    with pytest.raises(Unmergeable):
        merged_problems([[gone], [gone | {"status": 410}]])
