"""The OpenAPI document of an application, with what FastAPI can't know: who may call, and how refusals look."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI

from chassis.http.app import api_routes, policy_of
from chassis.http.problems import MEDIA_TYPE

SCHEME = "prima"
_SCOPE = re.compile(r"[a-z]+:[a-z]+")
_ALTERNATIVES = re.compile(r" or |, ")
_TRACKED = "Tracking-Token"
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
WITH_EXAMPLE = ("application/json", "application/x-www-form-urlencoded")
"""Kinds of bodies that an example can show; a file's can't."""
_REFUSED: dict[str, Any] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def read_examples(folder: Path) -> Mapping[str, Any]:
    """The bodies in `folder`'s examples.json, by operation id."""
    found: dict[str, Any] = orjson.loads((folder / "examples.json").read_bytes())
    return found


def described(app: FastAPI, examples: Mapping[str, Any]) -> dict[str, Any]:
    """The document. Each operation states its policy as `x-policy`, the scopes of its `security` and an example of its body.

    `examples`: bodies by operation id.
    """
    document = app.openapi()
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _PROBLEM
    components["responses"] = {
        "Problem": {
            "description": "Refused: a problem document",
            "content": _REFUSED,
        }
    }
    components["securitySchemes"] = {SCHEME: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for route in api_routes(app):
        if route.include_in_schema:
            for method in route.methods or ():
                operation = document["paths"][route.path_format][method.lower()]
                _describe(operation, policy_of(route) or "")
                _exemplify(operation, examples)
    return document


def _describe(operation: dict[str, Any], policy: str) -> None:
    operation["x-policy"] = policy
    operation["security"] = security(policy)
    refusal = {"$ref": "#/components/responses/Problem"}
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422", "")):
        responses["422"] = refusal
    for status, reply in responses.items():
        if status[0] in "45" and "content" not in reply and "$ref" not in reply:
            reply["content"] = _REFUSED
    responses["default"] = refusal


def _exemplify(operation: dict[str, Any], examples: Mapping[str, Any]) -> None:
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        example = examples.get(operation["operationId"])
        if example is not None and media_type in WITH_EXAMPLE:
            content["example"] = example


def security(policy: str) -> list[dict[str, list[str]]]:
    """The security requirement of a policy: alternatives, each with the scopes that a client needs.

    A policy lists alternatives by "or" and commas; scopes with a space between are needed together. What is open to anyone,
    or to who shows a Tracking-Token, also goes without a token.
    """
    scopes = [found for part in _ALTERNATIVES.split(policy) if (found := _SCOPE.findall(part))]
    without: list[dict[str, list[str]]] = [{}] if policy.startswith(_ANYBODY) or _TRACKED in policy else []
    return [*without, *({SCHEME: found} for found in scopes or [[]])]
