"""The time in which a reporter may do something: over when its term is, whether or not anybody has acted on the lapse yet."""

from datetime import datetime

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.http.languages import Text
from chassis.http.problems import Conflict
from complaints.deadlines import clock
from complaints.deadlines.operations import open_book

REPORTER_WINDOW = "reporter_window"
COMPLETION = "completion"


class WindowClosed(Conflict):
    """The time in which the reporter could do this is over."""

    code = "window_closed"
    title = Text("Masa untuk tindakan ini sudah lewat", "The time for this is over")


async def check_window(
    connection: Connection, case: Row, stage: str, now: datetime, *, since: datetime | None = None
) -> None:
    """Raises WindowClosed unless the reporter's time for this stage is running, or never began to.

    `since`: when it began for a case whose ledger doesn't say so, because it was older than the policy.
    """
    book = await open_book(connection, case)
    held = [duty for duty in book.duties if duty.rule.stage == stage]
    if held and not any(duty.running and not duty.overdue(now) for duty in held):
        raise WindowClosed
    if held or since is None:
        return
    ends = [
        clock.due_at(bound.rule, since, (), book.ledger.calendar)
        for bound in book.ledger.bindings
        if bound.rule.stage == stage
    ]
    if any(end is not None and end < now for end in ends):
        raise WindowClosed
