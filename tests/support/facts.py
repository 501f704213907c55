"""The declared schemas of events (docs/events), and what a service has recorded, held against them."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from devstack.layout import DATA, ROOT
from support.services import ServiceUnderTest

EVENTS = ROOT / "docs" / "events"
RECORDED = """
SELECT type, subject, sequence, visibility, institution_id, data FROM events
UNION ALL SELECT type, subject, sequence, visibility, institution_id, data FROM outbox
"""


@cache
def vocabulary(name: str) -> frozenset[str]:
    """The codes of an enumeration of data/vocabularies."""
    for path in sorted((DATA / "vocabularies").glob("*.json")):
        found = json.loads(path.read_bytes()).get(name)
        if found is not None:
            return frozenset(str(item["code"]) for item in found["items"])
    raise LookupError(name)


def _of_vocabulary(_validator: Any, name: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and instance not in vocabulary(name):
        yield ValidationError(f"{instance!r} is no code of {name}")


_Validator: Any = extend(Draft202012Validator, {"vocabulary": _of_vocabulary})


@cache
def declared(service: str) -> Mapping[str, Any]:
    """The document of a service's events: `properties` by type, `$defs` by name."""
    found: Mapping[str, Any] = json.loads((EVENTS / f"{service}.json").read_bytes())
    return found


@cache
def _validator(service: str, type_: str) -> Any:
    document = declared(service)
    schema = {"$defs": document["$defs"], **document["properties"][type_]}
    return _Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def flaws_of(service: str, type_: str, data: Mapping[str, Any]) -> list[str]:
    """What is wrong with an event's data by its declared schema; an undeclared type is wrong itself."""
    if type_ not in declared(service)["properties"]:
        return [f"{type_} is declared nowhere"]
    return [
        f"{type_} {error.json_path}: {error.message[:200]}" for error in _validator(service, type_).iter_errors(data)
    ]


async def recorded(service: ServiceUnderTest) -> list[Mapping[str, Any]]:
    """Every fact that the service has recorded, numbered or not."""
    async with service.connection() as connection:
        return [dict(row) for row in await connection.fetch(RECORDED)]


async def check_recorded(service: ServiceUnderTest) -> None:
    """Fails if anything that the service recorded isn't as declared."""
    flaws = {flaw for fact in await recorded(service) for flaw in flaws_of(service.name, fact["type"], fact["data"])}
    assert not flaws, "\n".join(sorted(flaws)[:20])
