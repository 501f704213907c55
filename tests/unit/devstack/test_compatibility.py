"""Which changes of the API break its users, one by one; and that additions don't."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from devstack.compatibility import breaking_changes

Document = dict[str, Any]
SENT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title"],
    "properties": {
        "title": {"type": "string", "maxLength": 300},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "place": {"anyOf": [{"$ref": "#/components/schemas/Place"}, {"type": "null"}]},
    },
}
PLACE = {
    "type": "object",
    "title": "Place",
    "additionalProperties": False,
    "properties": {"lat": {"type": "number"}, "within": {"$ref": "#/components/schemas/Place"}},
}
ANSWERED = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "state": {"type": "string", "enum": ["open"]},
        "items": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
    },
}


def document() -> Document:
    """An address with one operation that takes and answers the models above."""
    parameters = [
        {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 200}},
        {"in": "query", "name": "q", "schema": {"type": "string"}},
    ]
    operation = {
        "operationId": "make_thing",
        "security": [{}, {"prima": ["things:write"]}],
        "parameters": parameters,
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Sent"}}}},
        "responses": {
            "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answered"}}}},
            "default": {"description": "Refused"},
        },
    }
    schemas = {"Sent": SENT, "Place": PLACE, "Answered": ANSWERED}
    return deepcopy({"paths": {"/things": {"post": operation}}, "components": {"schemas": schemas}})


def operation(found: Document) -> Any:
    return found["paths"]["/things"]["post"]


def schema(found: Document, name: str) -> Any:
    return found["components"]["schemas"][name]


def drop_path(found: Document) -> None:
    del found["paths"]["/things"]


def rename(found: Document) -> None:
    operation(found)["operationId"] = "create_thing"


def ask_for_a_token(found: Document) -> None:
    operation(found)["security"] = [{"prima": ["things:write"]}]


def drop_parameter(found: Document) -> None:
    operation(found)["parameters"].pop()


def need_parameter(found: Document) -> None:
    operation(found)["parameters"][1]["required"] = True


def new_needed_parameter(found: Document) -> None:
    operation(found)["parameters"].append({"in": "header", "name": "x", "required": True, "schema": {}})


def lower_limit(found: Document) -> None:
    operation(found)["parameters"][0]["schema"]["maximum"] = 100


def need_body(found: Document) -> None:
    operation(found)["requestBody"]["required"] = True


def other_media(found: Document) -> None:
    content = operation(found)["requestBody"]["content"]
    content["text/csv"] = content.pop("application/json")


def drop_field(found: Document) -> None:
    del schema(found, "Sent")["properties"]["kind"]


def need_field(found: Document) -> None:
    schema(found, "Sent")["required"].append("kind")


def drop_value(found: Document) -> None:
    schema(found, "Sent")["properties"]["kind"]["enum"].remove("b")


def shorten(found: Document) -> None:
    schema(found, "Sent")["properties"]["title"]["maxLength"] = 10


def retype(found: Document) -> None:
    schema(found, "Sent")["properties"]["title"] = {"type": "integer"}


def refuse_null(found: Document) -> None:
    schema(found, "Sent")["properties"]["place"] = {"$ref": "#/components/schemas/Place"}


def change_below(found: Document) -> None:
    del schema(found, "Place")["properties"]["lat"]


def answer_less(found: Document) -> None:
    del schema(found, "Answered")["properties"]["state"]


def answer_perhaps(found: Document) -> None:
    schema(found, "Answered")["required"].remove("state")


def answer_null(found: Document) -> None:
    schema(found, "Answered")["properties"]["id"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}


def answer_less_in_items(found: Document) -> None:
    del schema(found, "Answered")["properties"]["items"]["items"]["properties"]["name"]


def answer_other_status(found: Document) -> None:
    responses = operation(found)["responses"]
    responses["202"] = responses.pop("201")


BROKEN: list[tuple[Callable[[Document], None], str]] = [
    (drop_path, "POST /things: is gone"),
    (rename, "make_thing: is called create_thing now"),
    (ask_for_a_token, "make_thing: asks for more than no token"),
    (drop_parameter, "make_thing query/q: is gone"),
    (need_parameter, "make_thing query/q: is required now"),
    (new_needed_parameter, "make_thing header/x: is new and required"),
    (lower_limit, "make_thing query/limit: maximum is 100 now"),
    (need_body, "make_thing sent: a body is required now"),
    (other_media, "make_thing sent: application/json isn't taken any more"),
    (drop_field, "make_thing sent /kind: is gone"),
    (need_field, "make_thing sent /kind: is required now"),
    (drop_value, "make_thing sent /kind: b is no value any more"),
    (shorten, "make_thing sent /title: maxLength is 10 now"),
    (retype, "make_thing sent /title: string isn't taken any more"),
    (refuse_null, "make_thing sent /place: null isn't taken any more"),
    (change_below, "make_thing sent /place/lat: is gone"),
    (answer_less, "make_thing 201 /state: is gone"),
    (answer_perhaps, "make_thing 201 /state: may be missing now"),
    (answer_null, "make_thing 201 /id: may be null now"),
    (answer_less_in_items, "make_thing 201 /items/*/name: is gone"),
    (answer_other_status, "make_thing 201: isn't answered any more"),
]


@pytest.mark.parametrize(("change", "told"), BROKEN, ids=[change.__name__ for change, _ in BROKEN])
def test_what_breaks_is_named(change: Callable[[Document], None], told: str) -> None:
    after = document()
    change(after)
    assert [str(each) for each in breaking_changes(document(), after)] == [told]


def test_additions_break_nothing() -> None:
    after = document()
    after["paths"]["/others"] = {"get": {"operationId": "list_others", "responses": {}}}
    operation(after)["security"].append({"prima": ["others:write"]})
    operation(after)["parameters"].append({"in": "query", "name": "sort", "schema": {"type": "string"}})
    operation(after)["responses"]["202"] = {"description": "Later"}
    schema(after, "Sent")["properties"] |= {"note": {"type": "string"}, "title": {"type": "string"}}
    schema(after, "Sent")["properties"]["kind"]["enum"].append("c")
    schema(after, "Sent")["required"] = []
    schema(after, "Answered")["properties"] |= {"more": {"type": "string"}}
    schema(after, "Answered")["properties"]["state"]["enum"].append("closed")
    schema(after, "Answered")["required"].append("items")
    assert breaking_changes(document(), after) == []
    assert breaking_changes(document(), document()) == []
