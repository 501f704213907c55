"""The examples of the API's description: each body that can have one has one, and each is what its operation takes."""

import datetime
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import SecretStr

from chassis.http.app import api_routes, create_app
from chassis.ops.openapi import WITH_EXAMPLE, described, read_examples
from chassis.ops.settings import settings_for
from complaints.service import SERVICE as COMPLAINTS
from devstack.layout import DATA
from evaluation.service import SERVICE as EVALUATION
from gateway.application import create_own
from gateway.schema import MIGRATIONS
from registry.service import SERVICE as REGISTRY
from support.gateway import settings_of

FOLDERS = {service.name: service.migrations.parent for service in (REGISTRY, COMPLAINTS, EVALUATION)}
FOLDERS |= {"gateway": MIGRATIONS.parent}
FORMATS = FormatChecker(formats=())
FORMATS.checks("uuid", raises=ValueError)(lambda value: bool(UUID(value)))
FORMATS.checks("date", raises=ValueError)(lambda value: bool(datetime.date.fromisoformat(value)))
FORMATS.checks("date-time", raises=ValueError)(lambda value: bool(datetime.datetime.fromisoformat(value)))


def applications() -> dict[str, FastAPI]:
    """The four programs' applications, not started."""
    found = {}
    for service in (REGISTRY, COMPLAINTS, EVALUATION):
        settings = settings_for(service.name).model_construct(
            database_url=SecretStr(""), port=1, data_dir=DATA, pool_size=2, gateway_url="", follower_secret=None
        )
        found[service.name] = create_app(service, settings)
    return found | {"gateway": create_own(settings_of(""))}


APPLICATIONS = applications()


def cases() -> Iterator[Any]:
    """Every body that isn't a file."""
    for name, app in APPLICATIONS.items():
        document = described(app, read_examples(FOLDERS[name]))
        for route in api_routes(app):
            if route.include_in_schema:
                operation = document["paths"][route.path_format][min(route.methods or ()).lower()]
                for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
                    if media_type in WITH_EXAMPLE:
                        yield pytest.param(document, route, content, id=f"{name}:{route.operation_id}")


@pytest.mark.parametrize(("document", "route", "content"), list(cases()))
def test_an_example_is_what_its_operation_takes(
    document: dict[str, Any], route: APIRoute, content: dict[str, Any]
) -> None:
    assert "example" in content, "give it one in examples.json"
    schema = {**content["schema"], "components": document["components"]}
    wrong = Draft202012Validator(schema, format_checker=FORMATS).iter_errors(content["example"])
    assert [f"{error.json_path}: {error.message}" for error in wrong] == []
    if route.body_field is not None:
        # The rules that a schema can't state, too.
        _, errors = route.body_field.validate(json.loads(json.dumps(content["example"])), {}, loc=("body",))
        assert not errors


@pytest.mark.parametrize("name", FOLDERS)
def test_no_example_is_of_an_operation_that_isnt_there(name: str) -> None:
    known = {route.operation_id for route in api_routes(APPLICATIONS[name])}
    assert set(read_examples(FOLDERS[name])) <= known
