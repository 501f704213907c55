"""Every address of the gateway's own says who may call it, takes a key where it must, and is described."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from openapi_spec_validator import validate
from pydantic import SecretStr

from chassis.http.app import RouteWithoutPolicy, api_routes, check_policies
from chassis.http.idempotency import Once
from chassis.http.routing import all_dependants
from chassis.ops.openapi import SCHEME, described, read_examples, security
from gateway.application import create_own
from gateway.clients.scopes import SCOPES
from gateway.documentation.security import SECURITY_SCHEME
from gateway.schema import MIGRATIONS
from gateway.settings import GatewaySettings

OWN = create_own(
    GatewaySettings.model_construct(
        database_url=SecretStr(""), gateway_secret=SecretStr("A" * 43), prima_env="development"
    )
)
ROUTES = {route.operation_id or route.path: route for route in api_routes(OWN) if route.include_in_schema}
ONCE: Any = Once.__metadata__[0].dependency  # type: ignore[attr-defined]


def operations() -> Iterator[dict[str, Any]]:
    """Every operation of the document."""
    for path in described(OWN, read_examples(MIGRATIONS.parent))["paths"].values():
        yield from path.values()


def test_a_route_that_says_nothing_keeps_the_application_from_starting() -> None:
    router = APIRouter(prefix="/v1")
    router.add_api_route("/open", lambda: None)
    app = FastAPI()
    app.include_router(router)
    with pytest.raises(RouteWithoutPolicy, match="/v1/open"):
        check_policies(app)


@pytest.mark.parametrize("name", ROUTES)
def test_posts_have_one_effect_a_key(name: str) -> None:
    route: APIRoute = ROUTES[name]
    if "POST" in (route.methods or ()) and name != "create_token":
        assert ONCE in {dependant.call for dependant in all_dependants(route.dependant)}


def test_the_document_is_valid_and_names_scopes_that_exist() -> None:
    document = described(OWN, read_examples(MIGRATIONS.parent))
    document["components"]["securitySchemes"] = {SCHEME: SECURITY_SCHEME}
    validate(document)
    needed = {scope for operation in operations() for one in operation["security"] for scope in one.get(SCHEME, [])}
    assert needed
    assert needed <= set(SCOPES)
    for operation in operations():
        assert operation["operationId"]
        assert operation["summary"]
        assert operation["description"]
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("public", [{}, {SCHEME: []}]),
        ("anyone", [{}, {SCHEME: []}]),
        ("anyone; a client with scope a:b", [{}, {SCHEME: ["a:b"]}]),
        ("signed in", [{SCHEME: []}]),
        ("scope registry:read", [{SCHEME: ["registry:read"]}]),
        ("scope a:b or c:d", [{SCHEME: ["a:b"]}, {SCHEME: ["c:d"]}]),
        ("scope registry:write platform:admin", [{SCHEME: ["registry:write", "platform:admin"]}]),
        ("roles unit_head, supervisor; scope complaints:act", [{SCHEME: ["complaints:act"]}]),
        ("anyone; a client with scope a:b or c:d", [{}, {SCHEME: ["a:b"]}, {SCHEME: ["c:d"]}]),
        ("signed in; a client with scope a:b", [{SCHEME: ["a:b"]}]),
        (
            "signed in, or a Tracking-Token; scope a:b, c:d or e:f",
            [{}, *({SCHEME: [x]} for x in ("a:b", "c:d", "e:f"))],
        ),
    ],
)
def test_security_of_a_policy(policy: str, expected: list[dict[str, list[str]]]) -> None:
    assert security(policy) == expected
