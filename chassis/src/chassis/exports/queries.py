"""Reading and writing exports. Times and states of one, and its file piece by piece."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement

SHOWN = (
    "id", "resource", "format", "filter", "since", "state", "progress", "manifest", "created_at", "finished_at", "expires_at",
)  # fmt: skip
FINISHED = frozenset({"done", "failed", "cancelled"})
PIECE_BYTES = 256 * 1024

_INSERT = Statement("""
INSERT INTO exports (id, resource, format, filter, since, state, requested_by, caller, progress, created_at, expires_at)
VALUES (:id, :resource, :format, CAST(:filter AS jsonb), CAST(:since AS timestamptz), 'queued', :requested_by,
    CAST(:caller AS jsonb), CAST(:progress AS jsonb), :now, :expires_at)
""")
_ONE = Statement("SELECT * FROM exports WHERE id = CAST(:id AS uuid)")
_OWN = Statement("SELECT count(*) FROM exports WHERE requested_by = :requested_by AND state IN ('queued', 'running')")
_PIECES = Statement("SELECT content FROM export_pieces WHERE export_id = CAST(:id AS uuid) AND number = :number")
_BEGIN = Statement("""
UPDATE exports SET state = 'running', progress = CAST(:progress AS jsonb) WHERE id = CAST(:id AS uuid)
""")
_CLEAR = Statement("DELETE FROM export_pieces WHERE export_id = CAST(:id AS uuid)")
_KEEP = Statement("INSERT INTO export_pieces (export_id, number, content) VALUES (:id, :number, :content)")
_FINISH = Statement("""
UPDATE exports SET state = :state, progress = CAST(:progress AS jsonb), manifest = CAST(:manifest AS jsonb),
    finished_at = :now, version = version + 1
WHERE id = CAST(:id AS uuid)
""")
_CANCEL = Statement("""
UPDATE exports SET state = 'cancelled', manifest = NULL, finished_at = :now, version = version + 1
WHERE id = CAST(:id AS uuid) AND state <> 'cancelled'
""")
PURGE = Statement("DELETE FROM exports WHERE expires_at < CAST(:now AS timestamptz)")


async def add(connection: Connection, row: Mapping[str, Any]) -> None:
    """A new export, queued."""
    await _INSERT.execute(connection, **row)


async def find(connection: Connection, identity: UUID) -> Row | None:
    """An export."""
    return await _ONE.fetchrow(connection, id=identity)


async def count_waiting(connection: Connection, requested_by: str) -> int:
    """How many exports of somebody aren't finished."""
    found: int = await _OWN.fetchval(connection, requested_by=requested_by)
    return found


async def begin(connection: Connection, identity: UUID, progress: Mapping[str, Any]) -> None:
    """It is worked at; what an earlier attempt left is forgotten."""
    await _CLEAR.execute(connection, id=identity)
    await _BEGIN.execute(connection, id=identity, progress=progress)


async def keep_piece(connection: Connection, identity: UUID, number: int, content: bytes) -> None:
    """The next piece of the file: all but the last are of PIECE_BYTES."""
    await _KEEP.execute(connection, id=identity, number=number, content=content)


async def advance(connection: Connection, identity: UUID, progress: Mapping[str, Any]) -> None:
    """How far it has come."""
    await _BEGIN.execute(connection, id=identity, progress=progress)


async def finish(connection: Connection, identity: UUID, **values: Any) -> None:
    """It is done, or failed: `state`, `progress`, `manifest`, `now`."""
    if values["state"] != "done":
        await _CLEAR.execute(connection, id=identity)
    await _FINISH.execute(connection, id=identity, **values)


async def cancel(connection: Connection, identity: UUID, **values: Any) -> None:
    """It isn't wanted any more: its file goes. `now`."""
    await _CLEAR.execute(connection, id=identity)
    await _CANCEL.execute(connection, id=identity, **values)


async def read_piece(connection: Connection, identity: UUID, number: int) -> bytes | None:
    """A piece of the file; None if it has gone."""
    found: bytes | None = await _PIECES.fetchval(connection, id=identity, number=number)
    return found


def shown(row: Row) -> dict[str, Any]:
    """An export as it is sent."""
    return {name: row[name] for name in SHOWN}
