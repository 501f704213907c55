"""What a follower keeps of each feed: of the registry the directory and the standards, of complaints the cases."""

from chassis.data.events import Event
from chassis.data.pool import Connection
from directory.follower import RegistryCopy
from evaluation.facts.invitations import FACT, take_invitation
from evaluation.facts.taking import RESET, SWEEP, take_case, take_standard


class RegistryFacts:
    """The directory copy and, beside it, every version of a standard that came into force."""

    def __init__(self) -> None:
        self._directory = RegistryCopy()

    async def apply(self, connection: Connection, event: Event) -> None:
        """Take an event of the registry in."""
        if event.type.startswith("standard."):
            await take_standard(connection, event)
        else:
            await self._directory.apply(connection, event)

    async def reset(self, connection: Connection) -> None:
        """Before a rebuild: every event of the feed counts as new. What is held stays readable."""
        await self._directory.reset(connection)
        await RESET["facts_standards"].execute(connection)

    async def sweep(self, connection: Connection) -> None:
        """After a rebuild: remove what the feed didn't mention."""
        await self._directory.sweep(connection)
        await SWEEP["facts_standards"].execute(connection)


class ComplaintsFacts:
    """Every case, without whoever filed it and what was written; and invitations, which a rebuild leaves as they are."""

    async def apply(self, connection: Connection, event: Event) -> None:
        """Take an event of complaints in: a case as it is now, or an invitation to a survey; others are left alone."""
        if event.type.startswith("case."):
            await take_case(connection, event)
        elif event.type == FACT:
            await take_invitation(connection, event)

    async def reset(self, connection: Connection) -> None:
        """Before a rebuild: every event of the feed counts as new. What is held stays readable."""
        await RESET["facts_cases"].execute(connection)

    async def sweep(self, connection: Connection) -> None:
        """After a rebuild: remove what the feed didn't mention."""
        await SWEEP["facts_cases"].execute(connection)
