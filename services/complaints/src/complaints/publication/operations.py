"""Clearing words of a case for the public, and taking them back: an entry in its history; every version stays on record."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, Unprocessable
from chassis.http.versions import Expected
from complaints.cases.callers import CaseCaller
from complaints.cases.operations import reach_case
from complaints.cases.visibility import INSTITUTION_ADMIN
from complaints.moves.moving import move
from complaints.publication import queries
from complaints.publication.identifying import points_at_somebody
from complaints.publication.schemas import PublicTextBody
from complaints.publication.tables import public_texts
from directory.roles import LIAISON, OFFICER, UNIT_HEAD

ACTION, FACT = "clearing", "cleared"
CLEARING = frozenset({LIAISON, OFFICER, UNIT_HEAD, INSTITUTION_ADMIN})
_PERSONAL = Text(
    "Teks memuat nomor telepon, NIK, atau alamat surel; samarkan dulu.",
    "The text holds a telephone number, a NIK or an e-mail address; mask it first.",
)
_KEEP = Statement(
    insert(public_texts).values({each.name: bindparam(each.name, type_=each.type) for each in public_texts.c})
)


class NotPublic(Conflict):
    """A confidential or protected case has no words for the public, nor one that nobody verified yet."""

    code = "case_not_public"
    title = Text("Laporan ini tidak terbuka bagi umum", "This case isn't open to the public")


async def clear(
    connection: Connection,
    case_id: UUID,
    body: PublicTextBody | None,
    *,
    caller: CaseCaller,
    expected: Expected,
    now: datetime,
) -> Row:
    """Let the public read these words of the case, or none any more. The words are part of the case: clearing them makes a new
    version of it, which the result names as `case_version`. Of two who clear what they read of one version, one is told.

    Raises NotFound, TookPart, Forbidden, StaleVersion, NotPublic, Unprocessable.
    """
    case, roles, _ = await reach_case(connection, case_id, caller, now)
    if not roles & CLEARING:
        raise Forbidden
    expected.check(case["version"])
    if body is not None:
        _check(case, body)
    held = await queries.find_cleared(connection, case_id)
    actor = caller.record(roles & CLEARING)
    row = {
        "case_id": case_id,
        "version": 1 if held is None else held["version"] + 1,
        **(body.model_dump() if body is not None else {"title": None, "text": None, "answer": None}),
        "cleared_by": actor,
        "cleared_at": now,
    }
    await _KEEP.execute(connection, **row)
    after = await move(
        connection,
        case,
        action=ACTION,
        to_state=case["state"],
        actor=actor,
        now=now,
        public={"taken_back": True} if body is None else {},
        internal={"public_text": row["version"]},
        fact=FACT,
    )
    return {**row, "case_version": after["version"]}


def _check(case: Row, body: PublicTextBody) -> None:
    if case["custody"] != "ordinary" or case["confidential"] or case["file_complete_at"] is None:
        raise NotPublic
    words = body.model_dump(exclude_none=True)
    flaws = [Flaw(f"/{name}", "personal_data", _PERSONAL) for name, said in words.items() if points_at_somebody(said)]
    if flaws:
        raise Unprocessable(errors=flaws)
