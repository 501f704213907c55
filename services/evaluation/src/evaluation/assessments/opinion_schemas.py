"""Wire models of the Ombudsman's opinions."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Line, Prose, Shape
from evaluation.instruments.schemas import ItemCode


class OpinionSaid(Body):
    """What was announced. `category` and `zone` may be left out where the scheme's bounds give them."""

    scheme: Line = Field(description="The scheme by its years", examples=["2022-2024"])
    score: Decimal = Field(ge=0, le=100, decimal_places=2)
    category: ItemCode | None = Field(None, description="Code of the scheme's vocabulary; of an opinion its quality")
    zone: ItemCode | None = None
    opinion: ItemCode | None = Field(None, description="Needed from 2025 on, see ombudsman_opinions_2025")
    source: Line | None = None


class NewOpinion(OpinionSaid):
    """An announced result of an institution and a year."""

    institution_id: UUID
    year: int = Field(ge=2013, le=2100)


class OpinionCorrection(OpinionSaid):
    """What was really announced, and how the mistake was found. Institution and year stay."""

    reason: Prose


class Opinion(Shape):
    id: UUID
    institution_id: UUID
    year: int
    scheme: str
    score: float
    category: str
    zone: str | None
    opinion: str | None
    source: str | None
    version: int
    created_at: datetime


class ReplacedOpinion(Shape):
    """What stood before a correction, and why it was corrected."""

    version: int
    scheme: str
    score: float
    category: str
    zone: str | None
    opinion: str | None
    source: str | None
    reason: str
    replaced_at: datetime


class OpinionDetail(Opinion):
    """An opinion with its corrections, the newest first."""

    corrections: list[ReplacedOpinion]


class OpinionPage(Shape):
    items: list[Opinion]
    next: str | None
    count: int | None = None
