"""Withdrawing a reorganisation before its day, and cancelling one that waits: the directory is as it was before the declaration.

What the declaration wrote is known by its stamp. It is undone only if nobody built on it since: what came later would stand
on nothing. Everything that was believed meanwhile stays readable by `known_at`.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.data import jobs
from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, NotFound
from chassis.http.versions import Expected
from directory.closure import rebuild_closure
from directory.roles import Actor
from registry import rights
from registry.appointments import facts as appointment_facts
from registry.institutions import facts as institution_facts
from registry.institutions.problems import StillInUse
from registry.recorded import announce, begin_change
from registry.reorganisations import following, queries
from registry.reorganisations.operations import JOB, found
from registry.units import facts as unit_facts
from registry.units.tables import unit_ancestors, units

REASON = "reorganisation_withdrawn"
"""`end_reason` of an appointment that the declaration made."""
_REBUILD = Statement(rebuild_closure(units, unit_ancestors))
_LOCK = Statement("SELECT * FROM reorganisations WHERE id = CAST(:id AS uuid) FOR UPDATE")
_CONTENT = {
    "units": "id, institution_id, parent_id, code, name, short_name, kind, region_code, functions, valid_during",
    "institutions": "id, name, short_name, kind, region_code, time_zone, valid_during",
    "supervision": "institution_id, supervisor_id, valid_during, source",
    "institution_aliases": "institution_id, alias, kind",
}


def _touched(table: str, key: str = "id") -> Statement:
    """What the declaration wrote or replaced, and whether anybody wrote to it since."""
    return Statement(f"""
WITH touched AS (
    SELECT {key} AS key FROM {table} WHERE recorded_at = CAST(:stamp AS timestamptz)
    UNION SELECT {key} FROM {table}_history
    WHERE CAST(:stamp AS timestamptz) IN (recorded_at, replaced_at)
)
SELECT key, EXISTS (SELECT FROM {table} WHERE {key} = key AND recorded_at > CAST(:stamp AS timestamptz))
    OR EXISTS (SELECT FROM {table}_history WHERE {key} = key AND replaced_at > CAST(:stamp AS timestamptz)) AS changed
FROM touched ORDER BY key""")  # noqa: S608 - names of our own


def _restore(table: str, key: str = "id") -> tuple[Statement, Statement]:
    content = _CONTENT[table]
    return (
        Statement(f"""
            DELETE FROM {table} WHERE {key} = ANY(CAST(:keys AS uuid[])) AND recorded_at = CAST(:stamp AS timestamptz)"""),  # noqa: S608 - ours
        Statement(f"""
            INSERT INTO {table} ({content}) SELECT {content} FROM {table}_history
            WHERE {key} = ANY(CAST(:keys AS uuid[])) AND replaced_at = CAST(:stamp AS timestamptz)"""),  # noqa: S608 - ours
    )


_KEYS = {"units": "id", "institutions": "id", "supervision": "institution_id", "institution_aliases": "institution_id"}
_TOUCHED = {table: _touched(table, key) for table, key in _KEYS.items()} | {"appointments": _touched("appointments")}
_RESTORE = {table: _restore(table, key) for table, key in _KEYS.items()}
# Who was appointed by the declaration never was; who was ended by it goes on. In this order: a seat has one holder.
_UNSEAT = Statement("""
UPDATE appointments AS a SET cancelled = true, end_reason = :reason
WHERE a.id = ANY(CAST(:keys AS uuid[]))
AND NOT EXISTS (SELECT FROM appointments_history AS h WHERE h.id = a.id AND h.replaced_at = CAST(:stamp AS timestamptz))""")
_RESEAT = Statement("""
UPDATE appointments AS a SET valid_during = h.valid_during, cancelled = h.cancelled, end_reason = h.end_reason
FROM appointments_history AS h
WHERE a.id = ANY(CAST(:keys AS uuid[])) AND h.id = a.id AND h.replaced_at = CAST(:stamp AS timestamptz)""")
_BUILT_ON = Statement("""
SELECT id FROM services WHERE unit_id = ANY(CAST(:units AS uuid[])) AND NOT EXISTS (
    SELECT FROM units WHERE units.id = services.unit_id)
UNION ALL
SELECT id FROM posts WHERE unit_id = ANY(CAST(:units AS uuid[])) AND NOT EXISTS (
    SELECT FROM units WHERE units.id = posts.unit_id)
LIMIT 1""")
_UNLINK = tuple(
    Statement(f"DELETE FROM {table} WHERE reorganisation_id = CAST(:id AS uuid)")  # noqa: S608 - names of ours
    for table in ("service_allotments", "unit_successions", "institution_successions")
)
_WITHDRAW = Statement("""
UPDATE reorganisations SET withdrawal = CAST(:withdrawal AS jsonb), version = version + 1
WHERE id = CAST(:id AS uuid) RETURNING *""")
_CANCEL = Statement("""
UPDATE reorganisations SET work = 'cancelled', caller = NULL, version = version + 1
WHERE id = CAST(:id AS uuid) AND work = 'queued'""")
_CHECK_KEYS = "SET CONSTRAINTS ALL IMMEDIATE"
_BUILT = Text(
    "Sudah ada perubahan lain atas yang ditata; batalkan dahulu perubahan itu.",
    "What it touches was changed since; take that back first.",
)


class NotDeclared(Conflict):
    """Only what is declared and hasn't taken effect can be withdrawn; `state` says where it stands."""

    code = "not_declared"
    title = Text("Penataan ini tidak sedang menunggu harinya", "The reorganisation isn't waiting for its day")


