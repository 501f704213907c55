"""Taking a file in, and cancelling."""

from datetime import date, datetime
from uuid import UUID

from chassis.data import jobs
from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Flaw, Forbidden, NotFound, Unprocessable
from chassis.http.versions import Expected
from chassis.imports.wire import AlreadyFinished
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from registry import rights
from registry.imports import queries
from registry.institutions.queries import find_missing

JOB = "registry_import"
_EMPTY = Text("Berkas kosong.", "The file is empty.")
_INSTITUTION = Text("Tidak ada instansi dengan id ini.", "There is no institution of this id.")
_INSERT = Statement("""
INSERT INTO imports (id, kind, dry_run, effective_on, form, state, institution_id, institution_ids, requested_by, person_id,
    progress, created_at)
VALUES (:id, :kind, :dry_run, CAST(:effective_on AS date), :form, 'queued', CAST(:institution_id AS uuid),
    CAST(:institution_ids AS uuid[]), :requested_by, CAST(:person_id AS uuid), CAST(:progress AS jsonb), :now)
""")
_KEEP = Statement("INSERT INTO import_files (import_id, content) VALUES (:id, :content)")
_CANCEL = Statement("""
UPDATE imports SET state = 'cancelled', finished_at = :now, version = version + 1
WHERE id = CAST(:id AS uuid) AND state NOT IN ('done', 'failed', 'cancelled')
""")
_CLEAR = tuple(
    Statement(f"DELETE FROM {table} WHERE import_id = CAST(:id AS uuid)")  # noqa: S608 - names of ours
    for table in ("import_rows", "import_files")
)


async def accept(
    connection: Connection,
    content: bytes,
    *,
    kind: str,
    form: str,
    dry_run: bool,
    institution_id: UUID | None,
    effective_on: date | None,
    actor: Actor,
    now: datetime,
) -> Row:
    """Keep a file and queue the work on it. `institution_id` is that of rows that name none: default the actor's own.

    Raises Forbidden, Unprocessable.
    """
    mine = managed(actor)
    if mine is not None and (kind == "institutions" or not mine):
        raise Forbidden
    if institution_id is None and mine is not None and len(mine) == 1:
        institution_id = next(iter(mine))
    if institution_id is not None:
        if await find_missing(connection, [institution_id]):
            raise Unprocessable(errors=[Flaw("query/institution", "unknown_institution", _INSTITUTION)])
        rights.require_manager(actor, institution_id)
    if not content:
        raise Unprocessable(errors=[Flaw("", "empty", _EMPTY)])
    identity = new_id()
    await _INSERT.execute(
        connection,
        id=identity,
        kind=kind,
        dry_run=dry_run,
        effective_on=effective_on,
        form=form,
        institution_id=institution_id,
        institution_ids=None if mine is None else sorted(mine),
        requested_by=f"{actor.kind}:{actor.id}",
        person_id=actor.person_id,
        progress={"rows_read": 0, "share": 0.0},
        now=now,
    )
    await _KEEP.execute(connection, id=identity, content=content)
    await jobs.enqueue(connection, JOB, identity)
    return await _found(connection, identity)


async def cancel(connection: Connection, identity: UUID, *, actor: Actor, now: datetime, expected: Expected) -> Row:
    """Stop the work; nothing was written, and nothing will be.

    Raises NotFound, StaleVersion, AlreadyFinished. Waits for a worker that is writing, and then is too late.
    """
    row = await find_visible(connection, identity, actor=actor)
    await jobs.withdraw(connection, JOB, identity)
    expected.check(row["version"])
    if not await _CANCEL.execute(connection, id=identity, now=now):
        raise AlreadyFinished
    await clear(connection, identity)
    return await _found(connection, identity)


async def find_visible(connection: Connection, identity: UUID, *, actor: Actor) -> Row:
    """An import that the actor asked for, or whose institution the actor manages. Raises NotFound."""
    row = await queries.find_import(connection, identity)
    if row is None:
        raise NotFound
    own = row["requested_by"] == f"{actor.kind}:{actor.id}"
    place = row["institution_id"]
    if not own and not rights.national(actor) and (place is None or not rights.manages(actor, place)):
        raise NotFound
    return row


async def clear(connection: Connection, identity: UUID) -> None:
    """Forget the file and its rows: they may hold personal data, and have served."""
    for statement in _CLEAR:
        await statement.execute(connection, id=identity)


def managed(actor: Actor) -> frozenset[UUID] | None:
    """The institutions that the actor may change; None: all."""
    if rights.national(actor):
        return None
    places = {seat.institution_id for seat in actor.seats} | ({actor.institution_id} if actor.institution_id else set())
    return frozenset(place for place in places if rights.manages(actor, place))


async def _found(connection: Connection, identity: UUID) -> Row:
    row = await queries.find_import(connection, identity)
    assert row is not None
    return row
