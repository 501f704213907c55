"""Who may attach to a case and who may read what is attached. `reads` is pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.http.problems import Forbidden
from chassis.http.versions import Expected
from complaints.attachments.operations import AGENCY, REPORTER
from complaints.cases.callers import CaseCaller
from complaints.cases.lifecycle import OPEN_STATES
from complaints.cases.operations import reach_case, refused
from complaints.cases.shown import is_outside
from complaints.cases.visibility import CONTRIBUTOR, STAFF, sees_content


async def open_for_attaching(
    connection: Connection, case_id: UUID, caller: CaseCaller, *, expected: Expected, now: datetime
) -> tuple[Row, frozenset[str], str]:
    """Lock the case; returns it, the caller's roles, and whether the files are the reporter's or the agency's.

    Raises NotFound, TookPart, Forbidden for roles that only read, StaleVersion, MoveNotAllowed where nobody works on the case
    any more.
    """
    case, roles, _ancestors = await reach_case(connection, case_id, caller, now)
    outside = is_outside(roles)
    if not outside and not roles & set(STAFF):
        raise Forbidden
    expected.check(case["version"])
    if case["state"] not in OPEN_STATES:
        raise refused(case, roles)
    return case, roles, REPORTER if outside else AGENCY


def reads(attachment: Mapping[str, Any], case: Mapping[str, Any], roles: frozenset[str]) -> bool:
    """Whether a caller of these roles may read an attachment: reporters not what is internal, of a protected case only their own;
    units that only cooperate what the coordinator shared."""
    if not sees_content(roles, case):
        return False
    if roles == {CONTRIBUTOR}:
        return attachment["shared_at"] is not None
    if not is_outside(roles):
        return True
    return attachment["origin"] == REPORTER or (not attachment["internal"] and case["custody"] == "ordinary")
