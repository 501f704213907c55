"""Wire models of filing many at once."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from chassis.http.models import Body, Shape
from complaints.intake.schemas import Filed


class Batch(Body):
    """Up to 1,000 filings, each as for `POST /v1/complaints`. One that is wrong keeps none of the others back."""

    items: Annotated[list[Any], Field(min_length=1, max_length=1000)]


class BatchItem(Shape):
    """What became of the filing at the same place: 201, 200 if its client had filed it before under this id, or a problem."""

    status: int
    id: UUID | None
    filed: Filed | None
    problem: dict[str, Any] | None


class BatchReply(Shape):
    items: list[BatchItem]
