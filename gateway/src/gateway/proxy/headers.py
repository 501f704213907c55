"""Which headers pass in each direction, and the framing of a request's body (RFC 9110 §7.6.1, RFC 9112 §6)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from chassis.http.problems import BadRequest
from gateway.proxy.refusals import HeadersTooLarge

Headers = list[tuple[bytes, bytes]]

HEADER_BYTES_LIMIT = 32 * 1024
HEADER_COUNT_LIMIT = 100

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_CALLERS_IDENTITY = frozenset({b"authorization", b"cookie", b"forwarded", b"internal-token", b"x-real-ip"})
_WRITTEN_ANEW = frozenset({b"host", b"content-length", b"expect", b"x-request-id"})
_NOT_TO_SERVICE = _HOP_BY_HOP | _CALLERS_IDENTITY | _WRITTEN_ANEW
# The gateway's own server stamps `date` and `server`; the request id is the gateway's. Services set no cookies.
_NOT_TO_CALLER = _HOP_BY_HOP | {b"date", b"server", b"x-request-id", b"internal-token", b"set-cookie"}

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_LENGTH = re.compile(rb"[0-9]{1,15}")


@dataclass(slots=True)
class Incoming:
    """What the gateway needs to know of a request's headers, and those that go on to the service."""

    passed: list[bytes] = field(default_factory=list)
    """Lines `name: value` without line ends."""
    length: int | None = None
    chunked: bool = False
    request_id: bytes | None = None
    has_idempotency_key: bool = False
    accept: bytes = b""
    accept_language: bytes = b""


def read_headers(headers: Iterable[tuple[bytes, bytes]]) -> Incoming:
    """Sorts a request's headers; names in lower case. Raises BadRequest, HeadersTooLarge."""
    incoming = Incoming()
    named: set[bytes] | None = None
    size = count = 0
    kept: list[tuple[bytes, bytes]] = []
    for name, value in headers:
        size += len(name) + len(value)
        count += 1
        if name not in _NOT_TO_SERVICE:
            if not name.startswith(b"x-forwarded-"):
                kept.append((name, value))
            if name == b"accept":
                incoming.accept = value
            elif name == b"accept-language":
                incoming.accept_language = value
            elif name == b"idempotency-key":
                incoming.has_idempotency_key = True
        elif name == b"content-length":
            if incoming.length is not None or not _LENGTH.fullmatch(value):
                raise BadRequest
            incoming.length = int(value)
        elif name == b"transfer-encoding":
            if incoming.chunked or value.lower() != b"chunked":
                raise BadRequest
            incoming.chunked = True
        elif name == b"connection":
            named = (named or set()) | _listed(value)
        elif name == b"x-request-id":
            incoming.request_id = value if _REQUEST_ID.fullmatch(value) else None
    if size > HEADER_BYTES_LIMIT or count > HEADER_COUNT_LIMIT:
        raise HeadersTooLarge
    if incoming.chunked and incoming.length is not None:
        raise BadRequest
    incoming.passed = [b"%b: %b" % header for header in kept if named is None or header[0] not in named]
    return incoming


def request_head(method: str, target: bytes, lines: list[bytes]) -> bytes:
    """The request line and headers, each with its line end, without the empty line.

    Raises BadRequest if a value carries a line end or NUL: it would become another header, or another request.
    """
    head = b"%b %b HTTP/1.1\r\n%b\r\n" % (method.encode("ascii"), target, b"\r\n".join(lines))
    if head.count(b"\n") != len(lines) + 1 or head.count(b"\r") != len(lines) + 1 or b"\0" in head:
        raise BadRequest
    return head


def answer_headers(headers: Headers, status: int) -> Headers:
    """What of a service's headers the caller gets. An answer without a body gets no length either."""
    named: set[bytes] = set()
    for name, value in headers:
        if name == b"connection":
            named |= _listed(value)
    dropped = _NOT_TO_CALLER | named if named else _NOT_TO_CALLER
    if status in (204, 304):
        dropped |= {b"content-length"}
    return [header for header in headers if header[0] not in dropped]


def _listed(value: bytes) -> set[bytes]:
    return {name.strip().lower() for name in value.split(b",")}
