"""Inviting: a follower of the service's own feed, so that whatever closes a case invites, once, and nothing waits for it.

The invitation and the fact that evaluation follows are written in the transaction that moves the cursor.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from chassis.data.events import Event, record
from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.ops.identifiers import new_id
from complaints.cases.lineage import find_joined
from complaints.cases.tables import cases
from complaints.deadlines.operations import setting
from complaints.deadlines.queries import calendar_of
from complaints.invitations.codes import code_digest, survey_code
from complaints.invitations.tables import survey_invitations

FACT = "survey.invited"
LIMIT = "survey_invitation_calendar_days"
MERGED = "merged"

_CASE = Statement(select(cases).where(cases.c.id == bindparam("id", type_=Uuid)))
_INVITE = Statement(
    insert(survey_invitations)
    .values({column.name: bindparam(column.name, type_=column.type) for column in survey_invitations.c})
    .on_conflict_do_nothing()
    .returning(survey_invitations.c.case_id)
)
_OF_CASE = Statement(select(survey_invitations).where(survey_invitations.c.case_id == bindparam("id", type_=Uuid)))


class Inviting:
    """Takes the service's own facts. `key`: from which codes are derived."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    async def apply(self, connection: Connection, event: Event) -> None:
        """Invite the reporter of a case that was closed for the first time, and those of the cases merged into it.

        Doing it again does nothing. A protected case invites nobody: the survey would tell of which service it was.
        """
        if event.data.get("state") != "closed":
            return
        matter = await _CASE.fetchrow(connection, id=UUID(event.subject_id))
        if matter is None:
            return
        await self._invite(connection, matter, matter["service_id"], event)
        for case_id in await find_joined(connection, matter["id"]):
            joined = await _CASE.fetchrow(connection, id=case_id)
            if joined is not None and joined["state"] == MERGED:
                await self._invite(connection, joined, joined["service_id"] or matter["service_id"], event)

    async def _invite(self, connection: Connection, case: Row, service_id: UUID | None, event: Event) -> None:
        if case["custody"] == "protected" or service_id is None:
            return
        calendar = await calendar_of(connection, case["institution_id"])
        days = await setting(connection, case, LIMIT)
        expires_on = calendar.local_day(event.occurred_at) + timedelta(days=days)
        invited = await _INVITE.fetchval(
            connection,
            case_id=case["id"],
            service_id=service_id,
            made_at=event.occurred_at,
            expires_on=expires_on,
        )
        if invited is None:
            return
        # The fact names no case, nor the minute in which one was closed: an answer is nobody's.
        await record(
            connection,
            FACT,
            subject=f"survey-invitations/{new_id()}",
            sequence=1,
            data={
                "code_sha256": code_digest(survey_code(self._key, case["id"])).hex(),
                "service_id": service_id,
                "expires_on": expires_on,
            },
            at=event.occurred_at.replace(minute=0, second=0, microsecond=0),
            visibility="internal",
        )


async def find_invitation(connection: Connection, case_id: UUID) -> Row | None:
    """The invitation of a case."""
    return await _OF_CASE.fetchrow(connection, id=case_id)
