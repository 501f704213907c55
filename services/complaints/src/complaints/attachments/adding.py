"""Adding uploads to a case that is under way: the case's lock, the files, one entry in its history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.http.versions import Expected
from complaints.attachments.opening import open_for_attaching
from complaints.attachments.operations import REPORTER, attach
from complaints.cases.callers import CaseCaller
from complaints.moves.moving import move

ACTION, FACT = "attachment", "attached"


async def add(
    connection: Connection,
    case_id: UUID,
    caller: CaseCaller,
    ids: Sequence[UUID],
    *,
    expected: Expected,
    kind: str | None,
    internal: bool,
    now: datetime,
) -> tuple[Row, list[dict[str, Any]]]:
    """Attach uploads to a case; returns the case as it is now, and the rows of `attachments`. Raises as its parts do."""
    case, roles, origin = await open_for_attaching(connection, case_id, caller, expected=expected, now=now)
    hidden = internal and origin != REPORTER
    actor = caller.record(roles)
    made = await attach(
        connection,
        ids,
        case_id=case_id,
        owner=caller.filer,
        actor=actor,
        origin=origin,
        now=now,
        kind=kind,
        internal=hidden,
        pointer="/upload_ids",
    )
    named = {"attachment_ids": [row["id"] for row in made], "kind": kind}
    after = await move(
        connection,
        case,
        action=ACTION,
        to_state=case["state"],
        actor=actor,
        now=now,
        public={"hidden": True} if hidden else named,
        internal=named if hidden else {},
        fact=FACT,
    )
    return after, made
