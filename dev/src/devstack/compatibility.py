"""What a change of the API breaks for those who use it: two OpenAPI documents, compared operation by operation. Pure.

What is sent may ask for less and take more, what is answered may say more: everything else is named. Enumerations of
replies are open-ended, so that a new value breaks nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import orjson

Document = Mapping[str, Any]
Direction = Literal["sent", "answered"]

_LOWER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
"""Limits that narrow what may be sent when they fall or appear."""
_RAISED = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_EXACT = ("pattern", "format", "const")


class Breaking(NamedTuple):
    """`where`: the operation and the place in it, as `file_complaint sent /title`; `what` broke."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def breaking_changes(before: Document, after: Document) -> list[Breaking]:
    """Everything that worked by the document `before` and doesn't by `after`, each once, in the order of the paths."""
    found: dict[Breaking, None] = {}
    for path, operations in before["paths"].items():
        for method, old in operations.items():
            new = after["paths"].get(path, {}).get(method)
            if new is None:
                found[Breaking(f"{method.upper()} {path}", "is gone")] = None
            else:
                found |= dict.fromkeys(_Comparison(before, after).operation(old, new))
    return list(found)


class _Comparison:
    """One operation's walk through both documents; each pair of models is compared once in each direction."""

    def __init__(self, before: Document, after: Document) -> None:
        self._before, self._after = before, after
        self._seen: set[tuple[int, int, Direction]] = set()

    def operation(self, old: Document, new: Document) -> Iterator[Breaking]:
        name = old["operationId"]
        if new["operationId"] != name:
            yield Breaking(name, f"is called {new['operationId']} now")
        yield from self._security(name, old, new)
        yield from self._parameters(name, old, new)
        yield from self._body(name, old, new)
        yield from self._answers(name, old, new)

    def _security(self, name: str, old: Document, new: Document) -> Iterator[Breaking]:
        """Each way to be let in must still suffice: some way of the new document asks for nothing beyond it."""
        ways = [_scopes(way) for way in new.get("security", [{}])]
        for way in map(_scopes, old.get("security", [{}])):
            if not any(asked <= way for asked in ways):
                yield Breaking(name, f"asks for more than {' '.join(sorted(way)) or 'no token'}")

    def _parameters(self, name: str, old: Document, new: Document) -> Iterator[Breaking]:
        held, now = _parameters(old), _parameters(new)
        for key, parameter in held.items():
            where = f"{name} {key[0]}/{key[1]}"
            if key not in now:
                yield Breaking(where, "is gone")
                continue
            if now[key].get("required") and not parameter.get("required"):
                yield Breaking(where, "is required now")
            yield from self._schema(where, parameter["schema"], now[key]["schema"], "sent")
        for key in now.keys() - held.keys():
            if now[key].get("required"):
                yield Breaking(f"{name} {key[0]}/{key[1]}", "is new and required")

    def _body(self, name: str, old: Document, new: Document) -> Iterator[Breaking]:
        held, now = old.get("requestBody", {}), new.get("requestBody", {})
        if now.get("required") and not held.get("required"):
            yield Breaking(f"{name} sent", "a body is required now")
        for kind, content in held.get("content", {}).items():
            if kind not in now.get("content", {}):
                yield Breaking(f"{name} sent", f"{kind} isn't taken any more")
            else:
                yield from self._schema(f"{name} sent ", content["schema"], now["content"][kind]["schema"], "sent")

    def _answers(self, name: str, old: Document, new: Document) -> Iterator[Breaking]:
        for status, held in _successes(old).items():
            now = _successes(new).get(status)
            if now is None:
                yield Breaking(f"{name} {status}", "isn't answered any more")
                continue
            for kind, content in held.get("content", {}).items():
                if kind not in now.get("content", {}):
                    yield Breaking(f"{name} {status}", f"{kind} isn't answered any more")
                    continue
                schemas = content.get("schema", {}), now["content"][kind].get("schema", {})
                yield from self._schema(f"{name} {status} ", *schemas, "answered")

    def _schema(self, where: str, old: Any, new: Any, direction: Direction) -> Iterator[Breaking]:
        held, now = self._variants(self._before, old), self._variants(self._after, new)
        if direction == "sent":
            for kind in held.keys() - now.keys():
                yield Breaking(where, f"{kind} isn't taken any more")
        elif held:
            for kind in now.keys() - held.keys():
                yield Breaking(where, f"may be {kind} now")
            for kind in held.keys() - now.keys() - {"null"}:
                yield Breaking(where, f"isn't {kind} any more")
        for kind in held.keys() & now.keys():
            yield from self._one(where, held[kind], now[kind], direction)

    def _variants(self, document: Document, schema: Any) -> dict[str, Any]:
        """The forms that a value may have, by their kind: JSON types, `object` further by its model's name in a union."""
        schema = _resolved(document, schema)
        for union in ("anyOf", "oneOf"):
            if union in schema:
                found: dict[str, Any] = {}
                for member in schema[union]:
                    for kind, form in self._variants(document, member).items():
                        named = kind if kind not in found else f"{kind} {form.get('title', len(found))}"
                        found[named] = form
                return found
        kinds = schema.get("type", [] if not schema else ["any"])
        return {str(kind): schema for kind in ([kinds] if isinstance(kinds, str) else kinds)}

    def _one(self, where: str, old: Any, new: Any, direction: Direction) -> Iterator[Breaking]:
        pair = id(old), id(new), direction
        if pair in self._seen:
            return
        self._seen.add(pair)
        if direction == "sent":
            yield from _narrowed(where, old, new)
        for value in _missing(old.get("enum", []), new.get("enum", []) if "enum" in new else old.get("enum", [])):
            yield Breaking(where, f"{value} is no value any more")
        yield from self._fields(where, old, new, direction)
        for inner in ("items", "additionalProperties"):
            if isinstance(old.get(inner), Mapping) and isinstance(new.get(inner), Mapping):
                yield from self._schema(f"{where}/*", old[inner], new[inner], direction)
        if direction == "sent" and old.get("additionalProperties", True) and new.get("additionalProperties") is False:
            yield Breaking(where, "takes no further fields any more")

    def _fields(self, where: str, old: Any, new: Any, direction: Direction) -> Iterator[Breaking]:
        held, now = old.get("properties", {}), new.get("properties", {})
        for field, schema in held.items():
            if field not in now:
                yield Breaking(f"{where}/{field}", "is gone")
            else:
                yield from self._schema(f"{where}/{field}", schema, now[field], direction)
        needed, were = set(new.get("required", ())), set(old.get("required", ()))
        if direction == "sent":
            for field in sorted(needed - were):
                yield Breaking(f"{where}/{field}", "is required now")
        else:
            for field in sorted((were - needed) & now.keys()):
                yield Breaking(f"{where}/{field}", "may be missing now")


