"""The OpenAPI documents that the real applications make, and the operations in them: what generated tests are made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from chassis.ops.commands import write_openapi
from complaints.service import SERVICE as COMPLAINTS
from evaluation.service import SERVICE as EVALUATION
from gateway.commands import write_openapi as write_gateway
from registry.service import SERVICE as REGISTRY

JSON = "application/json"
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation of a program's document."""

    program: str
    method: str
    path: str
    described: Document

    @property
    def id(self) -> str:
        return str(self.described["operationId"])

    @property
    def policy(self) -> str:
        return str(self.described["x-policy"])

    @property
    def body(self) -> Document | None:
        """The schema of its JSON body, if it takes one."""
        content = self.described.get("requestBody", {}).get("content", {})
        schema: Document | None = content.get(JSON, {}).get("schema")
        return schema

    @property
    def needs_body(self) -> bool:
        return bool(self.described.get("requestBody", {}).get("required"))

    def parameters(self, place: str) -> dict[str, Document]:
        """Its parameters in `path`, `query` or `header`, by name (headers in lower case)."""
        listed = self.described.get("parameters", ())
        return {
            each["name"].lower() if place == "header" else each["name"]: each for each in listed if each["in"] == place
        }


@cache
def written() -> dict[str, bytes]:
    """Each program's document, as `make openapi` writes it, by the program's name."""
    with TemporaryDirectory() as folder:
        directory = Path(folder)
        write_gateway(directory)
        for service in (REGISTRY, COMPLAINTS, EVALUATION):
            write_openapi(service, directory)
        names = ("gateway", REGISTRY.name, COMPLAINTS.name, EVALUATION.name)
        return {name: (directory / f"{name}.json").read_bytes() for name in names}


@cache
def documents() -> dict[str, Document]:
    """Each program's document by its name."""
    return {name: orjson.loads(text) for name, text in written().items()}


def operations(*programs: str) -> Iterator[Operation]:
    """Every operation of these programs, or of all, in the order of the paths."""
    for name, document in documents().items():
        if not programs or name in programs:
            for path, described in sorted(document["paths"].items()):
                for method, operation in described.items():
                    yield Operation(name, method.upper(), path, operation)


def resolved(document: Document, schema: Document) -> Document:
    """A schema without the reference that it may be."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema
