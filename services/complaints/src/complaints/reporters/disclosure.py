"""Identity disclosure: the vault of an anonymous or protected reporter is opened for an examination, on the record (§4).

Who opened it may read the identity from then on; each reading is logged, and the reporter is told unless the law forbids.
"""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import Uuid, bindparam, insert, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Line, Prose
from chassis.http.problems import Conflict
from chassis.ops.identifiers import new_id
from complaints.cases.callers import CaseCaller
from complaints.cases.operations import Opened
from complaints.moves.moving import move
from complaints.reporters.queries import find_reporter
from complaints.reporters.tables import identity_disclosures

_WHY_NOT = Text(
    "Sebutkan aturan yang melarang pemberitahuan kepada pelapor.", "Name the law that forbids telling the reporter."
)


class IdentityOpen(Conflict):
    """The case is neither anonymous nor protected: whoever must answer reads the identity at `/reporter`."""

    code = "identity_not_withheld"
    title = Text("Identitas pelapor tidak dirahasiakan", "The reporter's identity isn't withheld")


class NoIdentity(Conflict):
    """The case was filed without any identity: there is nothing to disclose."""

    code = "no_identity"
    title = Text("Laporan ini tidak memuat identitas", "The case holds no identity")


class Recipient(Body):
    """Who learns the identity, in which post and what for."""

    name: Line
    post: Line
    purpose: Line


class Disclosure(Body):
    """Why the examination can't go on without it, and who is told. `withheld_because` names the law that forbids telling the
    reporter; absent: the reporter is told."""

    reason: Prose
    recipients: Annotated[list[Recipient], Field(min_length=1, max_length=20)]
    legal_basis: Line | None = None
    tell_reporter: bool = True
    withheld_because: Line | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if not self.tell_reporter and self.withheld_because is None:
            raise Broken("missing", _WHY_NOT)
        return self


_KEEP = Statement(
    insert(identity_disclosures).values(
        {column.name: bindparam(column.name, type_=column.type) for column in identity_disclosures.c}
    )
)
_FOUND = Statement(
    select(identity_disclosures.c.subject, identity_disclosures.c.person_id).where(
        identity_disclosures.c.case_id == bindparam("id", type_=Uuid)
    )
)


async def disclose(connection: Connection, opened: Opened, body: Disclosure, *, now: datetime) -> Row:
    """Open the vault; returns the sealed row. Raises IdentityOpen, NoIdentity."""
    case, actor = opened.row, opened.caller.actor
    if not case["anonymous"] and case["custody"] == "ordinary":
        raise IdentityOpen
    sealed = await find_reporter(connection, case["id"])
    if sealed is None:
        raise NoIdentity
    recipients = [recipient.model_dump() for recipient in body.recipients]
    told = body.tell_reporter
    await _KEEP.execute(
        connection,
        id=new_id(),
        case_id=case["id"],
        at=now,
        actor=opened.actor,
        subject=_subject(opened.caller),
        person_id=actor.person_id,
        reason=body.reason,
        legal_basis=body.legal_basis,
        recipients=recipients,
        withheld_because=None if told else body.withheld_because,
    )
    posts: list[dict[str, Any]] = [{"post": each.post, "purpose": each.purpose} for each in body.recipients]
    await move(
        connection,
        case,
        action="identity_disclosure",
        to_state=opened.to(case["state"]).to,
        actor=opened.actor,
        now=now,
        public={"recipients": posts, "legal_basis": body.legal_basis} if told else {"hidden": True},
        internal={"reason": body.reason, "recipients": recipients, "withheld_because": body.withheld_because},
    )
    return sealed


async def was_disclosed_to(connection: Connection, case_id: UUID, caller: CaseCaller) -> bool:
    """Whether this caller opened the vault of the case."""
    person = caller.actor.person_id
    rows = await _FOUND.fetch(connection, id=case_id)
    return any(row["subject"] == _subject(caller) or (person and row["person_id"] == person) for row in rows)


def _subject(caller: CaseCaller) -> str:
    return f"{caller.actor.kind}:{caller.actor.id}"
