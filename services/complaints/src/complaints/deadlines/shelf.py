"""What cases are counted by and share: policies, calendars, adoptions; read once for whoever goes through many cases."""

from datetime import date
from uuid import UUID

from chassis.data.pool import Connection
from complaints.deadlines.queries import calendar_of
from complaints.policies.queries import Policies, find_adopted, load_policies
from directory.calendars import Calendar


class Shelf:
    """Kept for one round alone: a calendar that changes meanwhile is counted by in the next."""

    def __init__(self) -> None:
        self._policies: Policies | None = None
        self._calendars: dict[UUID | None, Calendar] = {}
        self._adopted: dict[tuple[UUID | None, date], frozenset[str]] = {}

    async def policies(self, connection: Connection) -> Policies:
        """Every version of every policy."""
        if self._policies is None:
            self._policies = await load_policies(connection)
        return self._policies

    async def calendar(self, connection: Connection, institution_id: UUID | None) -> Calendar:
        """As `queries.calendar_of`."""
        if institution_id not in self._calendars:
            self._calendars[institution_id] = await calendar_of(connection, institution_id)
        return self._calendars[institution_id]

    async def adopted(self, connection: Connection, institution_id: UUID | None, day: date) -> frozenset[str]:
        """As `policies.queries.find_adopted`."""
        place = (institution_id, day)
        if place not in self._adopted:
            self._adopted[place] = await find_adopted(connection, institution_id, day)
        return self._adopted[place]
