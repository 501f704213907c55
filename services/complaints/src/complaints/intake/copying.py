"""Writing many prepared cases by COPY: seven streams in one transaction, in the order in which they refer to each other."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from chassis.data.pool import Connection
from complaints.attachments.operations import ATTACHED
from complaints.cases.tables import case_history
from complaints.deadlines.tables import deadline_duties
from complaints.intake.operations import Prepared
from complaints.intake.statement import CASE
from complaints.metadata import outbox
from complaints.reporters.tables import reporters

_REPORTER = tuple(column.name for column in reporters.c)
_HISTORY = tuple(column.name for column in case_history.c)
_HELD = ("case_id", "sequence", "from_at", "institution_id", "reason")
_DUTY = tuple(column.name for column in deadline_duties.c)
_EVENT = tuple(column.name for column in outbox.c if column.name != "id")
_HOLD_FILES = "UPDATE files SET expires_at = NULL, case_id = NULL WHERE id = ANY($1)"


async def copy_cases(connection: Connection, prepared: Sequence[Prepared]) -> None:
    """Write cases, in the caller's transaction.

    Raises asyncpg.UniqueViolationError as insert_case does: then nothing is written.
    """
    await _copy(connection, "cases", CASE, (each.case for each in prepared))
    await _copy(connection, "reporters", _REPORTER, (each.reporter for each in prepared if each.reporter is not None))
    await _copy(connection, "case_history", _HISTORY, (each.history for each in prepared))
    await _copy(connection, "custody_intervals", _HELD, (_held(each.case) for each in prepared))
    await _copy(connection, "deadline_duties", _DUTY, (duty for each in prepared for duty in each.duties))
    await _copy(connection, "outbox", _EVENT, (each.event for each in prepared))
    files = [row for each in prepared for row in each.attachments]
    if files:
        await connection.execute(_HOLD_FILES, [row["file_id"] for row in files])
        await _copy(connection, "attachments", ATTACHED, files)


async def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    records = list(map(itemgetter(*columns), rows))
    if records:
        await connection.copy_records_to_table(table, records=records, columns=columns)


def _held(case: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "case_id": case["id"],
        "sequence": 1,
        "from_at": case["received_at"],
        "institution_id": case["institution_id"],
        "reason": "filing",
    }
