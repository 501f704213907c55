"""People: reading, registering and changing them. Names of office holders are public, numbers and accounts aren't."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, any_, bindparam, insert, or_, select, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement, Statements
from chassis.http.filters import Chosen, Filters, Listed, Sort, matching, one_of
from chassis.http.problems import Forbidden, NotFound
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from registry import rights
from registry.appointments import facts
from registry.appointments.tables import appointments, people
from registry.recorded import announce, begin_change

_PRIVATE = ("employee_number", "account_id", "client_id")
_LINKS = frozenset({"account_id", "client_id"})
_ID = bindparam("id", type_=Uuid)

LISTED = select(people)
FILTERS = Filters(
    parameters=[
        matching("q", lambda: people.c.name.op("%>")(bindparam("q", type_=Text)), "A name; typos are forgiven"),
        one_of("institution", people.c.institution_id, UUID, "Institutions that keep the record"),
    ],
    sorts={"name": Sort((people.c.name, people.c.id), (str, UUID))},
    default_sort="name",
)
_statements = Statements()
_LOCKED = Statement(select(people).where(people.c.id == _ID).with_for_update())
_HELD = Statement(
    select(appointments.c.id, appointments.c.institution_id, appointments.c.role).where(
        appointments.c.person_id == _ID, ~appointments.c.cancelled
    )
)
_COLUMNS = ("id", "institution_id", "name", *_PRIVATE, "created_at")
_INSERT = Statement(insert(people).values({name: bindparam(name, type_=people.c[name].type) for name in _COLUMNS}))
_CHANGED = ("name", *_PRIVATE)
_UPDATE = Statement(
    update(people)
    .where(people.c.id == _ID)
    .values({name: bindparam(f"new_{name}", type_=people.c[name].type) for name in _CHANGED})
)


def _visible(actor: Actor) -> tuple[str, ColumnElement[bool] | None, Mapping[str, Any]]:
    """Who holds or held a seat is public; others are seen by those who keep their record."""
    if rights.national(actor):
        return "all", None, {}
    seated = (
        select(appointments.c.id).where(appointments.c.person_id == people.c.id, ~appointments.c.cancelled).exists()
    )
    own = rights.administered(actor)
    if not own:
        return "seated", seated, {}
    mine = people.c.institution_id == any_(bindparam("own", type_=ARRAY(Uuid)))
    return "own", or_(seated, mine), {"own": sorted(own)}


async def find_people(connection: Connection, chosen: Chosen, actor: Actor) -> Listed:
    """A page of people whom the actor may know of."""
    return await FILTERS.page(connection, chosen, LISTED, reach=_visible(actor))


async def find_person(connection: Connection, identity: UUID, actor: Actor) -> Row | None:
    """A person, if the actor may know of him or her."""
    shape, predicate, values = _visible(actor)

    def compose() -> Any:
        mine = LISTED.where(people.c.id == _ID)
        return mine if predicate is None else mine.where(predicate)

    return await _statements.get(shape, compose).fetchrow(connection, id=identity, **values)


def shown(row: Row, actor: Actor) -> dict[str, Any]:
    """A row as this actor is sent it."""
    content = {name: row[name] for name in ("id", "name", "institution_id")}
    if rights.administers(actor, row["institution_id"]):
        content |= {name: row[name] for name in _PRIVATE}
    return content


async def register(connection: Connection, content: Mapping[str, Any], *, actor: Actor, now: datetime) -> Row:
    """Register a person: `content` as of NewPerson. Records `person.changed`.

    Raises Forbidden, and by constraint IdentifierTaken and Unprocessable.
    """
    institution_id = content["institution_id"] or _own_institution(actor)
    rights.require_manager(actor, institution_id)
    await begin_change(connection)
    identity = new_id()
    await _INSERT.execute(
        connection, **{**content, "id": identity, "institution_id": institution_id, "created_at": now}
    )
    return await _recorded(connection, identity, now=now)


async def change(
    connection: Connection,
    identity: UUID,
    stated: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    expected: Expected,
) -> Row:
    """Change a person: `stated` as of PersonPatch. Records `person.changed`, and for a new name each `appointment.changed`.

    An account or client acts with every seat of its person, so that only who manages all of these seats may link one.
    Raises NotFound, Forbidden, StaleVersion, and by constraint IdentifierTaken.
    """
    await begin_change(connection)
    if await find_person(connection, identity, actor) is None:
        raise NotFound
    held = await _LOCKED.fetchrow(connection, id=identity)
    assert held is not None
    rights.require_manager(actor, held["institution_id"])
    expected.check(held["version"])
    seats = await _HELD.fetch(connection, id=identity)
    if _LINKS & stated.keys() and not all(
        rights.appoints(actor, seat["institution_id"], seat["role"]) for seat in seats
    ):
        raise Forbidden
    new = {f"new_{name}": stated.get(name, held[name]) for name in _CHANGED}
    await _UPDATE.execute(connection, id=identity, **new)
    if new["new_name"] != held["name"]:
        await facts.record_appointments(connection, [seat["id"] for seat in seats], now=now)
    return await _recorded(connection, identity, now=now)


def _own_institution(actor: Actor) -> UUID | None:
    """The caller's institution, if there is just one."""
    own = rights.administered(actor)
    return next(iter(own)) if len(own) == 1 else None


async def _recorded(connection: Connection, identity: UUID, *, now: datetime) -> Row:
    await facts.record_people(connection, [identity], now=now)
    await announce(connection)
    row = await _LOCKED.fetchrow(connection, id=identity)
    assert row is not None
    return row
