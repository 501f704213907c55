"""The base of partial changes (JSON merge patch)."""

from typing import Any, ClassVar

from pydantic import model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body

_NULL = Text("Isian ini tidak boleh dikosongkan.", "This field can't be emptied.")


class Patch(Body):
    """What isn't sent stays; null empties a field, but for those that are REQUIRED."""

    REQUIRED: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _kept(self) -> "Patch":
        if any(getattr(self, name) is None for name in self.model_fields_set & self.REQUIRED):
            raise Broken("null_forbidden", _NULL)
        return self

    def stated(self) -> dict[str, Any]:
        """The fields that were sent, as plain values."""
        return self.model_dump(exclude_unset=True)
