"""Taking a recap in, and cancelling. A recap is of one institution."""

from datetime import datetime
from uuid import UUID

from chassis.data import jobs
from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.http.languages import Text
from chassis.http.problems import Flaw, Forbidden, NotFound, Unprocessable
from chassis.http.versions import Expected
from chassis.imports.wire import AlreadyFinished
from chassis.ops.identifiers import new_id
from complaints.cases.rights import ACT
from complaints.cases.visibility import INSTITUTION_ADMIN
from complaints.recaps import queries
from directory.access import may
from directory.roles import NATIONAL_ADMIN, RESPONSIBLE_OFFICER, Actor

JOB = "recap_import"
ROLES = (INSTITUTION_ADMIN, RESPONSIBLE_OFFICER, NATIONAL_ADMIN)
_EMPTY = Text("Berkas kosong.", "The file is empty.")
_WHOSE = Text("Sebutkan instansi pemilik rekap.", "Say whose recap it is.")
_UNKNOWN = Text("Tidak ada instansi dengan id ini.", "There is no institution of this id.")


async def accept(
    connection: Connection,
    content: bytes,
    *,
    kind: str,
    form: str,
    dry_run: bool,
    institution_id: UUID | None,
    actor: Actor,
    now: datetime,
) -> Row:
    """Keep a file and queue the work on it. Raises Forbidden, Unprocessable."""
    place = institution_id or _own(actor)
    if place is None:
        raise Unprocessable(errors=[Flaw("query/institution", "institution_missing", _WHOSE)])
    if not await queries.KNOWN.fetchval(connection, id=place):
        raise Unprocessable(errors=[Flaw("query/institution", "unknown_institution", _UNKNOWN)])
    if not _manages(actor, place):
        raise Forbidden
    if not content:
        raise Unprocessable(errors=[Flaw("", "empty", _EMPTY)])
    identity = new_id()
    await queries.INSERT.execute(
        connection,
        id=identity,
        kind=kind,
        dry_run=dry_run,
        form=form,
        institution_id=place,
        requested_by=f"{actor.kind}:{actor.id}",
        progress={"rows_read": 0, "share": 0.0},
        now=now,
    )
    await queries.KEEP.execute(connection, id=identity, content=content)
    await jobs.enqueue(connection, JOB, identity)
    return await find_visible(connection, identity, actor=actor)


async def cancel(connection: Connection, identity: UUID, *, actor: Actor, now: datetime, expected: Expected) -> Row:
    """Stop the work; nothing was written, and nothing will be.

    Raises NotFound, StaleVersion, AlreadyFinished. Waits for a worker that is writing, and then is too late.
    """
    row = await find_visible(connection, identity, actor=actor)
    await jobs.withdraw(connection, JOB, identity)
    expected.check(row["version"])
    if not await queries.CANCEL.execute(connection, id=identity, now=now):
        raise AlreadyFinished
    await queries.clear(connection, identity)
    return await find_visible(connection, identity, actor=actor)


async def find_visible(connection: Connection, identity: UUID, *, actor: Actor) -> Row:
    """An import into an institution that the actor manages. Raises NotFound."""
    row = await queries.find_import(connection, identity)
    if row is None or not _manages(actor, row["institution_id"]):
        raise NotFound
    return row


def _manages(actor: Actor, institution_id: UUID) -> bool:
    return may(actor, ACT, *ROLES, institution_id=institution_id, ancestors=frozenset())


def _own(actor: Actor) -> UUID | None:
    """The only institution of the actor's, if there is but one."""
    places = {seat.institution_id for seat in actor.seats if seat.role in ROLES and seat.role != NATIONAL_ADMIN}
    places |= {actor.institution_id} if actor.institution_id else set()
    return next(iter(places)) if len(places) == 1 else None
