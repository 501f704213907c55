"""Days of a calendar as they are sent. Pure."""

from datetime import date
from typing import Any

from chassis.http.languages import Text
from directory.calendars import Calendar

MOST_DAYS = 366
"""That are told of in one reply."""
SPAN = Text(
    f"Rentang harus 1 sampai {MOST_DAYS} hari; `to` adalah hari sesudah yang terakhir.",
    f"The span must be 1 to {MOST_DAYS} days; `to` is the day after the last.",
)


def shown_day(calendar: Calendar, day: date) -> dict[str, Any]:
    """Its kind (day_kinds), its name if it has one, and its hours of service."""
    mark = calendar.mark(day)
    return {
        "date": day,
        "kind": mark.kind,
        "name": {"id": mark.name_id, "en": mark.name_en} if mark.name_id else None,
        "blocks": [[f"{opening:%H:%M}", f"{closing:%H:%M}"] for opening, closing in calendar.blocks(day)],
    }
