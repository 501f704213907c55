"""The route class of every endpoint: strict JSON, unknown parameters refused, retried transactions, kept replies."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import orjson
from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope, Send

from chassis.http import idempotency
from chassis.http.languages import Text
from chassis.http.plan import NO_BODY, Plan, Unreadable
from chassis.http.problems import BadRequest, Flaw, NotFound, UnsupportedMediaType

ATTEMPTS = 5
_NOT_KNOWN = Text("Parameter ini tidak dikenal.", "This parameter isn't known.")
_NOT_JSON = Flaw("", "json_invalid", Text("Isi permintaan bukan JSON yang sah.", "The body isn't valid JSON."))
_NUL = Text("Teks tidak boleh memuat karakter NUL.", "Text may not hold the NUL character.")
_TWICE = Text("Nama isian ini muncul dua kali.", "This field's name stands there twice.")
_MOST_FLAWS = 100


class _NamedTwice(Exception):
    """An object has two members of one name."""


class _Members(list[tuple[str, Any]]):
    """An object as it was written, with whatever stands there twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NamedTwice
    return found


def _walk(value: Any) -> Iterator[tuple[str, Any]]:
    """Every value within a value, itself first, with its JSON pointer."""
    left = [("", value)]
    while left:
        place, found = left.pop()
        yield place, found
        if isinstance(found, dict | _Members):
            members = found if isinstance(found, _Members) else found.items()
            left += [(_member(place, name), item) for name, item in members]
        elif isinstance(found, list):
            left += [(f"{place}/{index}", item) for index, item in enumerate(found)]


def _member(place: str, name: str) -> str:
    return f"{place}/{name.replace('~', '~0').replace('/', '~1')}"


def _places_of_nul(value: Any) -> list[str]:
    """JSON pointers to the texts that hold a NUL, which PostgreSQL can't keep; for a name, to its object."""
    return sorted(
        place
        for place, found in _walk(value)
        if (isinstance(found, str) and "\0" in found)
        or (isinstance(found, dict) and any("\0" in name for name in found))
    )


def _places_named_twice(body: bytes) -> list[str]:
    """JSON pointers to the members whose name stands in their object more than once."""
    return sorted(
        {
            _member(place, name)
            for place, found in _walk(json.loads(body, object_pairs_hook=_Members))
            if isinstance(found, _Members)
            for name, times in Counter(name for name, _ in found).items()
            if times > 1
        }
    )


def all_dependants(dependant: Dependant) -> list[Dependant]:
    """A dependant and everything that it depends on."""
    return [dependant, *(below for inner in dependant.dependencies for below in all_dependants(inner))]


class Route(APIRoute):
    """FastAPI's route with the house's conventions, carried out by its plan."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.plan = Plan(self.dependant)
        self.takes_body = self.body_field is not None
        self.app = self._answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        flaws = self._check(request)
        body = await _read_json(request, flaws) if self.takes_body else NO_BODY
        response = await self._repeat(request, body, flaws)
        await response(scope, receive, send)

    async def _repeat(self, request: Request, body: Any, flaws: Sequence[Flaw]) -> Response:
        for left in range(ATTEMPTS, -1, -1):
            try:
                async with AsyncExitStack() as stack:  # the commit happens at its end, inside the try
                    try:
                        response = await self.plan.run(request, body, stack, flaws=flaws)
                    except idempotency.Replayed as replay:
                        return replay.response
                    await idempotency.keep(request, response)
                _wake(request)
                return response
            except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
                if not left:
                    raise
                await asyncio.sleep(random.random() * 0.02 * 2 ** (ATTEMPTS + 1 - left))  # noqa: S311 - a pause, no secret
        raise AssertionError("unreachable")

    def _query_flaws(self, parameters: QueryParams, *, holds_nul: bool) -> list[Flaw]:
        """What is wrong with the query before anything is read of it: names nobody knows, and NUL."""
        flaws = [
            Flaw(f"query/{name[:60]}", "unknown_parameter", _NOT_KNOWN)
            for name in parameters
            if name not in self.plan.known_parameters
        ]
        if holds_nul:
            flaws += [
                Flaw(f"query/{name[:60]}", "nul_character", _NUL)
                for name, value in parameters.multi_items()
                if "\0" in value
            ]
        return flaws[:_MOST_FLAWS]

    def _check(self, request: Request) -> list[Flaw]:
        """The flaws of the query. Raises NotFound, UnsupportedMediaType."""
        if "\0" in request.scope["path"]:
            raise NotFound
        if self.takes_body:
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind not in ("", "application/json") and not (
                kind.startswith("application/") and kind.endswith("+json")
            ):
                raise UnsupportedMediaType
        query = request.scope["query_string"]
        return self._query_flaws(request.query_params, holds_nul=b"%00" in query) if query else []


async def _read_json(request: Request, flaws: list[Flaw]) -> Any:
    """The body, which has no NaN, no lone surrogates, no absurd depth and no name twice; `Unreadable` if it isn't JSON.

    A NUL, which is JSON, is added to `flaws`. Raises BadRequest, which names each name twice.
    """
    body = await request.body()
    if not body:
        return NO_BODY
    try:
        found = orjson.loads(body)
        # Without a backslash each text has two quotes, and orjson keeps the last of two members of one name: where
        # writing it again takes as many quotes, no name stood there twice. A third of the time of the other way.
        if b"\\" in body or orjson.dumps(found).count(b'"') != body.count(b'"'):
            found = json.loads(body, object_pairs_hook=_object)
    except json.JSONDecodeError:
        return Unreadable(_NOT_JSON)
    except _NamedTwice:
        twice = [Flaw(place, "named_twice", _TWICE) for place in _places_named_twice(body)]
        raise BadRequest(errors=twice[:_MOST_FLAWS]) from None
    if b"\\u0000" in body:
        flaws += [Flaw(place, "nul_character", _NUL) for place in _places_of_nul(found)[:_MOST_FLAWS]]
    return found


def _wake(request: Request) -> None:
    if request.scope["state"].get("connection") is None:
        return
    sequencer = getattr(request.app.state, "sequencer", None)
    if sequencer is not None:
        sequencer.wake()


def router(*, tags: list[str | Any], prefix: str = "/v1") -> APIRouter:
    """A router of the house's routes."""
    return APIRouter(prefix=prefix, tags=tags, route_class=Route)
