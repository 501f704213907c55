"""What isn't well formed, sent to every operation: refused with a problem that names the place, never the value; nothing stored."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from api.every_operation.conftest import Program
from chassis.http.problems import MEDIA_TYPE
from devstack.layout import ROOT
from support.documents import JSON, Document, Operation, documents, operations
from support.samples import FORMATS, MARK, STRANGER, Broken, Samples

UUID = FORMATS["uuid"]
FIELDS = {"type", "title", "status", "detail", "code", "request_id", "errors"}
CODES = {problem["code"] for problem in orjson.loads((ROOT / "docs" / "openapi" / "problems.json").read_bytes())}
OPERATIONS = [operation for operation in operations() if operation.id != "create_token"]
"""All but the token endpoint, whose errors are RFC 6749's: tests/api/gateway/test_token.py."""
WITH_BODY = [operation for operation in OPERATIONS if operation.body is not None]
BY_ITEM = {"file_complaint_batch", "answer_survey_batch"}
"""Take each item by itself and answer 207: what is wrong with an item is told beside it, see their own tests."""
LANGUAGES = ("id", "en")
MOST_ERRORS = 100


def each(listed: Iterable[Operation]) -> Any:
    """A test for each operation, on its program."""
    found = [pytest.param(operation.program, operation, id=operation.id) for operation in listed]
    return pytest.mark.parametrize(("program", "operation"), found, indirect=["program"])


@pytest.fixture(autouse=True)
async def _nothing_is_stored(program: Program) -> AsyncIterator[None]:
    yield
    assert await program.stored() == set()


def address(operation: Operation, **given: str) -> str:
    """The operation's path with well formed parameters, or those given."""
    path = operation.path
    for name, parameter in operation.parameters("path").items():
        path = path.replace(f"{{{name}}}", given.get(name, sample_of(parameter["schema"])))
    return path


def sample_of(schema: Document) -> str:
    """A well formed parameter."""
    return str(Samples({}, schema).body)


def headers_of(operation: Operation) -> dict[str, str]:
    """The headers that it asks for."""
    asked = operation.parameters("header")
    found = {"idempotency-key": UUID} if "idempotency-key" in asked else {}
    return found | ({"if-match": '"1.x"'} if "if-match" in asked else {})


def query_of(operation: Operation) -> dict[str, str]:
    """The query parameters that it can't do without."""
    asked = operation.parameters("query")
    return {name: sample_of(each["schema"]) for name, each in asked.items() if each.get("required")}


async def send(program: Program, operation: Operation, **options: Any) -> httpx.Response:
    """Send what is well formed but for what `options` change."""
    options["headers"] = headers_of(operation) | options.get("headers", {})
    options["params"] = query_of(operation) | options.get("params", {})
    path = options.pop("path", address(operation))
    return await program.send(operation.method, path, policy=operation.policy, **options)


def check(reply: httpx.Response, *statuses: int, language: str | None = None) -> Mapping[str, Any]:
    """The problem document, which is as agreed and tells nothing of what was sent."""
    assert reply.status_code in statuses, f"{reply.status_code} {reply.text[:500]}"
    assert reply.headers["content-type"].partition(";")[0] == MEDIA_TYPE
    assert MARK not in reply.text
    problem: Mapping[str, Any] = reply.json()
    assert problem.keys() >= FIELDS
    assert problem["status"] == reply.status_code
    assert problem["code"] in CODES
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["request_id"] == reply.headers["x-request-id"]
    assert all(error.keys() == {"pointer", "code", "detail"} and error["detail"] for error in problem["errors"])
    if language is not None:
        assert reply.headers["content-language"] == language
    return problem


def pointers(problem: Mapping[str, Any]) -> set[str]:
    return {error["pointer"] for error in problem["errors"]}


def check_places(problem: Mapping[str, Any], broken: Broken) -> None:
    """Every place is named, as far as a problem names them."""
    found = pointers(problem)
    assert broken.pointers is not None
    if len(problem["errors"]) < MOST_ERRORS:
        assert broken.pointers <= found, f"{broken.name} isn't told of {sorted(broken.pointers - found)}"
    else:
        assert found & broken.pointers


