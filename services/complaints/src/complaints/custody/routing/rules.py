"""Which rule sends a filing where, and why: the first rule of a set whose every condition holds. Pure.

A rule refines what the authority resolver answered, it never widens it: an institution's rules choose among its units; the
national ones are asked only where nothing more precise than a place is known. What a reporter named stands.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from complaints.custody.routing.words import NO_PATTERNS, Patterns, Wording, read_patterns
from directory.world import within

AUTHORITY, REPORTER, RULE = "authority", "reporter", "rule"
"""Who decided where a filing goes."""
LOAD, GONE = "load", "target_not_in_force"
"""Why a rule whose other conditions hold was passed over."""


class Load(NamedTuple):
    """A condition on the open cases that a unit holds: fewer than `below`, or `at_least` so many."""

    unit_id: UUID
    below: int | None
    at_least: int | None

    def holds(self, open_cases: int) -> bool:
        return open_cases < self.below if self.below is not None else open_cases >= (self.at_least or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Conditions, all of which must hold (within a list one is enough; an empty one always does), and a target."""

    code: str
    types: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    service_ids: frozenset[UUID] = frozenset()
    region_codes: tuple[str, ...] = ()
    words: Patterns = NO_PATTERNS
    load: Load | None = None
    institution_id: UUID | None = None
    unit_id: UUID | None = None
    assigns: bool = False  # by itself, once the case is verified and classified


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """A version of the rules of an institution; of the nation if it has none."""

    id: UUID
    institution_id: UUID | None
    version: int
    rules: tuple[Rule, ...]

    @property
    def loaded_units(self) -> frozenset[UUID]:
        """The units whose load a rule asks for."""
        return frozenset(rule.load.unit_id for rule in self.rules if rule.load is not None)

    @property
    def targets(self) -> frozenset[UUID]:
        """The units and institutions to which a rule sends."""
        given = {target for rule in self.rules for target in (rule.unit_id, rule.institution_id)}
        return frozenset(given - {None})  # type: ignore[arg-type]  # mypy doesn't subtract None


class Matter(NamedTuple):
    """What of a filing rules ask for."""

    type: str
    category: str | None
    service_id: UUID | None
    region_code: str | None
    text: Wording


class Answer(NamedTuple):
    """What the authority resolver answered, and by what reasons (codes)."""

    institution_id: UUID | None
    unit_id: UUID | None
    reasons: tuple[str, ...] = ()


class Situation(NamedTuple):
    """What a rule set meets today: its units with their institutions, the institutions in force, open cases by unit."""

    unit_institutions: Mapping[UUID, UUID]
    institutions: frozenset[UUID]
    loads: Mapping[UUID, int]


class Outcome(NamedTuple):
    """What a rule set says of a filing: the rule with what made it hold, and the rules that were passed over."""

    rule: Rule | None
    because: Mapping[str, Any]
    passed_over: tuple[Mapping[str, Any], ...]


def read_rule(document: Mapping[str, Any]) -> Rule:
    """A rule of its stored document. Raises KeyError, ValueError for what isn't one."""
    load = document["load"]
    return Rule(
        code=document["code"],
        types=frozenset(document["types"]),
        categories=frozenset(document["categories"]),
        service_ids=frozenset(map(UUID, document["service_ids"])),
        region_codes=tuple(document["region_codes"]),
        words=read_patterns(document["words"]),
        load=None if load is None else Load(UUID(load["unit_id"]), load["below"], load["at_least"]),
        institution_id=_uuid(document["institution_id"]),
        unit_id=_uuid(document["unit_id"]),
        assigns=document.get("assigns", False),  # versions of before have no such word
    )


