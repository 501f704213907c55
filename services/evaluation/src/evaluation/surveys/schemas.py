"""Wire models of surveys and their results. Those of answers: answer_schemas.py."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Label, Line, Prose, Shape
from evaluation.surveys.patches import Patch

ElementCode = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
Weighting = Literal["exact", "rounded_0_11"]

ChannelLimits = dict[ElementCode, Annotated[int, Field(ge=1, le=1_000_000)]]

_ONE_SUBJECT = Text(
    "Sebutkan tepat satu: institution_id, unit_id atau service_id.",
    "Name exactly one of institution_id, unit_id and service_id.",
)
_PERIOD = Text("Akhir masa survei harus sesudah awalnya.", "The period must end after it begins.")


class Bilingual(Body):
    id: Line
    en: Line


class AdditionalElement(Body):
    """An element that the unit adds to those of the definition; every element then weighs 1 over their number."""

    code: ElementCode
    label: Bilingual
    question: Bilingual | None = None


class NewSurvey(Body):
    """A survey of exactly one institution, unit or service. It is open at once, unless `state` says draft."""

    title: Line
    institution_id: UUID | None = None
    unit_id: UUID | None = None
    service_id: UUID | None = None
    definition: ElementCode = Field(
        "skm", description="Code of the definition; the version in force on period_from is taken"
    )
    population: int | None = Field(None, ge=1, le=300_000_000, description="Users in the period; gives sample_required")
    period_from: date | None = Field(None, description="First day; default: today, in the institution's zone")
    period_to: date | None = Field(None, description="The day after the last; null: until it is closed")
    weighting: Weighting | None = Field(None, description="Default: that of the definition (exact)")
    additional_elements: list[AdditionalElement] = Field(default=[], max_length=20)
    channel_limits: ChannelLimits = Field(
        default={}, max_length=20, description="At most so many answers a day by a channel (survey_channels)"
    )
    expectations: bool = Field(False, description="Also ask what was expected; never a part of the index")
    state: Literal["draft", "open"] = "open"

    @model_validator(mode="after")
    def _consistent(self) -> "NewSurvey":
        if sum(each is not None for each in (self.institution_id, self.unit_id, self.service_id)) != 1:
            raise Broken("one_subject", _ONE_SUBJECT)
        if self.period_from is not None and self.period_to is not None and self.period_from >= self.period_to:
            raise Broken("period", _PERIOD)
        return self


class SurveyPatch(Patch):
    """What of a draft becomes different."""

    REQUIRED: ClassVar[frozenset[str]] = frozenset(
        {"title", "period_from", "weighting", "additional_elements", "channel_limits", "expectations"}
    )

    title: Line | None = None
    population: int | None = Field(None, ge=1, le=300_000_000)
    period_from: date | None = None
    period_to: date | None = None
    weighting: Weighting | None = None
    additional_elements: list[AdditionalElement] | None = Field(None, max_length=20)
    channel_limits: ChannelLimits | None = Field(None, max_length=20)
    expectations: bool | None = None


class Publication(Body):
    """How the survey was held: results are announced with method and process. What isn't told is taken from the survey."""

    method: Prose | None = None
    process: Prose | None = None


class Choice(Shape):
    value: int
    label: Label


class Question(Shape):
    """An element as respondents are asked for it."""

    code: str
    number: str | None
    label: Label
    question: Label | None
    answers: list[Choice]


class DefinitionName(Shape):
    code: str
    version: int
    source: str


class Survey(Shape):
    """A survey. `period_to` is exclusive."""

    id: UUID
    title: str
    subject: str
    institution_id: UUID
    unit_id: UUID | None
    service_id: UUID | None
    state: str
    definition: DefinitionName
    weighting: str
    population: int | None
    channel_limits: dict[str, int]
    expectations: bool
    period_from: date
    period_to: date | None
    method: str | None
    process: str | None
    created_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    published_at: datetime | None
    followed_up_at: datetime | None
    allowed_actions: list[str]


class SurveyDetail(Survey):
    """A survey with its questions."""

    questions: list[Question]


class SurveyPage(Shape):
    items: list[Survey]
    next: str | None
    count: int | None = None


class Bounds(Shape):
    """The interval of the index at `level`, by `method` (normal_of_answer_means: mean ± 1.96 standard errors)."""

    low: float
    high: float
    level: str
    method: str


class Element(Shape):
    """An element: `score` is its mean with 4 decimals, `index` the mean times 25."""

    code: str
    number: str | None
    label: Label
    n: int
    sum: int
    score: float
    index: float
    grade: str


class ProfileCell(Shape):
    """Those who told this of themselves; a small cell is hidden from the public."""

    code: str
    n: int | None
    index: float | None
    grade: str | None
    suppressed: bool


class Gap(Shape):
    """Of those who told both: what they expected of an element, what they perceived, and perceived less expected."""

    code: str
    n: int | None
    expected: float | None
    perceived: float | None
    gap: float | None
    suppressed: bool


class Trend(Shape):
    """The survey of the same subject before this one."""

    survey_id: UUID
    title: str
    period_from: date
    n: int
    index: float | None
    grade: str | None
    difference: float | None


class SurveyResult(Shape):
    """The satisfaction index: null where nobody answered. `sample_reached` is null if the population isn't known."""

    survey_id: UUID
    state: str
    definition: DefinitionName
    n: int
    population: int | None
    sample_required: int | None
    sample_reached: bool | None
    weighting: str
    weight: str
    index: float | None
    grade: str | None
    grade_label: Label | None
    performance: Label | None
    interval: Bounds | None
    elements: list[Element]
    lowest: list[str]
    highest: list[str]
    expectations: list[Gap]
    profile: dict[str, list[ProfileCell]]
    trend: Trend | None
    as_of: date | None
    computed_at: datetime


class Option(Shape):
    """One thing a respondent may tell of themselves."""

    code: str
    label: Label


class Questionnaire(Shape):
    """What a survey asks, in both languages, for a link, a counter or a kiosk to show."""

    survey_id: UUID
    title: str
    state: str
    period_from: date
    period_to: date | None
    scale: list[int]
    expectations: bool
    questions: list[Question]
    profile: dict[str, list[Option]]


class NewSheet(Body):
    """A sheet of codes to print. `link` is where respondents answer; `{code}` in it stands for the code."""

    count: int = Field(ge=1, le=200)
    link: Annotated[str, StringConstraints(min_length=8, max_length=300, pattern=r"^https://[^\s<>\"]+$")] | None = None


class NewCodes(Body):
    count: int = Field(ge=1, le=1000)


class Codes(Shape):
    """One-time codes, to be printed: they are shown this once and only their hashes are kept."""

    survey_id: UUID
    count: int
    codes: list[str]


Document = dict[str, Any]
