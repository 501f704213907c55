"""The policies of gratification reports: terms and thresholds, each version in force for its days. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from directory.working_time import Unit

APPLIES_TO = "gratification reports (not cases)"
YEARLY = "giver_year"
_PER = "_per_"


class Rule(NamedTuple):
    """From one event to another in so many units. `via`: only for reports that go that way."""

    stage: str
    amount: int
    unit: Unit
    from_event: str
    to_event: str
    party: str
    via: str | None
    on_lapse: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A version. `thresholds`: rupiah by occasion, then by what they are per: giver, gift or giver_year."""

    code: str
    version: int
    rules: tuple[Rule, ...]
    thresholds: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Exemption:
    """Up to which values a gift of an occasion needn't be reported, and whether this one stays below all of them."""

    limits: Mapping[str, int]
    exempt: bool


def read_policy(document: Mapping[str, Any], *, version: int) -> Policy:
    """A policy of data/deadlines. Raises KeyError or ValueError for another shape."""
    thresholds: dict[str, dict[str, int]] = {}
    for name, amount in document["thresholds_idr"].items():
        occasion, per, of = name.partition(_PER)
        if not per:
            raise ValueError(f"not a threshold: {name}")
        thresholds.setdefault(occasion, {})[of] = amount
    fields = ("stage", "amount", "unit", "from_event", "to_event", "party", "on_lapse", "source")
    return Policy(
        code=document["code"],
        version=version,
        rules=tuple(Rule(**{name: rule[name] for name in fields}, via=rule.get("via")) for rule in document["rules"]),
        thresholds=thresholds,
    )


def in_force(document: Mapping[str, Any], day: date) -> bool:
    """Whether a policy is in force on a day: from its first day to before its last."""
    ends = document["effective_to"]
    return document["effective_from"] <= day.isoformat() and (ends is None or day.isoformat() < ends)


def occasions(policies: Sequence[Policy]) -> frozenset[str]:
    """Every occasion that some version knows."""
    return frozenset(occasion for policy in policies for occasion in policy.thresholds)


def exemption_of(policy: Policy, occasion: str, *, value_idr: int, in_year_idr: int) -> Exemption | None:
    """What the thresholds say of a gift; None for an occasion that has none.

    `in_year_idr`: what the same giver gave on such occasions in the calendar year, this gift with it.
    """
    limits = policy.thresholds.get(occasion)
    if not limits:
        return None
    exempt = all((in_year_idr if per == YEARLY else value_idr) <= amount for per, amount in limits.items())
    return Exemption(limits, exempt)
