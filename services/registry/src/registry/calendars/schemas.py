"""Wire models of calendars."""

from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Code, Label, Line, RegionCode, Shape

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
_ORDER = Text(
    "Blok jam kerja harus berurutan, tidak bertumpang tindih, dan berakhir setelah mulai.",
    "Blocks of working time must follow each other, not overlap, and end after they start.",
)
_TWICE = Text("Ada tanggal yang muncul dua kali.", "A date stands there twice.")
_HOURS = Text(
    "Kalender tanpa wilayah menetapkan jam kerja: tanpa satu pun hari kerja, tenggat tidak dapat dihitung.",
    "A calendar without a region sets working hours: without a single working day no term can be counted.",
)
_ZONE = Text("Zona waktu tidak dikenal, misalnya Asia/Jakarta.", "The time zone isn't known; one is Asia/Jakarta.")


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise Broken("time_zone", _ZONE)
    return name


class Names(Body):
    """A label in both languages, as it is sent."""

    id: Line
    en: Line


class CalendarDay(Body):
    """A day that isn't an ordinary one; `kind` is of the vocabulary day_kinds."""

    date: date
    kind: Literal["working_day", "national_holiday", "collective_leave", "local_holiday", "closed_by_emergency"]
    name_id: Line
    name_en: Line
    source: Annotated[str, StringConstraints(max_length=300)] = ""
    estimated: bool = False


class CalendarDocument(Body):
    """A calendar as it is put: the whole of it, replacing the version before.

    With `region_code` it is a layer: its days stand over the national ones in that region, and so do its hours if it has any.
    """

    name: Names
    time_zone: Annotated[str, AfterValidator(_zone)]
    region_code: RegionCode | None = None
    working_blocks: dict[Weekday, Annotated[list[tuple[TimeOfDay, TimeOfDay]], Field(max_length=8)]]
    days: Annotated[list[CalendarDay], Field(max_length=5_000)]
    source: Line

    @model_validator(mode="after")
    def _layered(self) -> "CalendarDocument":
        if self.region_code is None and not any(self.working_blocks.values()):
            raise Broken("no_working_blocks", _HOURS)
        return self

    @model_validator(mode="after")
    def _sound(self) -> "CalendarDocument":
        for blocks in self.working_blocks.values():
            moments = [moment for block in blocks for moment in block]
            if moments != sorted(set(moments)):
                raise Broken("blocks_overlap", _ORDER)
        if len({day.date for day in self.days}) != len(self.days):
            raise Broken("duplicate_date", _TWICE)
        return self


class CalendarDayShape(Shape):
    date: date
    kind: str
    name_id: str
    name_en: str
    source: str
    estimated: bool = False


class Calendar(Shape):
    """A calendar's version in force. `working_blocks` are local times by weekday; a weekday without blocks is free."""

    code: Code
    version: int
    name: Label
    time_zone: str
    region_code: str | None
    working_blocks: dict[str, list[tuple[str, str]]]
    days: list[CalendarDayShape]
    source: str
    recorded_at: datetime


class CalendarPage(Shape):
    items: list[Calendar]
    next: str | None
    count: int | None = None


class CalendarVersion(Shape):
    version: int
    source: str
    recorded_at: datetime


class CalendarVersions(Shape):
    """Every version of a calendar, the newest first."""

    items: list[CalendarVersion]
    next: str | None


class LayerUsed(Shape):
    """A calendar that counts, and in which version."""

    code: str
    version: int
    region_code: str | None


class DayShown(Shape):
    """A day by all layers. `blocks`: local times of service, empty on a day that isn't worked."""

    date: date
    kind: str
    name: Label | None
    blocks: list[tuple[str, str]]


class WorkingDays(Shape):
    """The days of a place, by the national calendar and every layer over it, the most local last."""

    time_zone: str
    layers: list[LayerUsed]
    items: list[DayShown]
