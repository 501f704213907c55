"""Who may attach to a case and who may read what is attached. `reads` is pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.http.problems import Forbidden, NotFound
from chassis.http.versions import Expected
from complaints.attachments.operations import AGENCY, REPORTER
from complaints.cases.callers import CaseCaller
from complaints.cases.lifecycle import OPEN_STATES
from complaints.cases.operations import TookPart, lock_case, refused
from complaints.cases.shown import is_outside
from complaints.cases.visibility import STAFF, roles_on, sees_content
from directory.copy import find_ancestors


async def open_for_attaching(
    connection: Connection, case_id: UUID, caller: CaseCaller, *, expected: Expected, now: datetime
) -> tuple[Row, frozenset[str], str]:
    """Lock the case; returns it, the caller's roles, and whether the files are the reporter's or the agency's.

    Raises NotFound, TookPart, Forbidden for roles that only read, StaleVersion, MoveNotAllowed where nobody works on the case
    any more.
    """
    case = await lock_case(connection, case_id)
    if case is None:
        raise NotFound
    ancestors = await find_ancestors(connection, case["unit_id"], now.date()) if case["unit_id"] else ()
    roles = roles_on(caller, case, ancestors, now)
    if not roles:
        raise NotFound
    if caller.actor.person_id is not None and caller.actor.person_id in case["accused_person_ids"]:
        raise TookPart
    outside = is_outside(roles)
    if not outside and not roles & set(STAFF):
        raise Forbidden
    expected.check(case["version"])
    if case["state"] not in OPEN_STATES:
        raise refused(case, roles)
    return case, roles, REPORTER if outside else AGENCY


def reads(attachment: Mapping[str, Any], case: Mapping[str, Any], roles: frozenset[str]) -> bool:
    """Whether a caller of these roles may read an attachment: reporters not what is internal, of a protected case only their own."""
    if not sees_content(roles, case):
        return False
    if not is_outside(roles):
        return True
    return attachment["origin"] == REPORTER or (not attachment["internal"] and case["custody"] == "ordinary")
