"""The OpenAPI document of an application, with what FastAPI can't know: who may call, and how refusals look."""

import re
from typing import Any

from fastapi import FastAPI

from chassis.http.app import api_routes, policy_of
from chassis.http.problems import MEDIA_TYPE

SCHEME = "prima"
_SCOPE = re.compile(r"[a-z]+:[a-z]+")
_ANYBODY = ("public", "anyone")
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "Why a request was refused (RFC 9457). `code` is stable; texts follow Accept-Language.",
    "required": ["type", "title", "status", "detail", "code", "request_id", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "a page about this kind of problem"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string", "description": "name it when you ask for help"},
        "errors": {
            "type": "array",
            "description": "everything that is wrong, at once",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "a JSON pointer into the body, or `query/…`, `path/…`, `header/…`",
                    },
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


def described(app: FastAPI) -> dict[str, Any]:
    """The document. Each operation states its policy as `x-policy` and the scopes of its `security`."""
    document = app.openapi()
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _PROBLEM
    components["responses"] = {
        "Problem": {
            "description": "Refused: a problem document",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    }
    components["securitySchemes"] = {SCHEME: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for route in api_routes(app):
        if route.include_in_schema:
            for method in route.methods or ():
                _describe(document["paths"][route.path_format][method.lower()], policy_of(route) or "")
    return document


def _describe(operation: dict[str, Any], policy: str) -> None:
    operation["x-policy"] = policy
    operation["security"] = security(policy)
    refusal = {"$ref": "#/components/responses/Problem"}
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422", "")):
        responses["422"] = refusal
    responses["default"] = refusal


def security(policy: str) -> list[dict[str, list[str]]]:
    """The security requirement of a policy: alternatives, each with the scopes that a client needs."""
    if policy in _ANYBODY:
        return [{}, {SCHEME: []}]
    nobody: list[dict[str, list[str]]] = [{}] if policy.startswith("anyone") else []
    return nobody + [{SCHEME: _SCOPE.findall(alternative)} for alternative in policy.split(" or ")]
