"""Wire models of hints at duplicates."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from chassis.http.models import Body, Prose, RegionCode, Shape
from complaints.intake.schemas import Location


class AboutToFile(Body):
    """What somebody is about to file. It is neither kept nor logged."""

    title: Annotated[str, StringConstraints(max_length=200)] = ""
    body: Prose
    region_code: RegionCode | None = None
    location: Location | None = None
    occurred_on: date | None = None


class Alike(Shape):
    """A public case that may be the same matter; how much so from 0 to 1. What may be read of it stands at
    `/v1/public/complaints/{id}`; here is no word of it."""

    id: UUID
    likeness: float
    type: str
    state: str
    category: str | None
    region_code: str | None
    unit_id: UUID | None
    unit_name: str | None
    received_on: date


class DuplicateHints(Shape):
    """At most five, the likest first. `complete` false: the search took too long and was left."""

    items: list[Alike]
    complete: bool
