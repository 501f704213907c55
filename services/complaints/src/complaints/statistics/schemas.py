"""Wire models of statistics."""

from datetime import date
from uuid import UUID

from pydantic import Field

from chassis.http.models import Shape


class Counts(Shape):
    """How many; each may be the numerator or the denominator of a share. `filed` is all of them."""

    filed: int
    matters: int = Field(description="not merged into another: cases less those that share one's matter")
    verified: int = Field(description="the file was found complete")
    answered: int = Field(description="the reporter had a first answer")
    followed_up: int = Field(description="the reporter had a substantive answer")
    resolved: int = Field(description="resolved or closed, as they stand now")
    archived: int
    withdrawn: int
    merged: int
    referred_out: int
    open: int = Field(description="none of the five before")
    late: int = Field(description="a duty of the agency was missed or has run out")
    rated: int
    rating_sum: int = Field(description="over `rated`: the mean rating")
    reopened: int
    appealed: int
    refusals: int = Field(description="refusals by units, of all cases together")
    transfers: int = Field(description="transfers to other institutions, of all cases together")


class DutyResults(Shape):
    """A duty of the agency: how often it was done in time, and how often not."""

    met: int
    breached: int


class Days(Shape):
    """Whole days of 24 hours from receipt, of the cases that came so far; null of none."""

    cases: int
    total_days: int
    p50: int | None
    p90: int | None


class Details(Shape):
    """What was asked for by `include`."""

    counts: Counts
    duties: dict[str, DutyResults] | None = None
    days: dict[str, Days] | None = None
    ratings: dict[str, int] | None = None
    outcomes: dict[str, int] | None = None


class GroupFigures(Details):
    """`group`: the code, id or first day of each dimension; null: it has none."""

    group: dict[str, str | UUID | date | None]


class ProtectedTotal(Shape):
    """Protected cases of one institution and one calendar year; fewer than five aren't told."""

    filed: int | None
    suppressed: bool


class Statistics(Shape):
    """Figures at one moment. Groups of no case are left out; `total` is of all groups."""

    group_by: list[str]
    time_zone: str
    items: list[GroupFigures]
    total: Details
    protected: ProtectedTotal | None
