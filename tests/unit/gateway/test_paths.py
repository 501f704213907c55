"""A path that gateway and service could read differently is refused, whatever the client; any other goes on."""

import pytest

from gateway.proxy.paths import PATH_BYTES_LIMIT, QUERY_BYTES_LIMIT, one_reading
from gateway.proxy.refusals import MalformedPath

REFUSED = [
    # dot segments, plain and encoded
    b"/v1/../internal/jwks.json",
    b"/v1/units/..",
    b"/v1/./units",
    b"/v1/.",
    b"/v1/%2e%2e/units",
    b"/v1/%2E%2E/units",
    b"/v1/.%2e/units",
    b"/v1/%2e/units",
    # what one side takes for a separator and the other doesn't
    b"/v1%2funits",
    b"/v1/%2F",
    b"/v1\\units",
    b"/v1/%5cunits",
    b"/v1/%5Cunits",
    b"//v1/units",
    b"/v1//units",
    b"/v1/units//",
    # NUL and control characters
    b"/v1/units\x00",
    b"/v1/units%00",
    b"/v1/units%0d%0aX:y",
    b"/v1/units%0A",
    b"/v1/units%7f",
    b"/v1/units\n",
    # not a URL
    b"/v1/units%",
    b"/v1/units%2",
    b"/v1/units%zz",
    b"/v1/units space",
    b"/v1/\xc3\xa9",
    b"/v1/%ff%fe",
    b"v1/units",
    b"",
    b"*",
    b"/" + b"a" * PATH_BYTES_LIMIT,
]

READ = [
    (b"/", "/"),
    (b"/v1/units", "/v1/units"),
    (b"/v1/units/", "/v1/units/"),
    (
        b"/v1/units/0198c1d0-0000-7000-8000-000000000000/ancestors",
        "/v1/units/0198c1d0-0000-7000-8000-000000000000/ancestors",
    ),
    (b"/v1/%75nits", "/v1/units"),
    (b"/v1/regions/31.71.01.1001", "/v1/regions/31.71.01.1001"),
    (b"/v1/units/...", "/v1/units/..."),
    (b"/v1/units/a..b", "/v1/units/a..b"),
    (b"/v1/units/.hidden", "/v1/units/.hidden"),
    (b"/v1/units/%252e%252e", "/v1/units/%2e%2e"),  # decoded once it is a name, to both sides
    (b"/v1/units/caf%C3%A9", "/v1/units/café"),
    (b"/v1/units/a;b=c@d:e", "/v1/units/a;b=c@d:e"),
]


@pytest.mark.parametrize("raw_path", REFUSED)
def test_ambiguous_paths_are_refused(raw_path: bytes) -> None:
    with pytest.raises(MalformedPath):
        one_reading(raw_path, b"")


@pytest.mark.parametrize(("raw_path", "path"), READ)
def test_other_paths_are_decoded(raw_path: bytes, path: str) -> None:
    assert one_reading(raw_path, b"a=%2F&b=../x\\") == path


@pytest.mark.parametrize("query", [b"a b", b"a\r\nx: y", b"a\x00", b"\xff", b"q" * (QUERY_BYTES_LIMIT + 1)])
def test_a_query_that_no_request_line_can_hold_is_refused(query: bytes) -> None:
    with pytest.raises(MalformedPath):
        one_reading(b"/v1/units", query)
