"""Bodies made of an operation's schema: one that is well formed, and everything that can be wrong with it."""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from support.documents import Document, resolved

MARK = "Qwxyz"
"""The offending value, or in it: no reply repeats it."""
HUGE = 10**30
STRANGER = "tidak_dikenal"
FORMATS = {
    "uuid": "0199d1a2-0000-7000-8000-00000000beef",
    "date": "2026-01-05",
    "date-time": "2026-01-05T01:02:03Z",
    "password": "seratus kuda nil",
}
PATTERNS = {
    r"^[^\r\n]*$": "Teks",
    r"^[A-Za-z0-9][A-Za-z0-9._/-]*$": "kode",
    r"^[a-z][a-z0-9_]*$": "kode",
    r"^[a-z0-9_]+$": "kode",
    r"^[A-Za-z0-9._:-]+$": "kode",
    r"^[a-z0-9][a-z0-9._-]*$": "kode",
    r"^[a-z0-9][a-z0-9_-]{0,49}$": "kode",
    r"^[A-Za-z0-9./-]{3,30}$": "800.1/12",
    r"^\d{2}(\.\d{2}(\.\d{2}(\.[123]\d{3})?)?)?$": "51.71",
    r"^https?://": "https://contoh.id",
    r"^https?://\S+$": "https://contoh.id",
    r"^https://[^\s<>\"]+$": "https://contoh.id",
    r"^[^@\s]{1,64}@[^@\s]{1,190}$": "sari@contoh.id",
    r"^\+?[0-9 -]{6,20}$": "0812 3456 7890",
    r"^\d{1,3}(\.\d{1,6})?$": "1.5",
    r"^\d{6}$": "123456",
    r"^([01]\d|2[0-3]):[0-5]\d$": "08:30",
    r"^(19|20|21)\d{2}(-(Q[1-4]|S[12]|0[1-9]|1[0-2]))?$": "2026",
}
"""How a text of each pattern looks; a new pattern says so here."""
CODE = r"^[a-z0-9_]+$"
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """A place in a well formed body, and the schemas that its value may satisfy."""

    path: Path
    schemas: tuple[Document, ...]
    required: bool

    @property
    def pointer(self) -> str:
        return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in self.path)

    @property
    def tags(self) -> bool:
        """Whether it tells which member of a union its object is: without it nothing else of that is read."""
        return any("const" in schema for schema in self.schemas)

    @property
    def kinds(self) -> set[str]:
        """JSON types; empty if anything goes."""
        found: set[str] = set()
        for schema in self.schemas:
            kind = schema.get("type") or ("string" if "enum" in schema or "const" in schema else None)
            if kind is None:
                return set()
            found |= {kind} if isinstance(kind, str) else set(kind)
        return found


@dataclass(frozen=True)
class Broken:
    """A body with something wrong: where each error must point, unless any place will do (None)."""

    name: str
    body: Any
    pointers: frozenset[str] | None