def _narrowed(where: str, old: Any, new: Any) -> Iterator[Breaking]:
    for name in _LOWER:
        if name in new and (name not in old or new[name] < old[name]):
            yield Breaking(where, f"{name} is {new[name]} now")
    for name in _RAISED:
        if name in new and new[name] > old.get(name, 0):
            yield Breaking(where, f"{name} is {new[name]} now")
    for name in _EXACT:
        if name in new and new[name] != old.get(name):
            yield Breaking(where, f"{name} is {new[name]} now")
    if "enum" in new and "enum" not in old:
        yield Breaking(where, "takes listed values only now")


def _resolved(document: Document, schema: Any) -> Any:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def _parameters(operation: Document) -> dict[tuple[str, str], Any]:
    return {(each["in"], each["name"]): each for each in operation.get("parameters", ())}


def _successes(operation: Document) -> dict[str, Any]:
    return {status: reply for status, reply in operation["responses"].items() if status.startswith("2")}


def _scopes(way: Mapping[str, list[str]]) -> frozenset[str]:
    return frozenset(
        f"{scheme}{':' if scope else ''}{scope}" for scheme, scopes in way.items() for scope in scopes or [""]
    )


def _missing(held: list[Any], now: list[Any]) -> list[str]:
    kept = {orjson.dumps(value) for value in now}
    return [str(value) for value in held if orjson.dumps(value) not in kept]
