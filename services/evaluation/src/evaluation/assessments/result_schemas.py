"""Wire models of results: of a unit, of a campaign, and the indexes announced over the years."""

from datetime import datetime
from uuid import UUID

from chassis.http.models import Label, Shape


class InstrumentSource(Shape):
    code: str
    version: int
    source: str


class ItemLevel(Shape):
    code: str
    label: Label
    weight: str
    level: int | None


class AspectResult(Shape):
    """`rescaled`: the weights of its items don't make 100 in this form; each counts over their sum."""

    code: str
    label: Label
    weight: str
    score: float | None
    rescaled: bool
    items: list[ItemLevel]


class EvaluatorScore(Shape):
    """The evaluators' part (F-02). `note` says where its weights are the platform's own."""

    form: str
    weight: str
    score: float | None
    rescaled: bool
    note: str | None


class UserScore(Shape):
    """The service users' part (F-03): the mean of their answers."""

    form: str
    weight: str
    score: float | None
    respondents: int


class AdditionalItem(Shape):
    code: str
    label: Label
    level: int | None


class IndexTrend(Shape):
    """The unit's published result before this one."""

    assessment_id: UUID
    campaign_title: str
    year: int
    ipp: float
    grade: str
    difference: float | None


class AssessmentResult(Shape):
    """Scores are on the instrument's scale, shown with four decimals; the index is rounded once, half up, before its letter."""

    assessment_id: UUID
    state: str
    unit_id: UUID
    instrument: InstrumentSource
    aspects: list[AspectResult]
    f02: EvaluatorScore
    f03: UserScore
    additional: list[AdditionalItem]
    missing: list[str]
    ipp: float | None
    grade: str | None
    grade_label: Label | None
    grade_note: str | None
    trend: IndexTrend | None
    computed_at: datetime


class InstitutionResult(Shape):
    """The mean of the institution's evaluated units, rounded as their indexes are."""

    institution_id: UUID
    units: int
    ipp: float
    grade: str
    grade_label: Label


class UnitResult(Shape):
    assessment_id: UUID
    unit_id: UUID
    institution_id: UUID
    state: str
    ipp: float
    grade: str


class CampaignResult(Shape):
    """What is published; for the organiser also what is confirmed. `evaluated` counts all units of the campaign."""

    campaign_id: UUID
    evaluated: int
    institutions: list[InstitutionResult]
    units: list[UnitResult]


class AnnouncedIndex(Shape):
    """An institution's index in one campaign."""

    campaign_id: UUID
    title: str
    scheme: str
    year: int
    units: int
    ipp: float
    grade: str
    grade_label: Label


class AnnouncedIndexes(Shape):
    """The newest first."""

    institution_id: UUID
    items: list[AnnouncedIndex]
    next: str | None