def encoded(body: Any) -> bytes:
    """JSON, also with what JSON libraries won't write."""
    return json.dumps(body, ensure_ascii=True).encode()


@each(WITH_BODY)
async def test_a_body_that_breaks_its_schema_is_refused_at_the_place(program: Program, operation: Operation) -> None:
    assert operation.body is not None
    samples = Samples(documents()[operation.program], operation.body)
    for number, broken in enumerate(samples.broken()):
        if not broken.pointers or (operation.id in BY_ITEM and not broken.pointers <= {"/items", f"/{STRANGER}"}):
            continue
        language = LANGUAGES[number % 2]
        headers = {"content-type": JSON, "accept-language": language}
        reply = await send(program, operation, content=encoded(broken.body), headers=headers)
        try:
            check_places(check(reply, 422, language=language), broken)
        except AssertionError as error:
            raise AssertionError(
                f"{broken.name}: {error}\nsent {str(broken.body)[:600]}\n{reply.text[:1500]}"
            ) from None


@each(WITH_BODY)
async def test_a_refusal_is_told_in_both_languages(program: Program, operation: Operation) -> None:
    told = []
    for language in LANGUAGES:
        headers = {"content-type": JSON, "accept-language": language}
        reply = await send(program, operation, content=encoded({STRANGER: MARK}), headers=headers)
        problem = check(reply, 422, language=language)
        assert f"/{STRANGER}" in pointers(problem)
        told.append((problem["title"], *(error["detail"] for error in problem["errors"])))
    assert all(one != other for one, other in zip(*told, strict=True))


MALFORMED = [
    (b'{"a": ', 400),
    (b"", 422),
    (b"null", 422),
    (b"[1, 2]", 422),
    (b'"teks"', 422),
    (b'{"a": NaN}', 400),
    (b'{"a": 1, "a": 2}', 400),
    (b'{"a": "\\ud800"}', 400),
    (b'{"a": "\xff"}', 400),
    (b"[" * 5000 + b"]" * 5000, 400),
]


@each(WITH_BODY)
async def test_what_is_no_json_object_is_refused(program: Program, operation: Operation) -> None:
    for content, status in MALFORMED:
        if content in (b"", b"null") and not operation.needs_body:
            continue
        reply = await send(program, operation, content=content, headers={"content-type": JSON})
        try:
            check(reply, status)
        except AssertionError as error:
            raise AssertionError(f"{content[:20]!r}: {error}") from None
    reply = await send(program, operation, content=b"a=1", headers={"content-type": "text/plain"})
    check(reply, 415)


@each(OPERATIONS)
async def test_an_unknown_parameter_is_refused_by_name(program: Program, operation: Operation) -> None:
    reply = await send(program, operation, params={STRANGER: MARK})
    problem = check(reply, 400)
    assert f"query/{STRANGER}" in pointers(problem)
    # A body that is wanted is missed in the same breath; beside these nothing is wrong.
    assert pointers(problem) <= {f"query/{STRANGER}", ""}


