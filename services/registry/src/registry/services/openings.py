"""When a service is open on a day: by its own special hours, else by the calendar and its hours of the week. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from directory.calendars import WEEKDAYS, WEEKEND, WORKING_DAY, Calendar

Row = Mapping[str, Any]
_ORDINARY = frozenset({WORKING_DAY, WEEKEND})


def open_day(service: Row, calendar: Calendar, day: date) -> dict[str, Any]:
    """A day of a service: date, kind (day_kinds or `special`), name, note, blocks of local times.

    `service`: opening_hours by weekday, special_hours, open_on_holidays, active_until. A weekend is open if the week's hours say
    so; from the day on which it isn't offered any more it is closed.
    """
    mark = calendar.mark(day)
    over = service["active_until"] is not None and service["active_until"] <= day
    special = next((each for each in service["special_hours"] if each["date"] == day.isoformat()), None)
    name = {"id": mark.name_id, "en": mark.name_en} if mark.name_id else None
    if special is not None and not over:
        return _told(day, "special", special["blocks"], name=name, note=special.get("note"))
    closed = over or (mark.kind not in _ORDINARY and not service["open_on_holidays"])
    blocks = [] if closed or not service["opening_hours"] else service["opening_hours"].get(WEEKDAYS[day.weekday()], [])
    return _told(day, mark.kind, blocks, name=name, note=None)


def _told(day: date, kind: str, blocks: Sequence[Any], *, name: Any, note: str | None) -> dict[str, Any]:
    return {"date": day, "kind": kind, "name": name, "note": note, "blocks": blocks}
