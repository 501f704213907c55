"""Wire models of response templates."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Line, Prose, Shape

Kind = Literal["first", "interim", "clarification_request", "substantive"]
_NO_TEXT = Text("Isi teks dalam sedikitnya satu bahasa.", "Give the text in at least one language.")


class TextsBody(Body):
    """The text by language; variables as `{{tracking_code}}`, those of the vocabulary template_variables."""

    id: Prose | None = None
    en: Prose | None = None

    @model_validator(mode="after")
    def _in_one_language(self) -> Self:
        if self.id is None and self.en is None:
            raise Broken("missing", _NO_TEXT)
        return self

    def given(self) -> dict[str, str]:
        """The languages that have a text."""
        return {name: text for name, text in (("id", self.id), ("en", self.en)) if text is not None}


class TemplateBody(Body):
    """A template of an institution, for one kind of answer."""

    institution_id: UUID
    name: Line
    kind: Kind
    texts: TextsBody


class TemplateVersionBody(Body):
    """The next text of a template; the earlier ones stay."""

    texts: TextsBody
    name: Line | None = None


class TemplateArchival(Body):
    """Nothing to say: the template is no longer offered."""


class Template(Shape):
    """A template with the text of one version. `uses`: answers that began with it, whatever the version."""

    id: UUID
    institution_id: UUID
    name: str
    kind: str
    version: int
    texts: dict[str, str]
    variables: list[str]
    uses: int
    archived_at: datetime | None
    created_at: datetime
    updated_at: datetime


class TemplatePage(Shape):
    items: list[Template]
    next: str | None
    count: int | None = None


class TemplatePreview(Shape):
    """The text as the case would fill it. `missing`: variables for which the case says nothing yet."""

    template_id: UUID
    version: int
    language: str
    body: str
    missing: list[str]


class TemplateUse(Body):
    """With which template an answer begins. Its text is taken as it is unless the answer brings its own."""

    id: UUID
    language: Literal["id", "en"] = "id"
    version: Annotated[int | None, Field(ge=1, le=2_000_000_000)] = None
