"""A row of a recap: what is read of LAPOR!'s, in our words."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, RegionCode
from complaints.recaps import words

_BEFORE = Text("Tanggal ini mendahului laporan masuk.", "This date is before the report was received.")
_STARS = Text("Penilaian adalah bilangan 1 sampai 5.", "A rating is a number from 1 to 5.")


def _number(cell: Any) -> Any:
    """`#9165816` is 9165816."""
    return cell.strip().removeprefix("#") if isinstance(cell, str) else cell


def _stars(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    if cell.strip() in ("", "-", "0"):
        return None
    if cell.strip() not in ("1", "2", "3", "4", "5"):
        raise Broken("rating", _STARS)
    return int(cell)


At = Annotated[datetime, BeforeValidator(words.instant)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class RecapRow(Body):
    """What our state, type and class are made of; `received_at` stands before the dates that are compared with it."""

    lapor_id: Annotated[
        str, BeforeValidator(_number), StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._/-]+$")
    ]
    status: Words
    received_at: At
    classification: Words = "Pengaduan"
    category: Words | None = None
    unit: Words | None = None
    region_code: RegionCode | None = None
    disposed_at: At | None = None
    followed_up_at: At | None = None
    closed_at: At | None = None
    rating: Annotated[int | None, BeforeValidator(_stars)] = Field(None)

    @field_validator("status")
    @classmethod
    def _is_a_status(cls, said: str) -> str:
        words.state(said)
        return said

    @field_validator("classification")
    @classmethod
    def _is_a_classification(cls, said: str) -> str:
        words.type_and_class(said)
        return said

    @field_validator("disposed_at", "followed_up_at", "closed_at")
    @classmethod
    def _after_receipt(cls, at: datetime | None, info: ValidationInfo) -> datetime | None:
        received: datetime | None = info.data.get("received_at")
        if at is not None and received is not None and at.date() < received.date():
            raise Broken("before_receipt", _BEFORE)
        return at


MODELS = {"lapor_recap": RecapRow}
