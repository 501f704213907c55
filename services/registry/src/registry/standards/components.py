"""The 14 components, typed, so that machines can use them; keyed by the codes of the vocabulary standard_components.

A draft may be incomplete: what is there has the right shape, what is missing is told by completeness.py. Shorter ways of
writing a component are taken and stored in the one form documented here.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Code, Line

Item = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
Items = Annotated[list[Item], Field(max_length=200)]
Passage = Annotated[str, StringConstraints(max_length=5_000)]
Rupiah = Annotated[int, Field(ge=0, le=10**15, strict=True)]
TimeUnit = Literal["minute", "hour", "working_day", "calendar_day"]

_FREE = Text("Biaya gratis tidak boleh memiliki jumlah.", "A free service can't have an amount.")
_TOTAL = Text("Jumlah per jabatan tidak sama dengan totalnya.", "The counts by post don't add up to the total.")
_STEPS = Text("Langkah harus bernomor urut mulai dari 1.", "Steps are numbered in order from 1.")


class Step(Body):
    """A numbered step; `actor` is who acts: applicant, officer, system, technical_team or another."""

    number: Annotated[int, Field(ge=1, le=500)]
    actor: Code
    text: Item


class Procedure(Body):
    """`steps` in order; `system` names the application that carries them."""

    steps: Annotated[list[Step], Field(max_length=200)] = Field(default_factory=list)
    system: Annotated[str, StringConstraints(max_length=300)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Procedure":
        if [step.number for step in self.steps] != list(range(1, len(self.steps) + 1)):
            raise Broken("steps_out_of_order", _STEPS)
        return self


class CompletionTime(Body):
    """The longest time; a range is stored by its upper bound. `counted_from` is of completion_time_start_events."""

    amount: Annotated[int, Field(ge=1, le=100_000, strict=True)]
    unit: TimeUnit
    counted_from: Code = "requirements_complete"
    conditions: Items = Field(default_factory=list)


class Tariff(Body):
    """One of several prices."""

    name: Line
    amount_idr: Rupiah


class Fee(Body):
    """Rupiah, or free. `basis` is its legal basis in words or a code of fee_bases; `kind` is a code of fee_bases.

    `{"free": true}` and `{"amount_idr": 0}` say the same. `tariffs` lists several prices, `formula` tells how an amount is reckoned.
    """

    free: bool = False
    amount_idr: Rupiah | None = None
    basis: Annotated[str, StringConstraints(max_length=500)] = ""
    kind: Code | None = None
    tariffs: Annotated[list[Tariff], Field(max_length=100)] = Field(default_factory=list)
    formula: Annotated[str, StringConstraints(max_length=1_000)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _free_is_zero(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        if value.get("free") is True:
            return {"amount_idr": 0, **value}
        priced = value.get("tariffs") or value.get("formula")
        free = value.get("amount_idr") == 0 and not priced
        return {**value, "free": free} if "free" not in value else value

    @model_validator(mode="after")
    def _consistent(self) -> "Fee":
        if self.free and (self.amount_idr or self.tariffs or self.formula):
            raise Broken("free_with_amount", _FREE)
        return self


class Channel(Body):
    """A way to complain; `channel` is of the vocabulary channels."""

    channel: Code
    detail: Annotated[str, StringConstraints(max_length=500)] = ""


class TimeLimit(Body):
    """How long an answer takes for a class of case_classes."""

    class_: Annotated[Code, Field(alias="class")]
    amount: Annotated[int, Field(ge=1, le=10_000, strict=True)]
    unit: TimeUnit


class ComplaintHandling(Body):
    """Channels, the post in charge, time limits by class."""

    channels: Annotated[list[Channel], Field(max_length=50)] = Field(default_factory=list)
    responsible_post: Annotated[str, StringConstraints(max_length=300)] = ""
    time_limits: Annotated[list[TimeLimit], Field(max_length=50)] = Field(default_factory=list)
    text: Passage = ""


class Post(Body):
    """How many people hold a post."""

    post: Line
    count: Annotated[int, Field(ge=0, le=100_000, strict=True)]


class StaffNumber(Body):
    """People who serve; a bare number is the total. `by_post`, if given, adds up to it."""

    total: Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
    by_post: Annotated[list[Post], Field(max_length=200)] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _bare_number(cls, value: Any) -> Any:
        return {"total": value} if isinstance(value, int) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def _adds_up(self) -> "StaffNumber":
        if self.by_post and sum(post.count for post in self.by_post) != self.total:
            raise Broken("total_differs", _TOTAL)
        return self


def _renamed(names: dict[str, str]) -> BeforeValidator:
    """Takes a component's other names for its fields, where the field itself isn't given."""

    def rename(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            (names[name] if name in names and names[name] not in value else name): held for name, held in value.items()
        }

    return BeforeValidator(rename)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Listed = Annotated[Items, BeforeValidator(_listed)]
"""A list; a bare text is its only item."""


class ServiceGuarantee(Body):
    """What is promised, and what the public gets if it isn't kept. `text` and `compensation` are taken as other names.

    `remedy_amount_idr` is the compensation in money, where there is one.
    """

    commitment: Passage = ""
    remedy: Passage = ""
    remedy_amount_idr: Rupiah | None = None


class SafetyGuarantee(Body):
    """A commitment to safety and freedom from doubt, with hazards and the measures against them. `text` is taken as commitment."""

    commitment: Passage = ""
    hazards: Listed = Field(default_factory=list)
    measures: Listed = Field(default_factory=list)


class PerformanceEvaluation(Body):
    """How the staff's performance is evaluated, and how often: month, quarter, semester, year."""

    text: Passage = ""
    interval: Code | None = None


def _spoken(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


class Components(Body):
    """The 14 components. Absent and null mean: not drafted yet."""

    legal_basis: Listed | None = None
    requirements: Listed | None = None
    procedure: Procedure | None = None
    completion_time: CompletionTime | None = None
    fee: Fee | None = None
    product: Listed | None = None
    facilities: Listed | None = None
    staff_competence: Listed | None = None
    internal_supervision: Listed | None = None
    complaint_handling: ComplaintHandling | None = None
    staff_number: StaffNumber | None = None
    service_guarantee: (
        Annotated[
            ServiceGuarantee, _renamed({"text": "commitment", "compensation": "remedy"}), BeforeValidator(_spoken)
        ]
        | None
    ) = None
    safety_guarantee: Annotated[SafetyGuarantee, _renamed({"text": "commitment"}), BeforeValidator(_spoken)] | None = (
        None
    )
    performance_evaluation: Annotated[PerformanceEvaluation, BeforeValidator(_spoken)] | None = None


def stored(components: Components) -> dict[str, Any]:
    """The components as they are stored and sent: those that are there, each in its one form."""
    return components.model_dump(mode="json", by_alias=True, exclude_none=True)
