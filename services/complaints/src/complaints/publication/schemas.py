"""Wire models of what the public sees."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field, model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Line, Prose, Shape

_NOTHING = Text("Sertakan judul, isi atau jawaban.", "Give a title, a text or an answer.")


class PublicTextBody(Body):
    """Words for the public, with the names of persons masked by whoever clears them."""

    title: Line | None = None
    text: Prose | None = None
    answer: Prose | None = Field(None, description="what was answered, for the public")

    @model_validator(mode="after")
    def _says_something(self) -> "PublicTextBody":
        if self.title is None and self.text is None and self.answer is None:
            raise Broken("nothing_given", _NOTHING)
        return self


class PublicText(Shape):
    """The words that are public now; all null: none."""

    case_id: UUID
    title: str | None
    text: str | None
    answer: str | None
    cleared_at: datetime


class PublicCase(Shape):
    """A case as anybody may see it. `title`, `text` and `answer` are null until an officer cleared them."""

    id: UUID
    type: str
    case_class: str = Field(serialization_alias="class")
    state: str
    status: str
    category: str | None
    region_code: str | None = Field(description="down to the regency or city")
    channel: str
    anonymous: bool
    institution_id: UUID | None
    institution_name: str | None
    unit_id: UUID | None
    unit_name: str | None
    service_id: UUID | None
    received_on: date
    resolved_on: date | None
    late: bool
    outcome_code: str | None
    rating: int | None
    title: str | None
    text: str | None
    answer: str | None


class PublicCasePage(Shape):
    items: list[PublicCase]
    next: str | None
    count: int | None = None
