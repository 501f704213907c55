"""The verbs of drafting, and the one way in which a version changes: locked, moved by the table, recorded, told of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, or_, select, update

from chassis.data import events
from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.http.languages import Text
from chassis.http.problems import Flaw, NotFound, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from registry.recorded import begin_change
from registry.standards import lifecycle, queries, rights
from registry.standards.diff import beyond_dispositions, changed_components
from registry.standards.facts import COURSE, public_state
from registry.standards.problems import BEYOND
from registry.standards.tables import standard_moves, standards

_NOT_THE_ROWS = ("in_force_during", "recorded_at")
_INSERT = Statement(
    insert(standards).values(
        {
            column.name: bindparam(column.name, type_=column.type)
            for column in standards.c
            if column.name not in _NOT_THE_ROWS
        }
    )
)
_CHANGED = (
    "state",
    "components",
    "considerations",
    "provider_team",
    "manufacturing_public",
    "changeable",
    "content_hash",
    "effective_on",
    "effective_to",
    "review_due_on",
    *COURSE,
    "revision",
    "changed_at",
)
_UPDATE = Statement(
    update(standards)
    .where(standards.c.id == bindparam("standard_id", type_=standards.c.id.type))
    .values({name: bindparam(name, type_=standards.c[name].type) for name in _CHANGED})
)
_MOVE = Statement(
    insert(standard_moves)
    .values(
        {column.name: bindparam(column.name, type_=column.type) for column in standard_moves.c if column.name != "id"}
    )
    .returning(standard_moves.c.id)
)
_PENDING = func.array(
    select(queries.pending_changes.c.component)
    .distinct()
    .where(queries.pending_changes.c.standard_id == standards.c.id)
    .order_by(queries.pending_changes.c.component)
    .scalar_subquery()
)
_OF = bindparam("standard_id", type_=standards.c.id.type)
_PERMIT = Statement(
    update(standards)
    .where(
        or_(standards.c.id == _OF, standards.c.predecessor_id == _OF),
        or_(*(standards.c.state == state for state in sorted(lifecycle.DRAFTED))),
        standards.c.changeable != _PENDING,
    )
    .values(changeable=_PENDING, revision=standards.c.revision + 1)
)
_TOLD = Text("Beri tahu para peserta lebih dahulu.", "Tell the participants first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who acts, and when."""

    actor: Actor
    now: datetime

    @property
    def name(self) -> str:
        return f"{self.actor.kind}:{self.actor.id}"

    @property
    def person_id(self) -> UUID | None:
        return self.actor.person_id


async def lock(
    connection: Connection, standard_id: UUID, action: str, *, by: By, expected: Expected
) -> tuple[dict[str, Any], lifecycle.Move]:
    """The version, locked, and the move that the caller makes of it.

    Raises NotFound, Forbidden, MoveNotAllowed, and StaleVersion if the caller saw another revision.
    """
    await begin_change(connection)
    row = await queries.find_standard(connection, standard_id, at=by.now, lock="update")
    if row is None:
        raise NotFound
    rights.check_visible(by.actor, row)
    expected.check(row["revision"])
    return dict(row), rights.check_move(by.actor, row, action)


async def lock_in(
    connection: Connection, standard_id: UUID, states: Collection[str], *, as_for: str, by: By
) -> dict[str, Any]:
    """The version, locked, for an act beside the table: in one of `states`, by who may take the action `as_for`.

    Raises NotFound, Forbidden, MoveNotAllowed.
    """
    await begin_change(connection)
    row = await queries.find_standard(connection, standard_id, at=by.now, lock="update")
    if row is None:
        raise NotFound
    rights.check_visible(by.actor, row)
    rights.check_role(by.actor, row, as_for)
    if row["state"] not in states:
        raise rights.MoveNotAllowed(state=row["state"], allowed_actions=lifecycle.actions_from(row["state"]))
    return dict(row)


async def carry_out(
    connection: Connection,
    row: Mapping[str, Any],
    move: lifecycle.Move,
    *,
    by: By,
    details: Mapping[str, Any],
    **changes: Any,
) -> dict[str, Any]:
    """Write the move, with further `changes` of the row, and keep it among the version's moves; returns the new row."""
    changed = {**row, **changes, "state": move.next, "revision": row["revision"] + 1, "changed_at": by.now}
    await _UPDATE.execute(connection, standard_id=row["id"], **{name: changed[name] for name in _CHANGED})
    await _MOVE.execute(
        connection,
        standard_id=row["id"],
        action=move.action,
        state_before=move.state,
        state_after=move.next,
        actor=by.name,
        person_id=by.person_id,
        details=details,
        at=by.now,
    )
    return changed


async def note(
    connection: Connection, row: Mapping[str, Any], action: str, *, by: By, details: Mapping[str, Any]
) -> int:
    """Keep an act that leaves the version as it is among its moves; its id there."""
    identifier: int = await _MOVE.fetchval(
        connection,
        standard_id=row["id"],
        action=action,
        state_before=row["state"],
        state_after=row["state"],
        actor=by.name,
        person_id=by.person_id,
        details=details,
        at=by.now,
    )
    return identifier


