"""Wire models of instruments. The documents that ship have the same shape."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from chassis.http.models import Body, Label, Line, Prose, Shape

ItemCode = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
Number = Annotated[str, StringConstraints(pattern=r"^\d{1,3}(\.\d{1,6})?$")]
Level = Annotated[str, StringConstraints(pattern=r"^\d{1,2}$")]
Mark = Annotated[str, StringConstraints(max_length=10)]


class Wording(Body):
    """A text in both languages."""

    id: Prose
    en: Prose


class Scale(Body):
    min: int = Field(ge=0, le=20)
    max: int = Field(ge=0, le=20)


class GradeBound(Body):
    """A letter and the least index that earns it."""

    code: ItemCode
    label: Wording
    min: Number
    note: Line | None = None


class IndexRule(Body):
    """How the index is made: shares of both kinds of forms, and grades, listed or as the name of a vocabulary."""

    f02_weight: Number
    f03_weight: Number
    decimals: int = Field(ge=0, le=6)
    rounding: Literal["half_up"]
    grades: ItemCode | Annotated[list[GradeBound], Field(min_length=1, max_length=50)]


class NewAspect(Body):
    code: ItemCode
    label: Wording
    weight: Number


class NewItem(Body):
    """A question; in a form of the evaluator with its weight and what each level means.

    `proof` names what the platform may prove the level by; left out it is the item's code, null is nothing.
    """

    number: int = Field(ge=1, le=1000)
    code: ItemCode
    aspect: ItemCode | None = None
    label: Wording
    weight: Number | None = None
    scored: bool = True
    rubric: Annotated[dict[Level, Prose], Field(max_length=21)] | None = None
    principle: ItemCode | None = None
    reference: Line | None = None
    proof: ItemCode | None = None


class Weighting(Body):
    """`as_given` and `rescale_within_aspect` ask for 100 in each aspect; rescaled weights with a mark of doubt don't."""

    method: Literal["as_given", "rescale_within_aspect", "mean"]
    note: Prose | None = None
    mark: Mark = ""


class NewForm(Body):
    code: ItemCode
    label: Wording
    answered_by: Literal["evaluator", "service_user"]
    weighting: Weighting
    items: list[NewItem] = Field(min_length=1, max_length=200)


class NewInstrument(Body):
    """A version of an instrument. `effective_to` is exclusive."""

    code: ItemCode
    version: int = Field(ge=1, le=100_000)
    title: Wording
    effective_from: date
    effective_to: date | None = None
    dates_mark: Mark = ""
    source: Prose
    note: Prose | None = None
    scale: Scale
    index: IndexRule
    aspects: list[NewAspect] = Field(min_length=1, max_length=50)
    forms: list[NewForm] = Field(min_length=2, max_length=20)

    def document(self) -> dict[str, Any]:
        """As plain values. An item's `proof` stays out where it wasn't said: null means something else."""
        content = self.model_dump(mode="json")
        for form, sent in zip(content["forms"], self.forms, strict=True):
            for item, given in zip(form["items"], sent.items, strict=True):
                if "proof" not in given.model_fields_set:
                    del item["proof"]
        return content


class InstrumentSummary(Shape):
    code: str
    version: int
    title: Label
    effective_from: date
    effective_to: date | None
    source: str


class InstrumentPage(Shape):
    items: list[InstrumentSummary]
    next: str | None
    count: int | None = None


class Instrument(InstrumentSummary):
    """A version in full. The unit answers the items of the evaluator's form too, with evidence: F-01."""

    note: str | None
    scale: dict[str, int]
    index: dict[str, Any]
    aspects: list[dict[str, Any]]
    forms: list[dict[str, Any]]
