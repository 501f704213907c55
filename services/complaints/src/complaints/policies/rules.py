"""Deadline policies as values, and which rules of them bind a case. Pure.

Several policies run side by side. Of the rows of one policy for one stage, one that names the class beats `any`; a
local variant that the institution has adopted replaces the rows of the policies it overrides, stage by stage.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, Literal, NamedTuple, cast

from directory.working_time import Unit

Party = Literal["agency", "reporter", "officer", "external"]
ANY = "any"
ANY_BUT_COMPLAINT = "any_but_complaint"


class Extension(NamedTuple):
    """How a limit may be extended: by `amount` `unit`, so many `times`."""

    amount: int
    unit: Unit
    times: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of a policy: from one event to another in so many units, owed by a party."""

    number: int
    stage: str
    case_type: str
    case_class: str
    amount: int
    unit: Unit
    from_event: str
    to_event: str
    pauses: frozenset[str]
    party: Party
    on_lapse: str
    source: str
    mark: str
    note: str
    extension: Extension | None
    roll_to_next_working_day: bool

    def matches(self, case_type: str, case_class: str) -> bool:
        kind = self.case_type in (ANY, case_type) or (self.case_type == ANY_BUT_COMPLAINT and case_type != "complaint")
        return kind and self.case_class in (ANY, case_class)

    @property
    def precision(self) -> tuple[bool, bool]:
        """Greater for a row that names the class, then for one that names the type."""
        return self.case_class != ANY, self.case_type not in (ANY, ANY_BUT_COMPLAINT)


class Step(NamedTuple):
    """A level of escalation: after a share of the period (percent), or so many working days after the due date.

    `at_breach_of`: stages whose breach reaches the level at once.
    """

    level: str
    percent: int | None
    working_days: int
    at_breach_of: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A version of a policy. In force from `effective_from` to before `effective_to` (None: still)."""

    code: str
    version: int
    title: Mapping[str, str]
    legal_source: str
    applies_to: str
    overrides: str | None
    effective_from: date
    effective_to: date | None
    rules: tuple[Rule, ...]
    limits: Mapping[str, int]
    ladder: tuple["Step", ...] = ()

    def in_force(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)


class Binding(NamedTuple):
    """A rule that binds a case, with the policy that brings it."""

    policy: Policy
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What of a case decides which policies apply. `legal_clock`: identified and filed in time (UU 25/2009 art. 42-43)."""

    case_type: str
    case_class: str
    filed_on: date
    legal_clock: bool
    adopted: frozenset[str] = frozenset()


Applies = Callable[[Policy, Rule, Subject], bool]


def _always(_policy: Policy, _rule: Rule, _case: Subject) -> bool:
    return True


def _adopted(policy: Policy, _rule: Rule, case: Subject) -> bool:
    return policy.code in case.adopted


def _legal(_policy: Policy, rule: Rule, case: Subject) -> bool:
    """The provider's duties need the legal clock; the reporter's terms run for every complaint (art. 44(4))."""
    return rule.party != "agency" or case.legal_clock


APPLIES: Mapping[str, Applies] = {
    "every case": _always,
    "institutions that adopt it": _adopted,
    "complaints with an identified reporter filed inside filing_window": _legal,
    "information requests of class public_information": _always,  # its rows name the class
}
"""By a policy's `applies_to`. What isn't named here applies to no case: gratification reports, standards, sanctions."""


def in_force(policies: Iterable[Policy], day: date) -> list[Policy]:
    """Of each policy the newest version among those in force on a day: one that only takes effect later changes nothing yet."""
    found: dict[str, Policy] = {}
    for policy in policies:
        held = found.get(policy.code)
        if policy.in_force(day) and (held is None or held.version < policy.version):
            found[policy.code] = policy
    return list(found.values())


