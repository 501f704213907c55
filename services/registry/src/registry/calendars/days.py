"""A day of a calendar as it is sent. Pure."""

from datetime import date
from typing import Any

from directory.calendars import Calendar


def shown_day(calendar: Calendar, day: date) -> dict[str, Any]:
    """Its kind (day_kinds), its name if it has one, and its hours of service."""
    mark = calendar.mark(day)
    return {
        "date": day,
        "kind": mark.kind,
        "name": {"id": mark.name_id, "en": mark.name_en} if mark.name_id else None,
        "blocks": [[f"{opening:%H:%M}", f"{closing:%H:%M}"] for opening, closing in calendar.blocks(day)],
    }
