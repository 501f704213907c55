"""Merging: a case follows another about the same matter. Each reporter keeps code, PIN, notices and rating."""

from datetime import datetime
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Unprocessable
from complaints.cases.lifecycle import ADMINS, OPEN_STATES, acting_role
from complaints.cases.operations import Opened, TookPart, lock_case
from complaints.cases.visibility import roles_on
from complaints.moves.moving import move
from complaints.triage.matters import Merge
from directory.copy import find_ancestors
from directory.zones import national_day

JOINED = "joined"
"""What the parent's history says: another case joined it."""
_UNKNOWN = Text("Tidak ada laporan dengan id ini dalam jangkauan Anda.", "No case with this id is in your reach.")
_ITSELF = Text("Laporan tidak dapat digabung dengan dirinya sendiri.", "A case can't be merged into itself.")


class ParentClosed(Conflict):
    """The case to merge into isn't open any more: its answer can't be for both."""

    code = "parent_not_open"
    title = Text("Laporan induk tidak lagi terbuka", "The case to merge into isn't open any more")


class PathsDiffer(Conflict):
    """An ordinary case never joins a protected or confidential one, nor the reverse: each would give the other away."""

    code = "paths_differ"
    title = Text("Laporan biasa dan laporan terlindung atau rahasia tidak digabung", "These cases may not be merged")


async def merge(connection: Connection, opened: Opened, body: Merge, *, now: datetime) -> Row:
    """Merge the opened case into its parent. Raises Unprocessable, ParentClosed, PathsDiffer, TookPart."""
    child = opened.row
    parent = await _open_parent(connection, opened, body.parent_id, now)
    transition = opened.to("merged")
    await move(
        connection,
        parent,
        action="merge",
        to_state=parent["state"],
        actor=opened.actor,
        now=now,
        public={"hidden": True},
        internal={"joined_case_id": child["id"], "reason": body.reason},
        fact=JOINED,
    )
    return await move(
        connection,
        child,
        action="merge",
        to_state=transition.to,
        actor=opened.actor,
        now=now,
        changes={"parent_id": parent["id"], "closed_at": now},
        public={"reason": body.reason},
        internal={"parent_id": parent["id"]},
        clock=transition.clock,
    )


async def _open_parent(connection: Connection, opened: Opened, parent_id: UUID, now: datetime) -> Row:
    """The parent, locked, with all that it must be."""
    child, caller = opened.row, opened.caller
    if parent_id == child["id"]:
        raise Unprocessable(errors=[Flaw("/parent_id", "same_case", _ITSELF)])
    parent = await lock_case(connection, parent_id)
    able = frozenset[str]()
    if parent is not None:
        ancestors = await find_ancestors(connection, parent["unit_id"], national_day(now)) if parent["unit_id"] else ()
        able = roles_on(caller, parent, ancestors, now) & {acting_role(role, parent["custody"]) for role in ADMINS}
    if parent is None or not able:
        raise Unprocessable(errors=[Flaw("/parent_id", "unknown_case", _UNKNOWN)])
    if caller.actor.person_id is not None and caller.actor.person_id in parent["accused_person_ids"]:
        raise TookPart
    if parent["state"] not in OPEN_STATES:
        raise ParentClosed(state=parent["state"])
    if parent["custody"] != child["custody"] or (parent["confidential"] and not child["confidential"]):
        raise PathsDiffer
    return parent
