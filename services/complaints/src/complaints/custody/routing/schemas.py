"""Wire models of routing rules, their simulation, and the trace on a case."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from chassis.http.models import Body, Code, Line, Prose, RegionCode, Shape

MOST_RULES = 500
Pattern = Annotated[str, StringConstraints(min_length=2, max_length=80, pattern=r"^[^\r\n]*$")]
CaseType = Literal["complaint", "aspiration", "input", "information_request"]


class LoadCondition(Body):
    """The unit holds fewer than `below` open cases, or `at_least` so many: one of the two."""

    unit_id: UUID
    below: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    at_least: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class RoutingRule(Body):
    """Conditions, all of which must hold, and where the case then goes. Of a list one is enough; an absent one always holds.

    `words`: a word, a phrase, or a beginning (`jalan*`), found in title or text. A region holds for all regions inside it.
    The target is `unit_id`; in the nation's rules it may be an `institution_id` alone. `assigns`: the unit gets the case by
    itself as soon as triage has found it complete and said what it is; else triage is only told of the unit.
    """

    code: Code
    name: Line
    types: list[CaseType] = Field(default_factory=list, max_length=4)
    categories: list[Code] = Field(default_factory=list, max_length=100)
    service_ids: list[UUID] = Field(default_factory=list, max_length=100)
    region_codes: list[RegionCode] = Field(default_factory=list, max_length=200)
    words: list[Pattern] = Field(default_factory=list, max_length=100)
    load: LoadCondition | None = None
    institution_id: UUID | None = None
    unit_id: UUID | None = None
    assigns: bool = False


class RuleSetBody(Body):
    """A new version of an institution's rules (of the nation's, without `institution_id`), in force from a day on.

    The first rule that holds decides; none: the authority. `follows`: the version on which it was built, refused if there is
    a newer one by now.
    """

    institution_id: UUID | None = None
    effective_from: date
    note: Prose
    rules: list[RoutingRule] = Field(max_length=MOST_RULES)
    follows: Annotated[int, Field(ge=0, le=2_000_000_000)] | None = None


class Maker(Shape):
    """Who made it: the person and the seat."""

    person_id: UUID | None
    role: str | None


class RuleSetSummary(Shape):
    """A version of routing rules; `institution_id` null: the nation's."""

    id: UUID
    institution_id: UUID | None
    version: int
    effective_from: date
    note: str
    made_by: Maker
    created_at: datetime
    rule_count: int


class RuleSetShape(RuleSetSummary):
    rules: list[RoutingRule]


class RuleSetPage(Shape):
    items: list[RuleSetSummary]
    next: str | None
    count: int | None = None


class RoutingStep(Shape):
    """A rule set that was asked: the rule that held (null: none) and by what, and those that held but were passed over."""

    rule_set_id: UUID
    institution_id: UUID | None
    version: int
    rule: str | None
    because: dict[str, Any]
    passed_over: list[dict[str, Any]]


class AuthorityAnswer(Shape):
    """What the authority resolver answered, and its reasons."""

    institution_id: UUID | None
    unit_id: UUID | None
    reasons: list[str]


class RoutingTrace(Shape):
    """Why the case was proposed to a unit: `by` is authority, reporter or rule."""

    sequence: int
    at: datetime
    by: str
    institution_id: UUID | None
    unit_id: UUID | None
    authority: AuthorityAnswer
    steps: list[RoutingStep]


class RoutingTraces(Shape):
    items: list[RoutingTrace]


class Simulation(Body):
    """The rules to try, as for a new version."""

    institution_id: UUID | None = None
    rules: list[RoutingRule] = Field(max_length=MOST_RULES)


class SimulatedTarget(Shape):
    """Cases that would go to one place by one rule (null: by the authority), and what became of them in fact.

    `proposed_elsewhere`: they were proposed to another unit when they were filed; `handled_elsewhere`: another unit had them
    last. Cases of which that isn't known are counted in neither.
    """

    institution_id: UUID | None
    unit_id: UUID | None
    rule: str | None
    cases: int
    proposed_elsewhere: int
    handled_elsewhere: int


class SimulatedChange(Shape):
    """A case that would go elsewhere than it was proposed to, or than it was handled."""

    case_id: UUID
    rule: str | None
    unit_id: UUID | None
    proposed_unit_id: UUID | None
    handled_by_unit_id: UUID | None


class SimulationResult(Shape):
    """What the rules would do with the newest cases of the filter. `more`: there are further cases that weren't looked at.

    Places and loads are those of today. `agreement`: of the cases that a unit has handled, how many the rules would have
    sent there at once, and how many were proposed to it in fact.
    """

    considered: int
    more: bool
    targets: list[SimulatedTarget]
    proposed_elsewhere: int
    handled_elsewhere: int
    handled: int
    agreement: dict[str, int]
    changes: list[SimulatedChange]
