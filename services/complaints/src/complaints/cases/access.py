"""The log of who read what of a confidential or protected case: written at each reading, shown to those who watch over it."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.cases.callers import CaseCaller
from complaints.cases.tables import access_log
from complaints.cases.visibility import REPORTER

ALWAYS = frozenset({"identity", "package"})
"""What is logged of every case: who reported it, and the whole of it in one download."""

_NOTE = Statement(
    insert(access_log).values(
        {name: bindparam(name, type_=access_log.c[name].type) for name in ("case_id", "at", "actor", "what")}
    )
)


async def note_reading(
    connection: Connection, case: Row, caller: CaseCaller, *, roles: frozenset[str], what: str, now: datetime
) -> None:
    """Log that the caller read `what` ("detail", "timeline", "identity" …), if the case is one whose readings are logged."""
    if what not in ALWAYS and not case["confidential"] and case["custody"] == "ordinary":
        return
    if roles == {REPORTER}:
        return
    actor: dict[str, Any] = caller.record(roles)
    await _NOTE.execute(connection, case_id=case["id"], at=now, actor=actor, what=what)
