"""The ledger of notices: a follower of the service's own feed, so that each entry of a history tells whom it must once."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from chassis.data.events import Event
from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.ops.identifiers import new_id
from complaints.cases.lineage import find_joined
from complaints.invitations.inviting import Inviting
from complaints.notices.rules import FOLLOWED, REPORTER, Notice, channels, desk_unit, notices_of
from complaints.notices.tables import deliveries, notices

_ENTRY = Statement("""
SELECT h.action, h.actor, h.from_state, h.to_state, h.at, h.public, h.internal,
       c.type, c.custody, c.rating, c.institution_id, c.unit_id,
       EXISTS (SELECT FROM survey_invitations s WHERE s.case_id = c.id AND s.made_at = h.at) AS invited
FROM case_history h JOIN cases c ON c.id = h.case_id
WHERE h.case_id = CAST(:case_id AS uuid) AND h.sequence = :sequence
""")
_CONTACTS = Statement("""
SELECT email_index IS NOT NULL AS has_email, phone_index IS NOT NULL AS has_phone
FROM reporters WHERE case_id = CAST(:case_id AS uuid)
""")
_TELL = Statement(
    insert(notices)
    .values({column.name: bindparam(column.name, type_=column.type) for column in notices.c})
    .on_conflict_do_nothing(constraint="notices_once_key")
    .returning(notices.c.id)
)
_QUEUE = Statement(
    insert(deliveries)
    .values(
        {
            name: bindparam(name, type_=deliveries.c[name].type)
            for name in ("id", "notice_id", "channel", "state", "next_attempt_at")
        }
    )
    .on_conflict_do_nothing(constraint="deliveries_once_key")
)


class EntryMissing(LookupError):
    """The feed tells of an entry that the history lacks: the record was altered."""


class NoticeLedger:
    """What a `Follower` keeps of the service's own feed. `available`: the channels that have an adapter.

    `inviting` sees each event first: of an invitation that it makes the reporter is told.
    """

    def __init__(self, desk_of: Callable[[str], str], available: Collection[str], inviting: Inviting) -> None:
        self._desk_of, self._available, self._inviting = desk_of, frozenset(available), inviting

    async def apply(self, connection: Connection, event: Event) -> None:
        """Write the notices of one event; doing it again writes nothing. Raises EntryMissing."""
        if not event.type.startswith("case."):
            return
        await self._inviting.apply(connection, event)
        case_id = UUID(event.subject_id)
        entry = await _ENTRY.fetchrow(connection, case_id=case_id, sequence=event.sequence)
        if entry is None:
            raise EntryMissing(event.sequence)
        found = notices_of(entry, entry, self._desk_of)
        for notice in found:
            await self._tell(connection, case_id, notice, about=case_id, sequence=event.sequence, entry=entry)
        followed = [notice for notice in found if notice.recipient == REPORTER and notice.kind in FOLLOWED]
        for joined in await find_joined(connection, case_id) if followed else ():
            for notice in followed:
                await self._tell(connection, joined, notice, about=case_id, sequence=event.sequence, entry=entry)

    async def reset(self, connection: Connection) -> None:
        """Nothing: what was told stays told."""

    async def sweep(self, connection: Connection) -> None:
        """Nothing: what was told stays told."""

    async def _tell(
        self, connection: Connection, case_id: UUID, notice: Notice, *, about: UUID, sequence: int, entry: Row
    ) -> None:
        to_reporter = notice.recipient == REPORTER
        place: dict[str, Any] = {name: None if to_reporter else entry[name] for name in ("institution_id", "unit_id")}
        if not to_reporter:
            place["unit_id"] = desk_unit(entry) or place["unit_id"]
        notice_id = await _TELL.fetchval(
            connection,
            id=new_id(),
            case_id=case_id,
            about_case_id=about,
            sequence=sequence,
            kind=notice.kind,
            recipient=notice.recipient,
            at=entry["at"],
            **place,
        )
        if notice_id is None or not to_reporter:
            return
        contacts = await _CONTACTS.fetchrow(connection, case_id=case_id)
        for channel in channels(**contacts, available=self._available) if contacts is not None else ():
            await _QUEUE.execute(
                connection,
                id=new_id(),
                notice_id=notice_id,
                channel=channel,
                state="queued",
                next_attempt_at=entry["at"],
            )