def bindings(policies: Iterable[Policy], case: Subject) -> list[Binding]:
    """The rules that bind a case all its life: of the versions in force on the day it was filed."""
    found: dict[tuple[str, str, str], Binding] = {}
    for policy in in_force(policies, case.filed_on):
        applies = APPLIES.get(policy.applies_to)
        if applies is None:
            continue
        for rule in policy.rules:
            if not rule.matches(case.case_type, case.case_class) or not applies(policy, rule, case):
                continue
            place = (policy.code, rule.stage, rule.from_event)
            held = found.get(place)
            if held is None or held.rule.precision < rule.precision:
                found[place] = Binding(policy, rule)
    chosen = list(found.values())
    variants = [binding for binding in chosen if binding.policy.overrides is not None]
    return [binding for binding in chosen if not _overridden(binding, variants)] if variants else chosen


def _overridden(binding: Binding, variants: Collection[Binding]) -> bool:
    return any(
        other.rule.stage == binding.rule.stage
        and other.policy.overrides is not None
        and fnmatchcase(binding.policy.code, other.policy.overrides)
        and other.policy.code != binding.policy.code
        for other in variants
    )


def ladder(policies: Iterable[Policy], day: date) -> tuple[Step, ...]:
    """The levels of escalation of the settings in force on a day, lowest first; none if no policy sets them."""
    return next((policy.ladder for policy in in_force(policies, day) if policy.ladder), ())


def limit(policies: Iterable[Policy], name: str, day: date) -> int:
    """A limit of the settings in force on a day, such as `max_pause_calendar_days`. Raises KeyError if none sets it."""
    found = next((policy.limits[name] for policy in in_force(policies, day) if name in policy.limits), None)
    if found is None:
        raise KeyError(name)
    return found


def read_policy(document: Mapping[str, Any], *, version: int) -> Policy:
    """A policy from its form in data/deadlines. Raises KeyError or ValueError if it isn't of that form."""
    until = document["effective_to"]
    return Policy(
        code=document["code"],
        version=version,
        title=document["title"],
        legal_source=document["legal_source"],
        applies_to=document["applies_to"],
        overrides=document.get("overrides"),
        effective_from=date.fromisoformat(document["effective_from"]),
        effective_to=date.fromisoformat(until) if until else None,
        rules=tuple(
            _read_rule(row, number, roll=bool(document.get("roll_to_next_working_day")))
            for number, row in enumerate(document["rules"], 1)
            if row["amount"] is not None  # a limit that each institution sets itself
        ),
        limits=document.get("limits", {}),
        ladder=tuple(_read_step(row) for row in document.get("escalation", ())),
    )


_SHARE = re.compile(r"(\d+)% of the period")
_AFTER = re.compile(r"(?:breach of (\w+) or (\w+), or )?due(?: \+ (\d+) working days)?")


def _read_step(row: Mapping[str, str]) -> Step:
    share, after = _SHARE.fullmatch(row["at"]), _AFTER.fullmatch(row["at"])
    if share is not None:
        return Step(row["level"], int(share[1]), 0)
    if after is None:
        raise ValueError(f"not a point of escalation: {row['at']}")
    return Step(row["level"], None, int(after[3] or 0), frozenset(stage for stage in after.group(1, 2) if stage))


def _read_rule(row: Mapping[str, Any], number: int, *, roll: bool) -> Rule:
    extension = row.get("extension")
    return Rule(
        number=number,
        stage=row["stage"],
        case_type=row["case_type"],
        case_class=row["class"],
        amount=row["amount"],
        unit=row["unit"],
        from_event=row["from_event"],
        to_event=row["to_event"],
        pauses=frozenset(row["pauses"]),
        party=cast(Party, row["party"]),
        on_lapse=row["on_lapse"],
        source=row["source"],
        mark=row["mark"],
        note=row.get("note", ""),
        extension=Extension(extension["amount"], extension["unit"], extension["times"], extension["source"])
        if extension
        else None,
        roll_to_next_working_day=roll,
    )
