"""The classes of requests with their quotas, and the check of one request.

The setting RATE_LIMITS overrides quotas by class, as `class=requests/seconds` separated by commas:
`tracking=30/60,client=1000000/60`. Every quota is per caller. Behind several gateway processes each counts for itself.
"""

import re
from collections.abc import Mapping
from typing import Literal

from chassis.http.problems import TooManyRequests
from gateway.limits.buckets import Buckets, Quota
from gateway.limits.callers import address_key

CallerKind = Literal["anonymous", "account", "client"]

BUCKET_CAPACITY = 100_000
"""About 20 MB when full."""

DEFAULT_QUOTAS = (
    Quota("anonymous-read", 1_200, 60),
    # An office behind one address files for many people.
    Quota("anonymous-write", 300, 60),
    # A code with its pin has 80 bits; the limit keeps guessing from being a load.
    Quota("tracking", 60, 60),
    # Each attempt costs an Argon2 hash: tokens, registration, reset of a password.
    Quota("credentials", 120, 60),
    Quota("account", 1_200, 60),
    # Agencies' systems that load in bulk; the bound on requests in flight protects the services.
    Quota("client", 300_000, 60),
)

_OVERRIDE = re.compile(r"([a-z-]+)=(\d{1,9})/(\d{1,6})")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def quotas_from(setting: str) -> dict[str, Quota]:
    """The default quotas by class, with the overrides of RATE_LIMITS. Raises ValueError for what can't be read."""
    quotas = {quota.name: quota for quota in DEFAULT_QUOTAS}
    for entry in filter(None, (part.strip() for part in setting.split(","))):
        match = _OVERRIDE.fullmatch(entry)
        if match is None or match[1] not in quotas:
            raise ValueError(f"RATE_LIMITS: {entry!r} isn't class=requests/seconds of a known class")
        quotas[match[1]] = Quota(match[1], int(match[2]), int(match[3]))
    return quotas


def request_class(method: str, path: str, kind: CallerKind) -> str:
    """The class of a request by its decoded path and who asks."""
    if method == "POST" and path == "/v1/tracking":
        return "tracking"
    if method == "POST" and (path == "/v1/oauth/token" or (kind == "anonymous" and path.startswith("/v1/accounts"))):
        return "credentials"
    if kind != "anonymous":
        return kind
    return "anonymous-read" if method in _SAFE_METHODS else "anonymous-write"


class Limiter:
    """Counts every caller's requests."""

    def __init__(self, quotas: Mapping[str, Quota], *, secret: bytes, capacity: int = BUCKET_CAPACITY) -> None:
        """`quotas` by class; `secret`: 16 to 64 random bytes, made anew by each process."""
        self._quotas = quotas
        self._secret = secret
        self._buckets = Buckets(capacity=capacity)

    def check(
        self, method: str, path: str, *, kind: CallerKind, identifier: str, address: str, now: float
    ) -> tuple[tuple[bytes, bytes], ...]:
        """Headers for the answer. Raises TooManyRequests, which carries them too.

        `identifier` of an account or client; `address` of the caller, used if there is none. `now`: monotonic seconds.
        """
        quota = self._quotas[request_class(method, path, kind)]
        caller = address_key(address, self._secret) if kind == "anonymous" else f"{kind}:{identifier}".encode()
        verdict = self._buckets.take(quota, caller, now=now)
        if not verdict.allowed:
            raise TooManyRequests(headers=verdict.headers())
        return tuple((name.lower().encode(), value.encode()) for name, value in verdict.headers().items())