class ChangedSince(Conflict):
    """Others have built on it: `changed` names the kinds and ids of what was changed since the declaration."""

    code = "changed_since"
    title = Text("Sudah ada perubahan sesudah pernyataan ini", "Something was changed since the declaration")


class AlreadyFinished(Conflict):
    """The work is done, failed or cancelled: there is nothing left to cancel."""

    code = "already_finished"
    title = Text("Pengerjaan ini sudah selesai", "The work has finished already")


async def withdraw(
    connection: Connection,
    identity: UUID,
    decree: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    expected: Expected,
) -> Row:
    """Withdraw a declared reorganisation: `decree` as of WithdrawalBody. Records what goes on as it was, and the withdrawal.

    Raises NotFound, Forbidden, StaleVersion, NotDeclared, ChangedSince, and StillInUse for what was built on new units.
    """
    await begin_change(connection)
    row = await _LOCK.fetchrow(connection, id=identity)
    if row is None or row["work"] != "done" or row["dry_run"]:
        raise NotFound
    if row["national"]:
        rights.require_national(actor)
    for institution_id in row["institution_ids"]:
        rights.require_manager(actor, institution_id)
    expected.check(row["version"])
    stamp = row["recorded_at"]
    if row["effected_at"] is not None or row["withdrawal"] is not None or stamp is None:
        raise NotDeclared
    touched = await _find_touched(connection, stamp)
    await _undo(connection, touched, stamp)
    for statement in _UNLINK:
        await statement.execute(connection, id=identity)
    withdrawal = {**decree, "withdrawn_at": now, "by": f"{actor.kind}:{actor.id}"}
    withdrawn = await _WITHDRAW.fetchrow(connection, id=identity, withdrawal=withdrawal)
    assert withdrawn is not None
    await _tell(connection, touched, now=now)
    await following.record_withdrawal(connection, withdrawn, at=now)
    await announce(connection)
    await connection.execute(_CHECK_KEYS)
    return withdrawn


async def cancel(connection: Connection, identity: UUID, *, actor: Actor, expected: Expected) -> Row:
    """Stop work that waits; nothing was written. Raises NotFound, StaleVersion, AlreadyFinished.

    Waits for a worker that is at its end, and then is too late.
    """
    row = await find_visible(connection, identity, actor=actor)
    await jobs.withdraw(connection, JOB, identity)
    expected.check(row["version"])
    if not await _CANCEL.execute(connection, id=identity):
        raise AlreadyFinished
    return await found(connection, identity)


async def find_visible(connection: Connection, identity: UUID, *, actor: Actor) -> Row:
    """A reorganisation that was declared, or that the actor asked for. Raises NotFound."""
    row = await queries.find_reorganisation(connection, identity)
    if row is None or not is_visible(row, actor):
        raise NotFound
    return row


def is_visible(row: Row, actor: Actor) -> bool:
    """Declared ones are public; previews, and what waits or failed, are of who asked for them and of the platform."""
    public = row["work"] == "done" and not row["dry_run"]
    return public or row["declared_by"] == f"{actor.kind}:{actor.id}" or rights.national(actor)


async def _find_touched(connection: Connection, stamp: datetime) -> dict[str, list[UUID]]:
    touched: dict[str, list[UUID]] = {}
    changed: list[dict[str, str]] = []
    for table, statement in _TOUCHED.items():
        rows = await statement.fetch(connection, stamp=stamp)
        touched[table] = [row["key"] for row in rows]
        changed += [{"kind": table, "id": str(row["key"])} for row in rows if row["changed"]]
    if changed:
        raise ChangedSince(_BUILT, changed=changed[:100])
    return touched


async def _undo(connection: Connection, touched: Mapping[str, Collection[UUID]], stamp: datetime) -> None:
    for statement in (_UNSEAT, _RESEAT):
        reason = {"reason": REASON} if statement is _UNSEAT else {}
        await statement.execute(connection, keys=list(touched["appointments"]), stamp=stamp, **reason)
    for table, (remove, put_back) in _RESTORE.items():
        await remove.execute(connection, keys=list(touched[table]), stamp=stamp)
        await put_back.execute(connection, keys=list(touched[table]), stamp=stamp)
    if await _BUILT_ON.fetchrow(connection, units=list(touched["units"])) is not None:
        raise StillInUse
    if touched["units"]:
        await _REBUILD.execute(connection, unit_ids=list(touched["units"]))


async def _tell(connection: Connection, touched: Mapping[str, Collection[UUID]], *, now: datetime) -> None:
    institutions = {*touched["institutions"], *touched["supervision"], *touched["institution_aliases"]}
    if institutions:
        await institution_facts.record_changes(connection, sorted(institutions), now=now)
    if touched["units"]:
        await unit_facts.record_changes(connection, list(touched["units"]), now=now)
    if touched["appointments"]:
        await appointment_facts.record_appointments(connection, list(touched["appointments"]), now=now)