def read_rules(documents: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """The rules of a set, in their order."""
    return tuple(read_rule(document) for document in documents)


def _uuid(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)


def choose(rules: RuleSet, matter: Matter, situation: Situation) -> Outcome:
    """The first rule whose conditions all hold and whose target is in force."""
    passed_over: list[Mapping[str, Any]] = []
    for rule in rules.rules:
        because = _held(rule, matter)
        if because is None:
            continue
        obstacle = _obstacle(rule, rules.institution_id, situation)
        if obstacle is not None:
            passed_over.append({"rule": rule.code, **obstacle})
            continue
        if rule.load is not None:
            because["load"] = {"unit_id": rule.load.unit_id, "open_cases": situation.loads.get(rule.load.unit_id, 0)}
        return Outcome(rule, because, tuple(passed_over))
    return Outcome(None, {}, tuple(passed_over))


def _held(rule: Rule, matter: Matter) -> dict[str, Any] | None:
    """What made the rule's conditions hold, load and target aside; None if one doesn't. The cheap ones are asked first."""
    if rule.types and matter.type not in rule.types:
        return None
    if rule.categories and matter.category not in rule.categories:
        return None
    if rule.service_ids and matter.service_id not in rule.service_ids:
        return None
    because: dict[str, Any] = {}
    if rule.region_codes:
        code = matter.region_code
        area = next((area for area in rule.region_codes if code is not None and within(code, area)), None)
        if area is None:
            return None
        because["region_code"] = area
    if rule.words.given:
        found = rule.words.found(matter.text)
        if not found:
            return None
        because["words"] = found
    if rule.types:
        because["type"] = matter.type
    if rule.categories:
        because["category"] = matter.category
    if rule.service_ids:
        because["service_id"] = matter.service_id
    return because


def _obstacle(rule: Rule, institution_id: UUID | None, situation: Situation) -> dict[str, Any] | None:
    home = situation.unit_institutions.get(rule.unit_id) if rule.unit_id is not None else rule.institution_id
    if home not in situation.institutions or institution_id not in (None, home):
        return {"why": GONE}
    if rule.load is not None:
        open_cases = situation.loads.get(rule.load.unit_id, 0)
        if not rule.load.holds(open_cases):
            return {"why": LOAD, "unit_id": rule.load.unit_id, "open_cases": open_cases}
    return None


class Routed(NamedTuple):
    """Where a filing goes, and the trace: who decided, what the authority answered, and each set that was asked.

    `assigns`: the rule that decided hands the case over by itself.
    """

    institution_id: UUID | None
    unit_id: UUID | None
    trace: Mapping[str, Any]
    assigns: bool = False


class Asked(NamedTuple):
    """A rule set and what it meets."""

    rules: RuleSet
    situation: Situation


def stands(answer: Answer) -> Routed:
    """What the authority answered, where no rule is asked: of a protected case, or of one whose place isn't known yet."""
    return _routed(answer, AUTHORITY, answer, ())


def named_by_reporter(answer: Answer) -> Routed:
    """The unit that the reporter named: no rule sends it elsewhere."""
    return _routed(answer, REPORTER, answer, ())


def nationally(answer: Answer, matter: Matter, asked: Asked | None) -> Routed:
    """After the national rules. They are asked only where the authority found no unit."""
    if asked is None or answer.unit_id is not None:
        return stands(answer)
    outcome = choose(asked.rules, matter, asked.situation)
    rule, found = outcome.rule, answer
    if rule is not None:
        home = rule.institution_id if rule.unit_id is None else asked.situation.unit_institutions[rule.unit_id]
        found = Answer(home, rule.unit_id)
    by, assigns = (AUTHORITY, False) if rule is None else (RULE, rule.assigns)
    return _routed(found, by, answer, (_step(asked.rules, outcome),), assigns=assigns)


def locally(so_far: Routed, answer: Answer, matter: Matter, asked: Asked | None) -> Routed:
    """After the rules of the institution that has it so far; a unit that a national rule named is kept."""
    before: tuple[Mapping[str, Any], ...] = tuple(so_far.trace["steps"])
    if asked is None or (so_far.unit_id is not None and so_far.trace["by"] == RULE):
        return so_far
    outcome = choose(asked.rules, matter, asked.situation)
    steps = (*before, _step(asked.rules, outcome))
    if outcome.rule is None:
        return _routed(Answer(so_far.institution_id, so_far.unit_id), so_far.trace["by"], answer, steps)
    found = Answer(so_far.institution_id, outcome.rule.unit_id)
    return _routed(found, RULE, answer, steps, assigns=outcome.rule.assigns)


def _step(rules: RuleSet, outcome: Outcome) -> Mapping[str, Any]:
    return {
        "rule_set_id": rules.id,
        "institution_id": rules.institution_id,
        "version": rules.version,
        "rule": outcome.rule.code if outcome.rule else None,
        "because": outcome.because,
        "passed_over": outcome.passed_over,
    }


def _routed(
    found: Answer, by: str, authority: Answer, steps: tuple[Mapping[str, Any], ...], *, assigns: bool = False
) -> Routed:
    trace = {
        "by": by,
        "institution_id": found.institution_id,
        "unit_id": found.unit_id,
        "authority": authority._asdict(),
        "steps": steps,
    }
    return Routed(found.institution_id, found.unit_id, trace, assigns)


def rules_that_decided(trace: Mapping[str, Any]) -> Iterator[str]:
    """The codes of the rules that decided, in the order in which they were asked."""
    return (step["rule"] for step in trace["steps"] if step["rule"] is not None)
