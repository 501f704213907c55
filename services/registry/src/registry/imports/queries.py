"""Reading imports, and the rows of those at work."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from registry.imports.tables import import_files, import_rows, imports

SHOWN = (
    "id", "kind", "dry_run", "effective_on", "institution_id", "state", "progress", "result", "created_at",
    "finished_at",
)  # fmt: skip
FINISHED = frozenset({"done", "failed", "cancelled"})
_ID = bindparam("id", type_=Uuid)
_ONE = Statement(select(imports).where(imports.c.id == _ID))
_FILE = Statement(select(import_files.c.content).where(import_files.c.import_id == _ID))
_ROWS = Statement(
    select(import_rows.c.number, import_rows.c.content, import_rows.c.flaws)
    .where(import_rows.c.import_id == _ID)
    .order_by(import_rows.c.number)
)


async def find_import(connection: Connection, identity: UUID) -> Row | None:
    """An import."""
    return await _ONE.fetchrow(connection, id=identity)


async def find_file(connection: Connection, identity: UUID) -> bytes:
    """The file of an import that isn't finished."""
    found: bytes = await _FILE.fetchval(connection, id=identity)
    return found


async def find_rows(connection: Connection, identity: UUID) -> list[Row]:
    """The rows that were read of its file: each with what it states, or with what is wrong."""
    return await _ROWS.fetch(connection, id=identity)


def shown(row: Row) -> dict[str, Any]:
    """An import as it is sent."""
    return {name: row[name] for name in SHOWN}
