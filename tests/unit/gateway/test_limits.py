"""Buckets by the arithmetic of a token bucket; classes of requests; the headers' form by the IETF draft."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.http.problems import TooManyRequests
from gateway.limits.buckets import Buckets, Quota
from gateway.limits.callers import address_key
from gateway.limits.limiter import CallerKind, Limiter, quotas_from, request_class

SECRET = bytes(range(32))
TEN_A_MINUTE = Quota("default", 10, 60)


def test_a_bucket_gives_what_it_holds_and_then_refuses() -> None:
    buckets = Buckets(capacity=10)
    assert [buckets.take(TEN_A_MINUTE, b"a", now=0.0).remaining for _ in range(10)] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    refused = buckets.take(TEN_A_MINUTE, b"a", now=0.0)
    assert (refused.allowed, refused.remaining, refused.reset_seconds) == (False, 0, 6)  # a token each six seconds


@pytest.mark.parametrize(
    ("seconds_later", "allowed"),
    [
        (5.9, 0),
        (6.0, 1),
        (30.0, 5),
        (60.0, 10),
        (3600.0, 10),  # no more than a bucket holds, however long it waited
    ],
)
def test_an_empty_bucket_fills_with_time(seconds_later: float, allowed: int) -> None:
    buckets = Buckets(capacity=10)
    for _ in range(10):
        buckets.take(TEN_A_MINUTE, b"a", now=100.0)
    later = [buckets.take(TEN_A_MINUTE, b"a", now=100.0 + seconds_later).allowed for _ in range(12)]
    assert sum(later) == allowed


def test_a_refusal_costs_nothing_and_its_time_is_right() -> None:
    buckets = Buckets(capacity=10)
    for _ in range(10):
        buckets.take(TEN_A_MINUTE, b"a", now=0.0)
    waits = [buckets.take(TEN_A_MINUTE, b"a", now=0.5).reset_seconds for _ in range(100)]
    assert set(waits) == {6}
    assert buckets.take(TEN_A_MINUTE, b"a", now=0.5 + 6).allowed


@given(
    requests=st.integers(1, 50),
    window=st.integers(1, 100),
    gaps=st.lists(st.floats(0, 30, allow_nan=False), max_size=150),
)
def test_never_more_than_a_bucket_and_what_time_adds(requests: int, window: int, gaps: list[float]) -> None:
    quota = Quota("default", requests, window)
    buckets = Buckets(capacity=1)
    now, passed = 0.0, 0
    for gap in gaps:
        now += gap
        verdict = buckets.take(quota, b"a", now=now)
        passed += verdict.allowed
        assert 0 <= verdict.remaining < requests
        assert verdict.reset_seconds >= 1
        assert passed <= requests + now * requests / window + 0.01


def test_callers_and_classes_have_buckets_of_their_own() -> None:
    buckets = Buckets(capacity=10)
    one, other = Quota("one", 1, 60), Quota("other", 1, 60)
    assert buckets.take(one, b"a", now=0.0).allowed
    assert buckets.take(one, b"b", now=0.0).allowed
    assert buckets.take(other, b"a", now=0.0).allowed
    assert not buckets.take(one, b"a", now=0.0).allowed


def test_memory_is_bounded_and_the_busy_are_remembered() -> None:
    buckets = Buckets(capacity=3)
    once = Quota("once", 2, 60)
    buckets.take(once, b"busy", now=0.0)
    for caller in (b"a", b"b"):
        buckets.take(once, caller, now=0.0)
    buckets.take(once, b"busy", now=0.0)
    for caller in (b"c", b"d"):
        buckets.take(once, caller, now=0.0)
    assert len(buckets) == 3
    assert not buckets.take(once, b"busy", now=0.0).allowed


def test_the_headers_are_structured_fields() -> None:
    buckets = Buckets(capacity=10)
    quota = Quota("default", 100, 60)
    buckets.take(quota, b"a", now=0.0)
    assert buckets.take(quota, b"a", now=0.0).headers() == {
        "RateLimit-Policy": '"default";q=100;w=60',
        "RateLimit": '"default";r=98;t=2',  # two tokens of 0.6 s are missing
    }


@pytest.mark.parametrize(
    ("method", "path", "kind", "expected"),
    [
        ("GET", "/v1/units", "anonymous", "anonymous-read"),
        ("HEAD", "/v1/units", "anonymous", "anonymous-read"),
        ("POST", "/v1/complaints", "anonymous", "anonymous-write"),
        ("DELETE", "/v1/complaints/1", "anonymous", "anonymous-write"),
        ("POST", "/v1/tracking", "anonymous", "tracking"),
        ("POST", "/v1/tracking", "client", "tracking"),
        ("POST", "/v1/oauth/token", "anonymous", "credentials"),
        ("POST", "/v1/oauth/token", "client", "credentials"),
        ("POST", "/v1/accounts", "anonymous", "credentials"),
        ("POST", "/v1/accounts/reset", "anonymous", "credentials"),
        ("POST", "/v1/accounts", "client", "client"),
        ("GET", "/v1/complaints", "account", "account"),
        ("POST", "/v1/complaints", "client", "client"),
    ],
)
def test_requests_fall_into_classes(method: str, path: str, kind: CallerKind, expected: str) -> None:
    assert request_class(method, path, kind) == expected
    assert expected in quotas_from("")


def test_quotas_are_overridden_by_the_setting() -> None:
    quotas = quotas_from(" tracking=5/60, client=7/1 ,")
    assert (quotas["tracking"], quotas["client"]) == (Quota("tracking", 5, 60), Quota("client", 7, 1))
    assert quotas["account"] == quotas_from("")["account"]


@pytest.mark.parametrize(
    "setting", ["tracking", "tracking=5", "unknown=5/60", "tracking=0/60", "tracking=5/0", "tracking=-5/60"]
)
def test_a_setting_that_makes_no_sense_stops_the_start(setting: str) -> None:
    with pytest.raises(ValueError, match=r"quota|RATE_LIMITS"):
        quotas_from(setting)


def test_a_refusal_says_when_to_come_back() -> None:
    limiter = Limiter(quotas_from("tracking=1/60"), secret=SECRET)

    def attempt(address: str) -> dict[bytes, bytes]:
        return dict(limiter.check("POST", "/v1/tracking", kind="anonymous", identifier="", address=address, now=0.0))

    assert attempt("192.0.2.1") == {b"ratelimit-policy": b'"tracking";q=1;w=60', b"ratelimit": b'"tracking";r=0;t=60'}
    with pytest.raises(TooManyRequests) as refusal:
        attempt("192.0.2.1")
    assert refusal.value.headers["Retry-After"] == "60"
    assert refusal.value.headers["RateLimit"] == '"tracking";r=0;t=60'
    attempt("192.0.2.2")


def test_a_client_is_counted_by_its_id_and_not_by_its_address() -> None:
    limiter = Limiter(quotas_from("client=1/60,account=1/60"), secret=SECRET)

    def ask(kind: CallerKind, identifier: str, address: str) -> None:
        limiter.check("GET", "/v1/units", kind=kind, identifier=identifier, address=address, now=0.0)

    ask("client", "a", "192.0.2.1")
    ask("client", "b", "192.0.2.1")
    ask("account", "a", "192.0.2.1")
    with pytest.raises(TooManyRequests):
        ask("client", "a", "192.0.2.2")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),  # the same, over a socket for both families
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),  # one subscriber's /64
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::1", True),
    ],
)
def test_an_address_stands_for_its_network(one: str, other: str, same: bool) -> None:
    assert (address_key(one, SECRET) == address_key(other, SECRET)) is same


def test_the_key_of_an_address_tells_nothing_without_the_secret() -> None:
    assert address_key("192.0.2.1", SECRET) != address_key("192.0.2.1", SECRET[::-1])
    assert b"192" not in address_key("192.0.2.1", SECRET)
    assert len(address_key("not an address", SECRET)) == 16
