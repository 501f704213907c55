"""Clearing words of a case for the public, and taking them back. Every version stays on record."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, NotFound, Unprocessable
from chassis.http.versions import Expected
from complaints.cases.callers import CaseCaller
from complaints.cases.operations import TookPart, lock_case
from complaints.cases.visibility import INSTITUTION_ADMIN, roles_on
from complaints.publication import queries
from complaints.publication.identifying import points_at_somebody
from complaints.publication.schemas import PublicTextBody
from complaints.publication.tables import public_texts
from directory.copy import find_ancestors
from directory.roles import LIAISON, OFFICER, UNIT_HEAD
from directory.zones import national_day

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
    """Let the public read these words of the case, or none any more. The words are part of the case: `expected` is its version,
    which they don't change and which the result names as `case_version`.

    Raises NotFound, TookPart, Forbidden, StaleVersion, NotPublic, Unprocessable.
    """
    case = await lock_case(connection, case_id)
    if case is None:
        raise NotFound
    ancestors = await find_ancestors(connection, case["unit_id"], national_day(now)) if case["unit_id"] else ()
    roles = roles_on(caller, case, ancestors, now)
    if not roles:
        raise NotFound
    if caller.actor.person_id is not None and caller.actor.person_id in case["accused_person_ids"]:
        raise TookPart
    if not roles & CLEARING:
        raise Forbidden
    expected.check(case["version"])
    if body is not None:
        _check(case, body)
    held = await queries.find_cleared(connection, case_id)
    row = {
        "case_id": case_id,
        "version": 1 if held is None else held["version"] + 1,
        **(body.model_dump() if body is not None else {"title": None, "text": None, "answer": None}),
        "cleared_by": caller.record(roles & CLEARING),
        "cleared_at": now,
    }
    await _KEEP.execute(connection, **row)
    return {**row, "case_version": case["version"]}


def _check(case: Row, body: PublicTextBody) -> None:
    if case["custody"] != "ordinary" or case["confidential"] or case["file_complete_at"] is None:
        raise NotPublic
    words = body.model_dump(exclude_none=True)
    flaws = [Flaw(f"/{name}", "personal_data", _PERSONAL) for name, said in words.items() if points_at_somebody(said)]
    if flaws:
        raise Unprocessable(errors=flaws)
