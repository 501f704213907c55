"""Wire models of definitions of surveys."""

from datetime import date

from chassis.http.models import Label, Shape
from evaluation.surveys.schemas import Question


class DefinitionListed(Shape):
    """A version as a list shows it. `effective_to` is exclusive."""

    code: str
    version: int
    title: Label
    effective_from: date
    effective_to: date | None
    source: str


class DefinitionPage(Shape):
    items: list[DefinitionListed]
    next: str | None
    count: int | None = None


class Scale(Shape):
    min: int
    max: int


class WeightingRule(Shape):
    """`weight` null: one over the number of elements."""

    code: str
    weight: str | None
    label: Label


class IndexRule(Shape):
    """How means become the index. Rounded once, at the end."""

    weightings: list[WeightingRule]
    default_weighting: str
    conversion_factor: str
    decimals: int


class GradeRule(Shape):
    """A grade, with the least index that earns it as a decimal."""

    code: str
    min: str
    label: Label
    performance: Label


class SampleRow(Shape):
    population: int
    sample: int


class SampleSize(Shape):
    """The formula of Krejcie and Morgan (1970) and its printed table, up to 75,000; from 100,000 on it says 384."""

    method: str
    chi_square: str
    proportion: str
    margin: str
    formula: str
    table: list[SampleRow]


class SurveyDefinition(DefinitionListed):
    """A version as its document says it. `note`: what the source leaves open."""

    scale: Scale
    elements: list[Question]
    index: IndexRule
    grades: list[GradeRule]
    sample_size: SampleSize
    note: str
