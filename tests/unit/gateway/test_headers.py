"""What passes between caller and service, and what never does."""

import pytest

from chassis.http.problems import BadRequest
from gateway.proxy.headers import HEADER_COUNT_LIMIT, answer_headers, read_headers, request_head
from gateway.proxy.refusals import HeadersTooLarge


@pytest.mark.parametrize(
    "name",
    [
        b"connection",
        b"keep-alive",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"upgrade",
        b"expect",
        b"host",
        b"authorization",
        b"cookie",
        b"internal-token",
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-anything",
        b"x-real-ip",
    ],
)
def test_hop_by_hop_and_identity_headers_stop_at_the_gateway(name: bytes) -> None:
    assert read_headers([(name, b"value"), (b"if-match", b'"1"')]).passed == [b'if-match: "1"']


def test_what_the_connection_header_names_is_dropped_both_ways() -> None:
    headers = [
        (b"connection", b"close, X-One"),
        (b"connection", b"x-two"),
        (b"x-one", b"1"),
        (b"x-two", b"2"),
        (b"x-3", b"3"),
    ]
    assert read_headers(headers).passed == [b"x-3: 3"]
    assert answer_headers(headers, 200) == [(b"x-3", b"3")]


def test_the_length_survives_being_named_by_the_connection_header() -> None:
    """Else the service would take the body for the next request."""
    assert read_headers([(b"connection", b"content-length"), (b"content-length", b"5")]).length == 5


def test_repeated_headers_and_bytes_beyond_ascii_pass_as_they_came() -> None:
    headers = [(b"x-a", b"1"), (b"x-b", b"caf\xc3\xa9 \xff"), (b"x-a", b"2")]
    assert read_headers(headers).passed == [b"x-a: 1", b"x-b: caf\xc3\xa9 \xff", b"x-a: 2"]
    assert answer_headers(headers, 200) == headers


@pytest.mark.parametrize(
    "framing",
    [
        [(b"content-length", b"5"), (b"content-length", b"5")],
        [(b"content-length", b"5"), (b"content-length", b"6")],
        [(b"content-length", b"5, 5")],
        [(b"content-length", b"+5")],
        [(b"content-length", b"-5")],
        [(b"content-length", b"0x5")],
        [(b"content-length", b"")],
        [(b"content-length", b"5"), (b"transfer-encoding", b"chunked")],
        [(b"transfer-encoding", b"chunked"), (b"content-length", b"5")],
        [(b"transfer-encoding", b"gzip, chunked")],
        [(b"transfer-encoding", b"identity")],
        [(b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"chunked")],
        [(b"transfer-encoding", b"xchunked")],
    ],
)
def test_a_body_with_two_readings_is_refused(framing: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(BadRequest):
        read_headers(framing)


@pytest.mark.parametrize(
    ("given", "accepted"),
    [
        (b"abc-DEF_1.2", True),
        (b"a" * 64, True),
        (b"a" * 65, False),
        (b"", False),
        (b"a b", False),
        (b"a\n", False),
        (b'{"x":1}', False),
    ],
)
def test_a_request_id_is_taken_over_if_it_is_plain(given: bytes, accepted: bool) -> None:
    incoming = read_headers([(b"x-request-id", given)])
    assert incoming.request_id == (given if accepted else None)
    assert incoming.passed == []


def test_headers_are_bounded_in_size_and_number() -> None:
    with pytest.raises(HeadersTooLarge):
        read_headers([(b"x", b"a" * 33_000)])
    with pytest.raises(HeadersTooLarge):
        read_headers([(b"x", b"a")] * (HEADER_COUNT_LIMIT + 1))


@pytest.mark.parametrize("value", [b"a\r\nx: y", b"a\nb", b"a\rb", b"a\0b"])
def test_no_value_becomes_another_header(value: bytes) -> None:
    with pytest.raises(BadRequest):
        request_head("GET", b"/v1/units", [b"host: h", b"x: " + value])


def test_an_answer_without_a_body_gets_no_length() -> None:
    headers = [(b"content-length", b"120"), (b"etag", b'"1"')]
    assert answer_headers(headers, 304) == [(b"etag", b'"1"')]
    assert answer_headers(headers, 200) == headers
