"""The written documents that the gateway serves, read once at start; nothing is fetched."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Document:
    """A document's bytes and their ETag."""

    body: bytes
    etag: str


class Library:
    """The merged OpenAPI document and the problems, from `<docs>/openapi` (made by `make openapi`)."""

    def __init__(self, docs_dir: Path) -> None:
        self.openapi = _read(docs_dir / "openapi" / "prima.json")
        problems = _read(docs_dir / "openapi" / "problems.json")
        listed: list[dict[str, Any]] = [] if problems is None else orjson.loads(problems.body)
        self.problems: Mapping[str, Mapping[str, Any]] = {problem["code"]: problem for problem in listed}


def _read(path: Path) -> Document | None:
    try:
        body = orjson.dumps(orjson.loads(path.read_bytes()))  # without the line breaks that are for reviewers
    except FileNotFoundError:
        return None
    return Document(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
