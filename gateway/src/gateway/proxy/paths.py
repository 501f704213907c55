"""Refuses paths that gateway and service could read differently. What passes has one reading and goes on as it came."""

import re
from urllib.parse import unquote_to_bytes

from gateway.proxy.refusals import MalformedPath

PATH_BYTES_LIMIT = 4096
QUERY_BYTES_LIMIT = 8192

_PLAIN = re.compile(rb"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?|/")
_ESCAPED = re.compile(rb"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)+/?")
_QUERY = re.compile(rb"[!-~]*")
_AMBIGUOUS_ONCE_DECODED = re.compile(r"[/\\\x00-\x1f\x7f]")


def one_reading(raw_path: bytes, query: bytes) -> str:
    """The decoded path, for looking up the route.

    Raises MalformedPath for dot segments, an encoded or doubled slash, a backslash, control characters, also in encoded
    form, and for bytes that no URL may hold.

    `raw_path` is the path of the request line, without the query, still percent-encoded.
    """
    if len(raw_path) > PATH_BYTES_LIMIT or len(query) > QUERY_BYTES_LIMIT or not _QUERY.fullmatch(query):
        raise MalformedPath
    if _PLAIN.fullmatch(raw_path):
        return raw_path.decode("ascii")
    if not _ESCAPED.fullmatch(raw_path):
        raise MalformedPath
    try:
        segments = [unquote_to_bytes(segment).decode("utf-8") for segment in raw_path.split(b"/")]
    except UnicodeDecodeError as error:
        raise MalformedPath from error
    if any(segment in (".", "..") or _AMBIGUOUS_ONCE_DECODED.search(segment) for segment in segments):
        raise MalformedPath
    return "/".join(segments)