class Samples:
    """Bodies of one schema of a document."""

    def __init__(self, document: Document, schema: Document) -> None:
        self._document, self.schema = document, schema
        self.places: list[Place] = []
        self.body = self._make(schema, (), required=True, within=())

    def _alternatives(self, schema: Document) -> list[Document]:
        schema = resolved(self._document, schema)
        for union in ("anyOf", "oneOf"):
            if union in schema:
                return [each for member in schema[union] for each in self._alternatives(member)]
        return [schema]

    def _make(self, schema: Document, path: Path, *, required: bool, within: tuple[str, ...]) -> Any:
        """A value of every field; notes each place. A model within itself is left out."""
        alternatives = self._alternatives(schema)
        chosen = next((each for each in alternatives if each.get("type") != "null"), alternatives[0])
        self.places.append(Place(path, tuple(alternatives), required))
        name = str(chosen.get("title", ""))
        return self._value(chosen, path, (*within, name) if chosen.get("type") == "object" else within)

    def _value(self, schema: Document, path: Path, within: tuple[str, ...]) -> Any:
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                return self._object(schema, path, within)
            case "array":
                return self._array(schema, path, within)
            case "integer" | "number":
                return max(1, schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1)
            case "boolean":
                return True
            case "null":
                return None
            case "string":
                return text_of(schema)
        return "apa saja"

    def _object(self, schema: Document, path: Path, within: tuple[str, ...]) -> dict[str, Any]:
        needed = set(schema.get("required", ()))
        found: dict[str, Any] = {}
        for name, field in schema.get("properties", {}).items():
            if name in needed or not self._repeats(field, within):
                found[name] = self._make(field, (*path, name), required=name in needed, within=within)
        further = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
        free = next((each for each in further if isinstance(each, Mapping)), None)
        if free is not None and not found:
            names = {"type": "string", "pattern": CODE, **resolved(self._document, schema.get("propertyNames", {}))}
            key = str(self._value(names, (), ()))
            found[key] = self._make(free, (*path, key), required=False, within=within)
        return found

    def _array(self, schema: Document, path: Path, within: tuple[str, ...]) -> list[Any]:
        fixed = schema.get("prefixItems")
        if fixed:
            return [self._make(each, (*path, index), required=False, within=within) for index, each in enumerate(fixed)]
        item = schema.get("items", {})
        if self._repeats(item, within):
            return []
        count = max(1, schema.get("minItems", 1))
        made = [self._make(item, (*path, 0), required=False, within=within)]
        return made + [copy.deepcopy(made[0]) for _ in range(count - 1)]

    def _repeats(self, schema: Document, within: tuple[str, ...]) -> bool:
        return any(
            each.get("type") == "object" and each.get("title") and each["title"] in within
            for each in self._alternatives(schema)
        )

    def broken(self) -> Iterator[Broken]:
        """Everything that can be wrong, many places at a time: a refusal names them all at once."""
        yield from self._by_depth("missing", lambda place: place.required and not place.tags, _drop)
        yield self._strangers()
        yield self._spoilt("wrong_type", lambda place: _is_scalar(place) and not place.tags, _wrong)
        yield from self._by_depth("wrong_container", _is_container, _wrong)
        yield self._spoilt(
            "null", lambda place: _is_scalar(place) and "null" not in place.kinds and not place.tags, _null
        )
        yield self._spoilt("too_long", lambda place: _limit(place, "maxLength") is not None, _too_long)
        yield from self._by_depth("too_many", lambda place: _limit(place, "maxItems") is not None, _too_many)
        yield self._spoilt("too_large", _is_number, _too_large)
        yield self._spoilt("too_small", lambda place: _limit(place, "minimum") is not None, _too_small)
        yield self._spoilt("nul", lambda place: place.kinds == {"string"} and bool(place.path), _nul)

    def _by_depth(
        self, name: str, where: Callable[[Place], bool], spoil: Callable[[Any, str | int, Place], None]
    ) -> Iterator[Broken]:
        """One for each depth: what is wrong with something hides what is wrong within it."""
        for depth in sorted({len(place.path) for place in self.places if where(place)}):
            yield self._spoilt(name, lambda place, depth=depth: where(place) and len(place.path) == depth, spoil)

    def _spoilt(
        self, name: str, where: Callable[[Place], bool], spoil: Callable[[Any, str | int, Place], None]
    ) -> Broken:
        body, pointers = copy.deepcopy(self.body), set()
        for place in self.places:
            if place.path and where(place):
                spoil(_parent(body, place.path), place.path[-1], place)
                pointers.add(place.pointer)
        return Broken(name, body, frozenset(pointers))

    def _strangers(self) -> Broken:
        body, pointers = copy.deepcopy(self.body), set()
        for place in self.places:
            chosen = next((each for each in place.schemas if each.get("type") == "object"), None)
            if chosen is not None and chosen.get("additionalProperties") is False and "properties" in chosen:
                held = _parent(body, (*place.path, ""))
                if isinstance(held, dict):
                    held[STRANGER] = MARK
                    pointers.add(f"{place.pointer}/{STRANGER}")
        return Broken("unknown", body, frozenset(pointers))


def text_of(schema: Document) -> str:
    """A text that a schema takes. Raises KeyError for a pattern or a format that nobody knows."""
    if "pattern" in schema:
        made = PATTERNS[schema["pattern"]]
    elif "format" in schema:
        made = FORMATS[schema["format"]]
    else:
        made = "Teks"
    return made if len(made) >= schema.get("minLength", 0) else made + "k" * (schema["minLength"] - len(made))


def _parent(body: Any, path: Path) -> Any:
    for part in path[:-1]:
        body = body[part]
    return body


def _is_container(place: Place) -> bool:
    return bool(place.path) and bool(place.kinds & {"object", "array"})


def _is_scalar(place: Place) -> bool:
    return bool(place.path) and bool(place.kinds) and not place.kinds & {"object", "array"}


def _is_number(place: Place) -> bool:
    return bool(place.kinds & {"integer", "number"}) and not place.kinds & {"string", "object", "array"}


def _limit(place: Place, name: str) -> Any:
    return next((each[name] for each in place.schemas if name in each), None)


def _drop(parent: Any, key: str | int, _place: Place) -> None:
    parent.pop(key)


def _wrong(parent: Any, key: str | int, place: Place) -> None:
    others: dict[str, Any] = {"object": {"salah": MARK}, "number": 7.5, "string": MARK, "array": [MARK]}
    taken = place.kinds | ({"number"} if "integer" in place.kinds else set())
    parent[key] = next(value for kind, value in others.items() if kind not in taken)


def _null(parent: Any, key: str | int, _place: Place) -> None:
    parent[key] = None


def _too_long(parent: Any, key: str | int, place: Place) -> None:
    limit = _limit(place, "maxLength")
    parent[key] = (MARK * (limit // len(MARK) + 1))[: limit + 1]


def _too_many(parent: Any, key: str | int, place: Place) -> None:
    limit = _limit(place, "maxItems")
    parent[key] = [parent[key][0] if parent[key] else "x"] * (limit + 1)


def _too_large(parent: Any, key: str | int, _place: Place) -> None:
    parent[key] = HUGE


def _too_small(parent: Any, key: str | int, place: Place) -> None:
    parent[key] = _limit(place, "minimum") - 1


def _nul(parent: Any, key: str | int, _place: Place) -> None:
    parent[key] = f"{MARK}\0"
