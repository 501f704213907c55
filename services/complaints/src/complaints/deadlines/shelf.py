"""What cases are counted by and share: policies, calendars, adoptions; read once for whoever goes through many cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from chassis.data.pool import Connection
from complaints.deadlines.queries import calendar_of
from complaints.policies.queries import Adoption, Policies, load_adoptions, load_policies
from directory.calendars import Calendar


@dataclass
class _Kept:
    policies: Policies | None = None
    calendars: dict[UUID | None, Calendar] = field(default_factory=dict)
    adoptions: Mapping[UUID, Sequence[Adoption]] | None = None


class Shelf:
    """Kept until the directory's copy or the policies change (`forget`); open cases are counted anew then all the same."""

    def __init__(self) -> None:
        self._kept = _Kept()

    def forget(self) -> None:
        """The copy, or the policies, changed. What is being read at this moment is put away with what was held."""
        self._kept = _Kept()

    async def policies(self, connection: Connection) -> Policies:
        """Every version of every policy."""
        kept = self._kept
        if kept.policies is None:
            kept.policies = await load_policies(connection)
        return kept.policies

    async def calendar(self, connection: Connection, institution_id: UUID | None) -> Calendar:
        """As `queries.calendar_of`."""
        held = self._kept.calendars
        if institution_id not in held:
            held[institution_id] = await calendar_of(connection, institution_id)
        return held[institution_id]

    async def adopted(self, connection: Connection, institution_id: UUID | None, day: date) -> frozenset[str]:
        """As `policies.queries.find_adopted`."""
        kept = self._kept
        if kept.adoptions is None:
            kept.adoptions = await load_adoptions(connection)
        mine = kept.adoptions.get(institution_id, ()) if institution_id else ()
        return frozenset(each.policy_code for each in mine if each.adopted_on <= day)
