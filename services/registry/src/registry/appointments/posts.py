"""Posts: what is to be filled, and how much of it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, insert, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Listed, Sort, one_of
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from registry import rights
from registry.appointments.places import find_place
from registry.appointments.tables import appointments, posts
from registry.moments import AS_OF, Moment, today
from registry.terms import Terms
from registry.units.subtrees import of_units

_filled = (
    select(func.count())
    .where(appointments.c.post_id == posts.c.id, appointments.c.in_office_during.op("@>")(AS_OF))
    .scalar_subquery()
    .label("filled")
)
LISTED = select(posts, _filled)
FILTERS = Filters(
    parameters=[
        one_of("institution", posts.c.institution_id, UUID, "Institutions"),
        one_of("role", posts.c.role, str, "Role, see the vocabulary appointment_roles"),
        *of_units(posts.c.unit_id),
    ],
    sorts={"name": Sort((posts.c.name, posts.c.id), (str, UUID))},
    default_sort="name",
)
_ONE = Statement(LISTED.where(posts.c.id == bindparam("id", type_=Uuid)))
_COLUMNS = ("id", "institution_id", "unit_id", "name", "role", "needed", "version", "created_at")
_INSERT = Statement(insert(posts).values({name: bindparam(name, type_=posts.c[name].type) for name in _COLUMNS}))
_SHOWN = ("id", "institution_id", "unit_id", "name", "role", "needed", "filled")


async def find_posts(connection: Connection, chosen: Chosen, moment: Moment) -> Listed:
    """A page of posts, with how many people fill them on a day."""
    return await FILTERS.page(connection, chosen, LISTED, reach=("all", None, moment.values))


async def find_post(connection: Connection, identity: UUID, moment: Moment) -> Row | None:
    """A post, with how many people fill it on a day."""
    return await _ONE.fetchrow(connection, id=identity, as_of=moment.day)


def shown(row: Row) -> dict[str, Any]:
    """A row as it is sent."""
    return {name: row[name] for name in _SHOWN}


async def establish(
    connection: Connection, content: Mapping[str, Any], *, actor: Actor, terms: Terms, now: datetime
) -> Row:
    """Establish a post: `content` as of NewPost. Raises Forbidden, Unprocessable."""
    terms.check(content, {"role": "appointment_roles"})
    place = await find_place(connection, content)
    rights.require_manager(actor, place.institution_id)
    identity = new_id()
    row = {**content, **place._asdict(), "id": identity, "version": 1, "created_at": now}
    await _INSERT.execute(connection, **row)
    found = await find_post(connection, identity, Moment(today(now), stated=False))
    assert found is not None
    return found
