"""Invitations to a service's survey that complaints gave to the reporters of closed cases: only the digests of their codes.

A code waits for the survey: it is good for whichever of the service's surveys is open when it is used, once in all.
"""

import hashlib
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from chassis.data.events import Event
from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from evaluation.facts.tables import facts_survey_invitations
from evaluation.facts.told import InvitationTold

FACT = "survey.invited"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})

_TAKE = Statement(
    insert(facts_survey_invitations)
    .values(
        {
            name: bindparam(name, type_=facts_survey_invitations.c[name].type)
            for name in ("code_sha256", "service_id", "expires_on")
        }
    )
    .on_conflict_do_nothing()
)
_FIND = Statement("SELECT * FROM facts_survey_invitations WHERE code_sha256 = CAST(:code_sha256 AS bytea)")
_USE = Statement("""
UPDATE facts_survey_invitations SET used_on = CAST(:day AS date), survey_id = CAST(:survey_id AS uuid)
WHERE code_sha256 = CAST(:code_sha256 AS bytea) AND used_on IS NULL RETURNING 1
""")


async def take_invitation(connection: Connection, event: Event) -> None:
    """Keep what a `survey.invited` event says; again changes nothing. Raises ValueError for other data."""
    await _TAKE.execute(connection, **InvitationTold.model_validate(event.data).model_dump())


async def find_invitation(connection: Connection, code: str) -> Row | None:
    """The invitation of a code, however it was typed."""
    return await _FIND.fetchrow(connection, code_sha256=_digest(code))


async def use_invitation(connection: Connection, invitation: Row, survey_id: UUID, day: date) -> bool:
    """Use it up; False if it was used before. Of two at once one waits, and is told so."""
    digest = invitation["code_sha256"]
    return await _USE.fetchval(connection, code_sha256=digest, survey_id=survey_id, day=day) is not None


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.upper().translate(_MISREAD).encode()).digest()
