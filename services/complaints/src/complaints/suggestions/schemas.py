"""Wire models of category suggestions and of the models behind them."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from chassis.http.models import Body, Label, Prose, Shape


class Described(Body):
    """What somebody is about to file. It is neither kept nor logged."""

    title: Annotated[str, StringConstraints(max_length=200)] = ""
    body: Prose


class CategorySuggestion(Shape):
    """A category and how sure the model is of it, from 0 to 1."""

    category: str
    label: Label
    confidence: float


class CategorySuggestions(Shape):
    """At most three, the likeliest first; none for a text of which the model knows no word. `model`: its version."""

    model: int | None
    items: list[CategorySuggestion]


class Band(Shape):
    """Texts of which the model was so sure (`from` to before `to`), its mean confidence and the share that was right."""

    from_: float = Field(serialization_alias="from")
    to: float
    texts: int
    confidence: float | None
    right: float | None


class Mistaken(Shape):
    """A category that is recognised badly: of so many texts so many right, and for what the others were taken."""

    category: str
    texts: int
    right: int
    mistaken_for: dict[str, int]


class Error(Shape):
    """How the model does on texts that it hasn't seen; shares from 0 to 1, null of no text."""

    texts: int
    accuracy: float | None
    top_three: float | None
    calibration_error: float | None
    calibration: list[Band]
    worst: list[Mistaken]


class AutomaticShown(Shape):
    """Whether it may decide by itself: of `texts` unseen ones of which it was at least so sure, `right` were right; it needs
    this share of at least so many."""

    from_: float = Field(serialization_alias="from")
    texts: int
    right: int
    fewest_texts: int
    share_right: float
    allowed: bool


class Errors(Shape):
    """On the examples that ship, which are easier than what people write, and on texts that officers classified (null: none
    yet)."""

    examples: Error
    decisions: Error | None
    automatic: AutomaticShown


class CategoryModel(Shape):
    """A model. `texts`: those of officers that it learned from. `automatic_from`: the confidence from which it gives a category to
    a filing that has none; null: never."""

    version: int
    texts: int
    automatic_from: float | None
    error: Errors
    created_at: datetime


class CategoryModels(Shape):
    items: list[CategoryModel]
    next: str | None