async def amend(connection: Connection, row: Mapping[str, Any], *, by: By, **changes: Any) -> dict[str, Any]:
    """Change what a locked row says without moving it, and tell of it: `standard.changed`."""
    changed = {**row, **changes, "revision": row["revision"] + 1, "changed_at": by.now}
    await _UPDATE.execute(connection, standard_id=row["id"], **{name: changed[name] for name in _CHANGED})
    await tell(connection, changed, "standard.changed", now=by.now)
    return changed


async def tell(connection: Connection, row: Mapping[str, Any], type_: str, *, now: datetime) -> None:
    """Record a fact about the version, with its public state."""
    await events.record(
        connection,
        type_,
        subject=f"standards/{row['id']}",
        sequence=row["revision"],
        data=public_state(row),
        at=now,
        # What was stipulated and revoked before anybody could read it is its agency's own.
        visibility="public" if rights.shown_to_all(row) else "agency",
        institution_id=row["institution_id"],
    )


async def draft(connection: Connection, service_id: UUID, content: Mapping[str, Any], *, by: By) -> dict[str, Any]:
    """Begin a new version of a service's standard and reserve its number.

    `content`: number or None, provider_team, components, considerations, manufacturing_public. A version that is in force
    becomes the predecessor. Raises NotFound, Forbidden; DraftOpen and NumberTaken come from the constraints.
    """
    await begin_change(connection)
    service = await queries.find_service(connection, service_id, at=by.now)
    if service is None:
        raise NotFound
    rights.check_drafting(by.actor, service)
    version = await queries.next_version(connection, service_id)
    row: dict[str, Any] = {
        "id": new_id(),
        "service_id": service_id,
        "institution_id": service["institution_id"],
        "number": content["number"] or f"SP-{service['code']}-{version}",
        "version": version,
        "revision": 1,
        "state": "draft",
        "components": content["components"],
        "considerations": content["considerations"],
        "provider_team": content["provider_team"],
        "manufacturing_public": content["manufacturing_public"],
        "changeable": [],
        "content_hash": None,
        "predecessor_id": await queries.find_latest_published(connection, service_id),
        "effective_on": None,
        "effective_to": None,
        "review_due_on": None,
        **dict.fromkeys(COURSE),
        "time_zone": service["time_zone"],
        "drafted_by": by.name,
        "created_at": by.now,
        "changed_at": by.now,
    }
    await _INSERT.execute(connection, **row)
    await _MOVE.execute(
        connection,
        standard_id=row["id"],
        action="drafting",
        state_before=lifecycle.NONE,
        state_after="draft",
        actor=by.name,
        person_id=by.person_id,
        details={"number": row["number"]},
        at=by.now,
    )
    return {**row, "unit_id": service["unit_id"], "today": service["today"], "ancestors": service["ancestors"]}


async def redraft(
    connection: Connection, row: Mapping[str, Any], move: lifecycle.Move, content: Mapping[str, Any], *, by: By
) -> dict[str, Any]:
    """Change a draft's text to `content` (components, considerations, provider_team, manufacturing_public).

    While finalising, what was discussed changes by dispositions alone, or goes back to what it was; components that were
    incomplete then are completed, and considerations improved. Raises Unprocessable naming each other component.
    """
    if row["state"] not in lifecycle.DRAFTED:
        raise rights.MoveNotAllowed(state=row["state"], allowed_actions=lifecycle.actions_from(row["state"]))
    changed = changed_components(row["components"], content["components"])
    if row["state"] == "finalising":
        discussed = await queries.find_discussed(connection, row["id"])
        pending = {each["component"] for each in await queries.find_pending(connection, row["id"])}
        beyond = [
            Flaw(f"/components/{code}", "beyond_dispositions", BEYOND)
            for code in beyond_dispositions(pending, content["components"], discussed)
            if code in changed
        ]
        if beyond:
            raise Unprocessable(BEYOND, errors=beyond)
    return await carry_out(connection, row, move, by=by, details={"components": changed}, **content)


async def find_changeable(connection: Connection, row: Mapping[str, Any]) -> list[str]:
    """The components that may change while finalising: those accepted changes of which the text discussed last doesn't follow."""
    return sorted({each["component"] for each in await queries.find_pending(connection, row["id"])})


async def permit_changes(connection: Connection, standard_id: UUID) -> None:
    """Tell on the row which components may change while finalising, as dispositions and the text discussed last now say.

    Of a version that is reviewed, on that of its successor.
    """
    await _PERMIT.execute(connection, standard_id=standard_id)


async def abandon(
    connection: Connection, standard_id: UUID, *, reason: str, participants_told: bool, by: By, expected: Expected
) -> dict[str, Any]:
    """End a draft for good. Once others took part they must have been told: otherwise Unprocessable."""
    row, move = await lock(connection, standard_id, "abandonment", by=by, expected=expected)
    if row["state"] != "draft" and not participants_told:
        raise Unprocessable(_TOLD, errors=[Flaw("/participants_told", "participants_not_told", _TOLD)])
    details = {"reason": reason, "participants_told": participants_told}
    return await carry_out(connection, row, move, by=by, details=details)
