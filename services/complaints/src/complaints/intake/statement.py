"""The statement that files a case: key, case, identity, first history entry, custody, duties and event in one round trip.

With a key: no row comes back if the key was used before, and nothing was written. Only a filing with files has the arms
that attach them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import JSONB

from chassis.data.pool import Connection
from chassis.data.statements import DIALECT, Statement
from complaints.cases.tables import case_history, cases, custody_intervals
from complaints.metadata import outbox
from complaints.reporters.tables import reporters

CASE = (
    "id", "tracking_code", "type", "state", "case_class", "sub_class", "custody", "title", "body", "category",
    "region_code", "location", "occurred_on", "requested_solution", "loss_amount_idr", "information", "ethics_values", "channel",
    "anonymous", "confidential", "filed_by", "service_id", "institution_id", "proposed_unit_id", "received_at",
    "file_complete_at", "due_at", "legal_clock", "legal_clock_reason", "routing", "version", "chain", "created_at",
    "updated_at",
)  # fmt: skip
_REPORTER = tuple(column.name for column in reporters.c)
_HISTORY = tuple(column.name for column in case_history.c)
_HELD = ("case_id", "sequence", "from_at", "institution_id", "reason")
_EVENT = tuple(column.name for column in outbox.c if column.name != "id")

_CLAIM = """
    INSERT INTO idempotency_keys (client, key, body_hash, status, headers, reply)
    VALUES (CAST(:key_client AS text), CAST(:key_key AS text), CAST(:key_body_hash AS bytea), 201,
            CAST(:key_headers AS jsonb), CAST(:key_reply AS bytea))
    ON CONFLICT (client, key) DO NOTHING RETURNING 1"""


def _typed(prefix: str, column: Column[Any]) -> str:
    kind = "jsonb" if isinstance(column.type, JSONB) else column.type.compile(dialect=DIALECT)
    return f"CAST(:{prefix}_{column.name} AS {kind})"


def _insert(table: Table, prefix: str, names: Iterable[str], source: str) -> str:
    """An INSERT … SELECT of parameters named `<prefix>_<column>`. Names and types are the table's own, never a caller's."""
    columns = [table.c[name] for name in names]
    values = ", ".join(_typed(prefix, column) for column in columns)
    names_ = ", ".join(column.name for column in columns)
    return f"INSERT INTO {table.name} ({names_}) SELECT {values} FROM {source}"  # noqa: S608 - no caller's text in it


_ATTACHED = """,
attached AS (
    INSERT INTO attachments
    SELECT each.* FROM filed, jsonb_populate_recordset(CAST(NULL AS attachments), CAST(:attachments AS jsonb)) AS each
    RETURNING file_id),
kept AS (UPDATE files SET expires_at = NULL, case_id = NULL FROM attached WHERE files.id = attached.file_id)
"""


def _statement(claim: str, further: str = "") -> Statement:
    return Statement(f"""
WITH claim AS ({claim}),
filed AS ({_insert(cases, "case", CASE, "claim")} RETURNING id),
reporter AS ({_insert(reporters, "reporter", _REPORTER, "filed WHERE CAST(:reporter_given AS boolean)")}),
history AS ({_insert(case_history, "history", _HISTORY, "filed")}),
held AS ({_insert(custody_intervals, "held", _HELD, "filed")}),
duties AS (
    INSERT INTO deadline_duties
    SELECT duty.* FROM filed, jsonb_populate_recordset(CAST(NULL AS deadline_duties), CAST(:duties AS jsonb)) AS duty),
event AS ({_insert(outbox, "event", _EVENT, "filed")}){further}
SELECT 1 FROM filed
""")  # noqa: S608 - no caller's text in it


STATEMENTS = {
    (once, with_files): _statement(_CLAIM if once else "SELECT 1", _ATTACHED if with_files else "")
    for once in (False, True)
    for with_files in (False, True)
}
"""By whether the filing has a key, and files."""


async def insert_case(
    connection: Connection,
    *,
    case: Mapping[str, Any],
    reporter: Mapping[str, Any] | None,
    history: Mapping[str, Any],
    duties: list[dict[str, Any]],
    event: Mapping[str, Any],
    key: Mapping[str, Any] | None,
    attachments: list[dict[str, Any]],
) -> bool:
    """Write a case. False: the key was used before, and nothing was written.

    `key`: client, key, body_hash, headers and reply of the idempotency row; None without a key. Raises
    asyncpg.UniqueViolationError for `cases_tracking_code_key` (take another code), `cases_pk` (the id exists) and
    `attachments_once_key` (an upload was attached meanwhile).
    """
    held = {
        "case_id": case["id"],
        "sequence": 1,
        "from_at": case["received_at"],
        "institution_id": case["institution_id"],
        "reason": "filing",
    }
    values = {
        **_prefixed("case", {name: case[name] for name in CASE}),
        **_prefixed("reporter", reporter or dict.fromkeys(_REPORTER)),
        "reporter_given": reporter is not None,
        **_prefixed("history", history),
        **_prefixed("held", held),
        "duties": duties,
        **_prefixed("event", event),
    }
    if key is not None:
        values |= _prefixed("key", key)
    if attachments:
        values["attachments"] = attachments
    statement = STATEMENTS[key is not None, bool(attachments)]
    return await statement.fetchval(connection, **values) is not None


def _prefixed(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}_{name}": value for name, value in values.items()}
