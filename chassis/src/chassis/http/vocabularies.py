"""`GET /v1/vocabularies/{service}/{name}`: the enumerations, with labels, attributes and their legal source.

They are files of the reference data, read once at start; a code never translates.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.http.identity import Public
from chassis.http.models import Label, Shape
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import single

Vocabularies = Mapping[str, Mapping[str, Any]]


class Term(Shape):
    """One entry of a vocabulary."""

    code: str
    label: Label
    attributes: dict[str, Any]


class Vocabulary(Shape):
    """An enumeration; open-ended: clients must bear codes they don't know."""

    name: str
    source: str
    items: list[Term]


class VocabularyNames(Shape):
    items: list[str]


def read_vocabularies(data_dir: Path, files: Sequence[str]) -> Vocabularies:
    """The vocabularies of these files of data/vocabularies, by name."""
    found: dict[str, Any] = {}
    for file in files:
        found |= orjson.loads((data_dir / "vocabularies" / f"{file}.json").read_bytes())
    return found


def codes(vocabularies: Vocabularies, name: str) -> frozenset[str]:
    """The codes of one vocabulary."""
    return frozenset(item["code"] for item in vocabularies[name]["items"])


def vocabulary_routes(service: str, data_dir: Path, files: Sequence[str]) -> APIRouter:
    """The routes that serve these files' vocabularies under the service's name."""
    held = read_vocabularies(data_dir, files)
    version = int.from_bytes(hashlib.sha256(orjson.dumps(held, option=orjson.OPT_SORT_KEYS)).digest()[:4])
    routes = router(tags=["vocabularies"])

    @routes.get(
        f"/vocabularies/{service}",
        operation_id=f"list_{service}_vocabularies",
        summary=f"The names of the vocabularies of {service}",
        response_model=VocabularyNames,
    )
    async def names(request: Request, _caller: Public) -> Response:
        return single(request, {"items": sorted(held)}, version=version, cache="public, max-age=300")

    @routes.get(
        f"/vocabularies/{service}/{{name}}",
        operation_id=f"get_{service}_vocabulary",
        summary=f"A vocabulary of {service}",
        response_model=Vocabulary,
    )
    async def one(request: Request, _caller: Public, name: str) -> Response:
        found = held.get(name)
        if found is None:
            raise NotFound
        content = {"name": name, "source": found.get("source", ""), "items": found["items"]}
        return single(request, content, version=version, cache="public, max-age=300")

    return routes
