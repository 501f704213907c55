"""Versions and ETags: `"<version>.<hash of the representation>"`.

If-None-Match compares the whole, If-Match the version alone: another language or shape of the same version is no conflict.
"""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Request, Response

from chassis.http.languages import Text
from chassis.http.problems import BadRequest, Flaw, StaleVersion, VersionRequired

_FORM = Text("If-Match harus berupa ETag yang kami berikan.", "If-Match must be an ETag that we gave.")
JSON_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
FOREVER = "public, max-age=31536000, immutable"


def etag(version: int, body: bytes) -> str:
    """The ETag of a representation of this version."""
    return f'"{version}.{hashlib.sha256(body).hexdigest()[:16]}"'


def encode(content: Any) -> bytes:
    """JSON bytes: instants as UTC `Z`, UUIDs and dates as text."""
    return orjson.dumps(content, option=JSON_OPTIONS)


def single(
    request: Request,
    content: Mapping[str, Any],
    *,
    version: int,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    cache: str = "private, no-cache",
) -> Response:
    """A single resource with its ETag; 304 if the caller holds it already."""
    body = encode(content)
    tag = etag(version, body)
    sent = {"ETag": tag, "Cache-Control": cache, **(headers or {})}
    held = request.headers.get("if-none-match")
    if held is not None and request.method in ("GET", "HEAD") and (held.strip() == "*" or tag in _tags(held)):
        return Response(status_code=304, headers=sent)
    return Response(body, status_code=status, media_type="application/json", headers=sent)


def _tags(header: str) -> set[str]:
    return {part.strip().removeprefix("W/") for part in header.split(",")}


class Expected:
    """What If-Match demands; `check` before the change, under the row's lock."""

    __slots__ = ("versions",)

    def __init__(self, versions: frozenset[int] | None) -> None:
        self.versions = versions

    def check(self, actual: int) -> None:
        """Raises StaleVersion if the caller saw another version."""
        if self.versions is not None and actual not in self.versions:
            raise StaleVersion


def _read(header: str) -> Expected:
    if header.strip() == "*":
        return Expected(None)
    versions = set()
    for tag in _tags(header):
        number = tag.strip('"').partition(".")[0]
        if not (tag.startswith('"') and tag.endswith('"') and number.isdigit() and len(number) < 19):
            raise BadRequest(_FORM, errors=[Flaw("header/if-match", "etag", _FORM)])
        versions.add(int(number))
    return Expected(frozenset(versions))


async def _required(if_match: Annotated[str | None, Header(max_length=500)] = None) -> Expected:
    if if_match is None:
        raise VersionRequired
    return _read(if_match)


async def _optional(if_match: Annotated[str | None, Header(max_length=500)] = None) -> Expected:
    return Expected(None) if if_match is None else _read(if_match)


class _Unsent(Expected):
    """What was to be replaced must have been seen."""

    def check(self, actual: int) -> None:  # noqa: ARG002 - whatever version is there
        raise VersionRequired


async def _replacing(if_match: Annotated[str | None, Header(max_length=500)] = None) -> Expected:
    return _Unsent(None) if if_match is None else _read(if_match)


IfMatch = Annotated[Expected, Depends(_required)]
"""For PUT, PATCH, DELETE and officers' actions: 428 if absent."""
MatchToReplace = Annotated[Expected, Depends(_replacing)]
"""For a PUT that makes what isn't there yet: its `check`, asked where something is, is 428 if If-Match is absent."""
MayMatch = Annotated[Expected, Depends(_optional)]
"""For what the public or anybody appends: checked if sent."""
