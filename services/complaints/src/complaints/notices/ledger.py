"""The ledger of notices: a follower of the service's own feed, so that each entry of a history tells whom it must once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.data.events import Event
from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.ops.identifiers import new_id
from complaints.cases.lineage import find_joined
from complaints.invitations.inviting import Inviting
from complaints.notices.rules import FOLLOWED, REPORTER, Notice, channels, desk_unit, notices_of
from complaints.notices.tables import deliveries, notices

_ENTRIES = Statement("""
SELECT told.case_id, told.sequence, h.action, h.actor, h.from_state, h.to_state, h.at, h.public, h.internal,
       c.type, c.custody, c.rating, c.institution_id, c.unit_id,
       EXISTS (SELECT FROM survey_invitations s WHERE s.case_id = c.id AND s.made_at = h.at) AS invited
FROM unnest(CAST(:case_ids AS uuid[]), CAST(:sequences AS bigint[])) WITH ORDINALITY AS told (case_id, sequence, place)
JOIN case_history h ON h.case_id = told.case_id AND h.sequence = told.sequence
JOIN cases c ON c.id = h.case_id
ORDER BY told.place
""")
_CONTACTS = Statement("""
SELECT case_id, email_index IS NOT NULL AS has_email, phone_index IS NOT NULL AS has_phone
FROM reporters WHERE case_id = ANY (CAST(:case_ids AS uuid[]))
""")
_ROWS = "SELECT each.* FROM jsonb_populate_recordset(CAST(NULL AS {0}), CAST(:rows AS jsonb)) AS each"
_TELL = Statement(
    f"INSERT INTO {notices.name} {_ROWS.format(notices.name)} "
    "ON CONFLICT ON CONSTRAINT notices_once_key DO NOTHING RETURNING id"
)
_QUEUE = Statement(
    f"INSERT INTO {deliveries.name} {_ROWS.format(deliveries.name)} "
    "ON CONFLICT ON CONSTRAINT deliveries_once_key DO NOTHING"
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
        await self.apply_all(connection, [event])

    async def apply_all(self, connection: Connection, events: Sequence[Event]) -> None:
        """Write the notices of a page of events by a few statements: each filing brings one, and they come by hundreds."""
        told = [event for event in events if event.type.startswith("case.")]
        for event in told:
            await self._inviting.apply(connection, event)
        if not told:
            return
        case_ids, sequences = [UUID(event.subject_id) for event in told], [event.sequence for event in told]
        entries = await _ENTRIES.fetch(connection, case_ids=case_ids, sequences=sequences)
        if len(entries) < len(told):
            found = {(entry["case_id"], entry["sequence"]) for entry in entries}
            raise EntryMissing(next(key for key in zip(case_ids, sequences, strict=True) if key not in found))
        rows = [row for entry in entries for row in await self._rows(connection, entry)]
        if rows:
            new = {row["id"] for row in await _TELL.fetch(connection, rows=rows)}
            await self._queue(connection, [row for row in rows if row["id"] in new and row["recipient"] == REPORTER])

    async def _rows(self, connection: Connection, entry: Row) -> list[dict[str, Any]]:
        """The notices of one entry: of its case, and for the reporters of the cases that were merged into it."""
        found = notices_of(entry, entry, self._desk_of)
        rows = [_row(entry["case_id"], notice, entry) for notice in found]
        followed = [notice for notice in found if notice.recipient == REPORTER and notice.kind in FOLLOWED]
        for joined in await find_joined(connection, entry["case_id"]) if followed else ():
            rows += [_row(joined, notice, entry) for notice in followed]
        return rows

    async def _queue(self, connection: Connection, told: Sequence[Mapping[str, Any]]) -> None:
        """Queue what is also sent to reporters who gave an address."""
        if not told:
            return
        found = await _CONTACTS.fetch(connection, case_ids=[row["case_id"] for row in told])
        contacts = {
            row["case_id"]: channels(has_email=row["has_email"], has_phone=row["has_phone"], available=self._available)
            for row in found
        }
        rows = [_delivery(row, channel) for row in told for channel in contacts.get(row["case_id"], ())]
        if rows:
            await _QUEUE.execute(connection, rows=rows)

    async def reset(self, connection: Connection) -> None:
        """Nothing: what was told stays told."""

    async def sweep(self, connection: Connection) -> None:
        """Nothing: what was told stays told."""


def _row(case_id: UUID, notice: Notice, entry: Row) -> dict[str, Any]:
    """A row of `notices`. One for the reporter lies at nobody's desk."""
    to_reporter = notice.recipient == REPORTER
    return {
        "id": new_id(),
        "case_id": case_id,
        "about_case_id": entry["case_id"],
        "sequence": entry["sequence"],
        "kind": notice.kind,
        "recipient": notice.recipient,
        "institution_id": None if to_reporter else entry["institution_id"],
        "unit_id": None if to_reporter else desk_unit(entry) or entry["unit_id"],
        "at": entry["at"],
    }


def _delivery(notice: Mapping[str, Any], channel: str) -> dict[str, Any]:
    """A row of `deliveries`, to be sent at once."""
    return {
        "id": new_id(),
        "notice_id": notice["id"],
        "channel": channel,
        "state": "queued",
        "attempts": 0,
        "next_attempt_at": notice["at"],
    }
