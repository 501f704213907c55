"""Token buckets: pure arithmetic, time passed in. And what a caller is told of its bucket."""

import math
from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quota:
    """A bucket that holds `requests` and fills within `window_seconds`: so many at once, and so many a window."""

    name: str
    requests: int
    window_seconds: int

    def __post_init__(self) -> None:
        if self.requests < 1 or self.window_seconds < 1:
            raise ValueError("a quota needs at least one request and one second")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass, and how full the bucket is after it."""

    quota: Quota
    allowed: bool
    remaining: int
    reset_seconds: int
    """Until the bucket is full again; of a refusal: until the next request may pass."""

    def headers(self) -> dict[str, str]:
        """RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers), and Retry-After of a refusal."""
        headers = {
            "RateLimit-Policy": f'"{self.quota.name}";q={self.quota.requests};w={self.quota.window_seconds}',
            "RateLimit": f'"{self.quota.name}";r={self.remaining};t={self.reset_seconds}',
        }
        if not self.allowed:
            headers["Retry-After"] = str(self.reset_seconds)
        return headers


class Buckets:
    """At most `capacity` buckets; the one used longest ago is forgotten first, and would be full again when it is asked for."""

    def __init__(self, *, capacity: int) -> None:
        self._capacity = capacity
        self._full_at: OrderedDict[tuple[str, bytes], float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, quota: Quota, caller: bytes, *, now: float) -> Verdict:
        """Take one token from the caller's bucket, if there is one. `now`: seconds on a clock that never steps back."""
        # A bucket is one number: when it will be full. A token is worth `interval` of that time, a full bucket a window.
        key = (quota.name, caller)
        interval = quota.window_seconds / quota.requests
        missing_seconds = max(self._full_at.get(key, now) - now, 0.0)
        after = missing_seconds + interval
        # The tolerance keeps rounding from costing the last token of a bucket.
        allowed = after <= quota.window_seconds + interval * 1e-6
        if not allowed:
            return Verdict(quota, False, 0, max(1, math.ceil(after - quota.window_seconds)))
        self._full_at[key] = now + after
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._capacity:
            self._full_at.popitem(last=False)
        remaining = int((quota.window_seconds - after) / interval + 1e-6)
        return Verdict(quota, True, remaining, math.ceil(after))
