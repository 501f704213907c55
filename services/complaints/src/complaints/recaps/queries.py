"""Reading and writing imports of recaps, and the statement that writes what they hold."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.recaps.tables import import_files, import_rows, imports
from complaints.statistics.tables import recap_cases

SHOWN = ("id", "kind", "dry_run", "institution_id", "state", "progress", "result", "created_at", "finished_at")
FINISHED = frozenset({"done", "failed", "cancelled"})
ROW = ("import_id", "number", "content")
_HELD = tuple(
    column.name for column in recap_cases.c if column.name not in ("id", "institution_id", "lapor_id", "import_id")
)

_ID = bindparam("id", type_=Uuid)
_ONE = Statement(select(imports).where(imports.c.id == _ID))
_FILE = Statement(select(import_files.c.content).where(import_files.c.import_id == _ID))
INSERT = Statement("""
INSERT INTO imports (id, kind, dry_run, form, state, institution_id, requested_by, progress, created_at)
VALUES (:id, :kind, :dry_run, :form, 'queued', :institution_id, :requested_by, CAST(:progress AS jsonb), :now)
""")
KEEP = Statement("INSERT INTO import_files (import_id, content) VALUES (:id, :content)")
CANCEL = Statement("""
UPDATE imports SET state = 'cancelled', finished_at = :now, version = version + 1
WHERE id = CAST(:id AS uuid) AND state NOT IN ('done', 'failed', 'cancelled')
""")
ADVANCE = Statement(
    "UPDATE imports SET state = :state, progress = CAST(:progress AS jsonb) WHERE id = CAST(:id AS uuid)"
)
FINISH = Statement("""
UPDATE imports SET state = :state, progress = CAST(:progress AS jsonb), result = CAST(:result AS jsonb),
    finished_at = :now, version = version + 1
WHERE id = CAST(:id AS uuid)
""")
FORGET_ROWS = Statement(delete(import_rows).where(import_rows.c.import_id == _ID))
_FORGET_FILE = Statement(delete(import_files).where(import_files.c.import_id == _ID))
TWICE = Statement("""
SELECT number FROM (
    SELECT number, row_number() OVER (PARTITION BY content ->> 'lapor_id' ORDER BY number) AS place
    FROM import_rows WHERE import_id = CAST(:id AS uuid)) AS placed
WHERE place > 1 ORDER BY number
""")
ALSO_HERE = Statement("""
SELECT EXISTS (
    SELECT FROM cases, (SELECT min(CAST(content ->> 'received_at' AS timestamptz)) AS first,
                               max(CAST(content ->> 'received_at' AS timestamptz)) AS last
                        FROM import_rows WHERE import_id = CAST(:id AS uuid)) AS span
    WHERE institution_id = CAST(:institution_id AS uuid) AND channel = 'lapor' AND created_at BETWEEN span.first AND span.last)
""")
UNITS = Statement("""
SELECT id, lower(name) AS name, lower(code) AS code FROM directory_units
WHERE institution_id = CAST(:institution_id AS uuid) ORDER BY upper(valid_during) NULLS FIRST
""")
KNOWN = Statement("SELECT EXISTS (SELECT FROM directory_institutions WHERE id = CAST(:id AS uuid))")
_SAME = ", ".join(f"held.{name}" for name in _HELD), ", ".join(f"excluded.{name}" for name in _HELD)
WRITE = Statement(f"""
INSERT INTO recap_cases AS held
SELECT row.* FROM import_rows, jsonb_populate_record(CAST(NULL AS recap_cases), content) AS row
WHERE import_rows.import_id = CAST(:id AS uuid) ORDER BY number
ON CONFLICT (institution_id, lapor_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in (*_HELD, "import_id"))}
WHERE ROW({_SAME[0]}) IS DISTINCT FROM ROW({_SAME[1]})
RETURNING id, old.id IS NULL AS created
""")  # noqa: S608 - names of ours


async def find_import(connection: Connection, identity: UUID) -> Row | None:
    """An import."""
    return await _ONE.fetchrow(connection, id=identity)


async def find_file(connection: Connection, identity: UUID) -> bytes:
    """The file of an import that isn't finished."""
    found: bytes = await _FILE.fetchval(connection, id=identity)
    return found


async def clear(connection: Connection, identity: UUID) -> None:
    """Forget the file and its rows: a recap holds names and stories, and has served."""
    await FORGET_ROWS.execute(connection, id=identity)
    await _FORGET_FILE.execute(connection, id=identity)


def shown(row: Row) -> dict[str, Any]:
    """An import as it is sent."""
    return {name: row[name] for name in SHOWN}
