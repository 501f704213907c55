"""The working-time calendar of an institution, from the registry copy."""

from datetime import date, datetime, time
from uuid import UUID

from chassis.data.pool import Connection
from chassis.http.languages import Text
from chassis.http.problems import Unavailable
from directory.calendars import Calendar
from directory.copy import NoCalendar, find_calendar_of

NOON = time(12)


class CalendarMissing(Unavailable):
    """No calendar has arrived from the registry: nothing can be counted in working days yet."""

    code = "calendar_missing"
    title = Text("Kalender kerja belum tersedia", "The working calendar hasn't arrived")


async def calendar_of(connection: Connection, institution_id: UUID) -> Calendar:
    """The calendar by which an institution's terms run, in its own zone. Raises CalendarMissing."""
    try:
        return await find_calendar_of(connection, institution_id)
    except NoCalendar:
        raise CalendarMissing from None


def instant_of(day: date, calendar: Calendar) -> datetime:
    """A local day as an instant of it, for terms that run from a day."""
    return datetime.combine(day, NOON, calendar.zone)
