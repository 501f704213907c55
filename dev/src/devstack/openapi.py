"""`make openapi`: every program writes its own document, and they become one for the whole API.

Models of different services that share a name and differ get the service's name before theirs.
"""

import asyncio
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from devstack.compatibility import Breaking, breaking_changes
from devstack.layout import ROOT
from devstack.roster import GATEWAY, PROGRAMS

Document = dict[str, Any]

INFO: Document = {
    "title": "Prima",
    "version": "1.0.0",
    "summary": "Public services: who is responsible, what was promised, what people say, how well it is done.",
    "description": """One API for front ends, agencies' systems and reporting clients.

Without a token anybody reads what is public, files a complaint and tracks it. Programs and officers get a token at `/v1/oauth/token`.

- Lists: `{"items": […], "next": url|null}`; follow `next`. `limit` is 1–200, `count=exact` counts.
- Send `Idempotency-Key` with each POST that creates or acts, and repeat the request with the same key if no reply came.
- Send `If-Match` with the ETag that you read when you change something.
- Refusals are problem documents (RFC 9457): rely on `code`; every field that is wrong is named in `errors`.
- Texts follow `Accept-Language` (`id`, `en`); codes never translate. Instants are UTC, days are local.""",
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}
_REFERENCE = re.compile(r"#/components/schemas/([^\"/]+)")
_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


class Unmergeable(Exception):
    """Two programs contradict each other, or one wrote no document; the message says which."""


async def write_documents(directory: Path) -> None:
    """Write each program's document and problems, `prima.json` and `problems.json`. Raises Unmergeable."""
    await asyncio.gather(*(_write_one(program.name, directory) for program in PROGRAMS))
    documents = {program.name: _read(directory / f"{program.name}.json") for program in PROGRAMS}
    problems = [_read(directory / f"{program.name}-problems.json") for program in PROGRAMS]
    (directory / "prima.json").write_bytes(orjson.dumps(merged(documents), option=_OPTIONS))
    (directory / "problems.json").write_bytes(orjson.dumps(merged_problems(problems), option=_OPTIONS))


async def _write_one(name: str, directory: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", name, "openapi", str(directory), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    if process.returncode:
        raise Unmergeable(f"{name} wrote no document:\n{errors.decode('utf-8', 'replace')[-2000:]}")


def breaking_since(revision: str) -> list[Breaking]:
    """What the written document breaks against that of a revision of the repository. Raises Unmergeable."""
    name = "docs/openapi/prima.json"
    shown = subprocess.run(["git", "show", f"{revision}:{name}"], cwd=ROOT, capture_output=True, check=False)
    if shown.returncode:
        raise Unmergeable(f"{revision} holds no {name}:\n{shown.stderr.decode('utf-8', 'replace')}")
    return breaking_changes(orjson.loads(shown.stdout), _read(ROOT / name))


def _read(path: Path) -> Any:
    return orjson.loads(path.read_bytes())


def merged(documents: Mapping[str, Document]) -> Document:
    """One document of those of the programs, by name. The security scheme is the gateway's.

    Raises Unmergeable if two have the same path or operation.
    """
    renamed = {name: _with_own_names(name, document, _contested(documents)) for name, document in documents.items()}
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for name, document in renamed.items():
        if twice := paths.keys() & document["paths"].keys():
            raise Unmergeable(f"{name} has paths that another program has too: {sorted(twice)}")
        paths |= document["paths"]
        schemas |= document["components"]["schemas"]
    _check_operations(paths)
    own = renamed[GATEWAY.name]
    return {
        "openapi": own["openapi"],
        "info": INFO,
        "servers": [{"url": "/", "description": "the gateway that serves this document"}],
        "tags": [{"name": tag} for tag in _tags(paths)],
        "paths": dict(sorted(paths.items())),
        "components": {**own["components"], "schemas": dict(sorted(schemas.items()))},
    }


def _contested(documents: Mapping[str, Document]) -> frozenset[str]:
    """Names of models that differ between programs, or that refer to one that does."""
    by_name: dict[str, list[bytes]] = {}
    for document in documents.values():
        for name, schema in document["components"]["schemas"].items():
            by_name.setdefault(name, []).append(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS))
    shared = {name: forms for name, forms in by_name.items() if len(forms) > 1}
    found = {name for name, forms in shared.items() if len(set(forms)) > 1}
    while True:
        further = {name for name, forms in shared.items() if found.intersection(_REFERENCE.findall(forms[0].decode()))}
        if further <= found:
            return frozenset(found)
        found |= further


def _with_own_names(program: str, document: Document, contested: frozenset[str]) -> Document:
    def own(name: str) -> str:
        return f"{program.capitalize()}{name}" if name in contested else name

    text = _REFERENCE.sub(lambda match: f"#/components/schemas/{own(match[1])}", orjson.dumps(document).decode())
    rewritten: Document = orjson.loads(text)
    components = rewritten["components"]
    components["schemas"] = {own(name): schema for name, schema in components["schemas"].items()}
    return rewritten


def _operations(paths: Mapping[str, Any]) -> Iterable[Document]:
    return (operation for path in paths.values() for operation in path.values())


def _check_operations(paths: Mapping[str, Any]) -> None:
    counted = Counter(operation["operationId"] for operation in _operations(paths))
    twice = sorted(name for name, times in counted.items() if times > 1)
    if twice:
        raise Unmergeable(f"operations that stand there twice: {twice}")


def _tags(paths: Mapping[str, Any]) -> list[str]:
    return sorted({tag for operation in _operations(paths) for tag in operation.get("tags", ())})


def merged_problems(lists: Iterable[list[Document]]) -> list[Document]:
    """Every problem once, by code. Raises Unmergeable if a code has two statuses."""
    found: dict[str, Document] = {}
    for problem in (problem for listed in lists for problem in listed):
        known = found.setdefault(problem["code"], problem)
        if known["status"] != problem["status"]:
            raise Unmergeable(f"the problem {problem['code']} has two statuses")
        if not known["meaning"]:
            found[problem["code"]] = problem
    return [found[code] for code in sorted(found)]