def bad_values(name: str, schema: Document) -> list[str]:
    """What a query parameter of this schema can't be."""
    alternatives = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    found = []
    for one in alternatives:
        kind = one.get("items", one)
        if (
            "enum" in kind
            or "const" in kind
            or kind.get("format")
            or kind.get("type") in ("integer", "boolean", "number")
        ):
            found.append(MARK)
        if kind.get("type") in ("integer", "number"):
            found += [str(10**30), "1e400"]
            found += [str(kind["maximum"] + 1)] if "maximum" in kind else []
            found += [str(kind["minimum"] - 1)] if "minimum" in kind else []
        if "maxLength" in kind:
            found.append(MARK * (kind["maxLength"] // len(MARK) + 1))
        if kind.get("pattern"):
            found.append(f"{MARK}\n{MARK}")
    return [] if len(alternatives) > 1 else found + ([MARK, "!", "bm9wZQ"] if name == "cursor" else [])


@each([operation for operation in OPERATIONS if operation.parameters("query")])
async def test_a_parameter_that_makes_no_sense_is_refused(program: Program, operation: Operation) -> None:
    body = {} if operation.body is None else {"json": Samples(documents()[operation.program], operation.body).body}
    for name, parameter in operation.parameters("query").items():
        for value in bad_values(name, parameter["schema"]):
            reply = await send(program, operation, params={name: value}, **body)
            try:
                # What the path names, or the body says, is looked at first where the cursor belongs to it.
                late = name == "cursor" and ("{" in operation.path or body)
                problem = check(reply, *((400, 404, 422) if late else (400,)))
                assert reply.status_code in (404, 422) or f"query/{name}" in {
                    place.removesuffix("/0") for place in pointers(problem)
                }
            except AssertionError as error:
                raise AssertionError(f"{name}={value[:40]}: {error}") from None


@each([operation for operation in OPERATIONS if operation.parameters("query")])
async def test_odd_characters_in_a_parameter_are_no_accident(program: Program, operation: Operation) -> None:
    for name in operation.parameters("query"):
        for value in ("%00", "a%00b", "%ff%fe", "%ED%A0%80", "'; --", "%25%25", ""):
            path = f"{address(operation)}?{name}={value}"
            reply = await program.send(
                operation.method, path, policy=operation.policy, headers=headers_of(operation), content=b"{}"
            )
            assert reply.status_code < 500, f"{name}={value} {reply.text[:300]}"


ODD_IDS = (MARK, "%00", "a%00b", "%ff", "0", "-1", "9" * 400, "null", f"{UUID}0", "' OR 1=1", "%F0%9F%98%80")


@each([operation for operation in OPERATIONS if operation.parameters("path")])
async def test_an_odd_path_leads_nowhere(program: Program, operation: Operation) -> None:
    names = list(operation.parameters("path"))
    body = Samples(documents()[operation.program], operation.body).body if operation.body is not None else None
    for name in names:
        for value in ODD_IDS:
            path = address(operation, **{name: value.replace(" ", "%20")})
            content = encoded(body) if body is not None else b""
            headers = {"content-type": JSON} if body is not None else {}
            reply = await send(program, operation, path=path, content=content, headers=headers)
            try:
                check(reply, 400, 404, 405, 422)
            except AssertionError as error:
                raise AssertionError(f"{name}={value}: {error}") from None


@each([operation for operation in OPERATIONS if "idempotency-key" in operation.parameters("header")])
async def test_a_key_is_needed_and_has_a_form(program: Program, operation: Operation) -> None:
    body = {} if operation.body is None else {"json": Samples(documents()[operation.program], operation.body).body}
    if operation.policy != "accounts themselves":
        reply = await send(program, operation, headers={"idempotency-key": None}, **body)
        assert "header/idempotency-key" in pointers(check(reply, 400))
    for key in ("", "k" * 256):
        reply = await send(program, operation, headers={"idempotency-key": key}, **body)
        assert "header/idempotency-key" in pointers(check(reply, 400)), key[:3]


@each([operation for operation in OPERATIONS if "if-match" in operation.parameters("header")])
async def test_a_version_has_a_form(program: Program, operation: Operation) -> None:
    body = {} if operation.body is None else {"json": Samples(documents()[operation.program], operation.body).body}
    for tag in ("x", '"x"', "1.x", '"99999999999999999999.x"', "W/1"):
        reply = await send(program, operation, headers={"if-match": tag}, **body)
        assert "header/if-match" in pointers(check(reply, 400)), tag


@pytest.mark.parametrize("program", ["registry"], indirect=True)
async def test_the_watch_sees_what_is_stored(program: Program) -> None:
    """Else all of the above would hold of anything."""
    body = {"code": "sungguh_ada", "name": "Kementerian", "kind": "ministry", "valid_during": {"from": "2020-01-01"}}
    reply = await program.send("POST", "/v1/institutions", json=body, headers={"idempotency-key": str(uuid4())})
    assert reply.status_code == 201, reply.text
    assert await program.stored() >= {"institutions", "outbox", "idempotency_keys"}
