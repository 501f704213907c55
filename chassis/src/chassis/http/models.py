"""The bases of wire models, and the types they share. A room's models live in its own schemas.py."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints


class Body(BaseModel):
    """What a caller sends: unknown fields are refused, blanks around a text are dropped."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class Shape(BaseModel):
    """What a caller is sent: every field is stated."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class Label(Shape):
    """A label in both languages."""

    id: str
    en: str


Line = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\r\n]*$")]
"""One line of text."""
Prose = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
"""Several lines of text."""
Code = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")]
RegionCode = Annotated[str, StringConstraints(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.[123]\d{3})?)?)?$")]
"""A Kemendagri region code, `PP`, `PP.KK`, `PP.KK.CC` or `PP.KK.CC.DDDD`."""


def _bounded(instant: datetime) -> datetime:
    if not 1900 <= instant.year <= 9000:
        raise ValueError("out of range")
    return instant


Instant = Annotated[AwareDatetime, AfterValidator(_bounded)]
