"""Wire models of policies and categories."""

from datetime import date
from typing import Any
from uuid import UUID

from chassis.http.models import Body, Label, Shape


class ExtensionShape(Shape):
    """How a limit may be extended."""

    amount: int
    unit: str
    times: int
    needs: str = ""
    source: str = ""
    mark: str = ""


class RuleShape(Shape):
    """One limit. `amount` null: each institution sets its own. `mark` says how sure the figure is: '' confirmed, `??` a guess."""

    number: int
    stage: str
    case_type: str
    case_class: str
    amount: int | None
    unit: str
    from_event: str
    to_event: str
    pauses: list[str]
    party: str
    on_lapse: str
    source: str
    mark: str
    note: str
    extension: ExtensionShape | None


class PolicySummary(Shape):
    """A deadline policy in its newest version; in force from `effective_from` to before `effective_to`."""

    code: str
    version: int
    title: Label
    legal_source: str
    applies_to: str
    effective_from: date
    effective_to: date | None
    dates_mark: str
    note: str


class PolicyShape(PolicySummary):
    """A policy with its rows, settings and ladder of escalation."""

    overrides: str | None
    rules: list[RuleShape]
    limits: dict[str, int]
    escalation: list[dict[str, str]]


class PolicyList(Shape):
    items: list[PolicySummary]
    next: str | None


class CategoryShape(Shape):
    """A category; `parent_code` null at the root."""

    code: str
    parent_code: str | None
    label: Label
    attributes: dict[str, Any]


class CategoryList(Shape):
    items: list[CategoryShape]
    next: str | None


class AdoptionBody(Body):
    """An institution adopts a local variant, for what is filed from that day on."""

    institution_id: UUID
    adopted_on: date


class AdoptionShape(Shape):
    policy_code: str
    institution_id: UUID
    adopted_on: date
