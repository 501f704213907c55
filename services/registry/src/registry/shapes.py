"""Wire models that several rooms use."""

from datetime import date
from typing import Any, ClassVar

from pydantic import Field, model_validator

from chassis.data.statements import Row
from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Shape

_NULL = Text("Isian yang wajib tidak dapat dikosongkan.", "A required field can't be emptied.")
_BACKWARDS = Text("Masa berlaku harus berakhir setelah mulai.", "A period must end after it begins.")


class Period(Shape):
    """The days on which something holds: from the first up to, not including, the second; null = open."""

    from_: date = Field(alias="from")
    to: date | None


class PeriodStated(Body):
    """A period as it is sent; without `from` it begins today."""

    from_: date | None = Field(None, alias="from", description="The first day; default today")
    to: date | None = Field(None, description="The first day on which it doesn't hold any more; null = open")

    @model_validator(mode="after")
    def _forward(self) -> "PeriodStated":
        if self.from_ is not None and self.to is not None and self.to <= self.from_:
            raise Broken("period_backwards", _BACKWARDS)
        return self


def shown_period(row: Row) -> dict[str, Any]:
    """`valid_from` and `valid_to` of a row as a Period."""
    return {"from": row["valid_from"], "to": row["valid_to"]}


class Patch(Body):
    """A JSON merge patch: what isn't stated stays; null empties a field, unless it is one of `REQUIRED`."""

    REQUIRED: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _kept(self) -> "Patch":
        if any(getattr(self, name) is None for name in self.model_fields_set & self.REQUIRED):
            raise Broken("null_forbidden", _NULL)
        return self

    def stated(self) -> dict[str, Any]:
        """The fields that were sent."""
        return self.model_dump(exclude_unset=True)
