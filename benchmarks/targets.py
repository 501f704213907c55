"""Where the platform must be, with all of its duties on: rights, validation, idempotency, audit chain, event.

Shares of throughput hold at many connections; at one connection the network and the disk speak, not the code.
"""

from typing import NamedTuple

MANY = 8
"""From so many connections on a share of throughput is judged."""


class Target(NamedTuple):
    """The throughput of `over` must be at least `share` of that of `under`."""

    scenario: str
    over: str
    under: str
    share: float


SHARES = (
    Target("create", "service", "pgbench, same rows", 0.45),  # docs/decisions/0026
    Target("create", "gateway", "service", 0.80),
    Target("read", "service", "bare", 0.60),
    Target("read", "gateway", "service", 0.65),
    Target("inbox", "service", "bare", 0.45),
)
FULL_SHARES = ((1_000_000, 0.90), (10_000_000, 0.80))
"""At so many cases, of the same on an almost empty database."""
GATEWAY_ADDED_P50_MS = 3.0
"""What the way through the gateway may add to the middle request, at one connection."""


def share_of(scenario: str, over: str, under: str) -> float | None:
    """The share that is asked for, or None."""
    return next(
        (target.share for target in SHARES if (target.scenario, target.over, target.under) == (scenario, over, under)),
        None,
    )


def full_share(cases: int) -> float:
    """The share that is asked for on a database of so many cases."""
    return next((share for most, share in FULL_SHARES if cases <= most), FULL_SHARES[-1][1])
