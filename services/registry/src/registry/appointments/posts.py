"""Posts: what is to be filled, where and when, and how much of it is."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Uuid, bindparam, func, insert, or_, select, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Listed, Sort, one_of
from chassis.http.problems import NotFound
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from directory.zones import iana_name, local_day
from registry import rights
from registry.appointments import problems
from registry.appointments.places import find_place
from registry.appointments.tables import appointments, placed_posts, posts
from registry.institutions import standing
from registry.institutions.problems import empty_period
from registry.institutions.tables import institutions
from registry.moments import AS_OF, Moment, bounds, held, today
from registry.recorded import begin_change
from registry.shapes import shown_period
from registry.terms import Terms
from registry.units.subtrees import of_units

_P = placed_posts.c
_ID = bindparam("id", type_=Uuid)
_DAYS = func.daterange(bindparam("begins", type_=Date), bindparam("ends", type_=Date))
_THEN = held(placed_posts, known=False)
_filled = (
    select(func.count())
    .where(appointments.c.post_id == _P.id, appointments.c.in_office_during.op("@>")(AS_OF))
    .scalar_subquery()
    .label("filled")
)
LISTED = select(placed_posts, _filled, *bounds(placed_posts))
FILTERS = Filters(
    parameters=[
        one_of("institution", _P.institution_id, UUID, "Institutions"),
        one_of("role", _P.role, str, "Role, see the vocabulary appointment_roles"),
        *of_units(_P.unit_id),
    ],
    sorts={"name": Sort((_P.name, _P.id), (str, UUID))},
    default_sort="name",
)
_ONE = Statement(
    LISTED.where(_P.id == _ID, or_(~bindparam("stated", type_=Boolean), _THEN))
    .order_by(_THEN.desc(), func.lower(_P.valid_during).desc().nulls_last())
    .limit(1)
)
_COLUMNS = ("id", "institution_id", "unit_id", "name", "role", "needed", "version", "created_at")
_INSERT = Statement(
    insert(posts).values(valid_during=_DAYS, **{name: bindparam(name, type_=posts.c[name].type) for name in _COLUMNS})
)
_ZONE = Statement(
    select(institutions.c.time_zone)
    .where(institutions.c.id == _ID)
    .order_by(func.lower(institutions.c.valid_during).desc())
    .limit(1)
)
_LOCKED = Statement(select(posts, *bounds(posts)).where(posts.c.id == _ID).with_for_update())
_END = Statement(update(posts).where(posts.c.id == _ID).values(valid_during=_DAYS, version=posts.c.version + 1))
_HOLDING = Statement("""
SELECT 'appointment' AS kind, count(*) AS count, array_agg(a.id ORDER BY people.name, a.id) AS ids,
    array_agg(people.name ORDER BY people.name, a.id) AS names
FROM appointments AS a JOIN people ON people.id = a.person_id
WHERE a.post_id = CAST(:id AS uuid) AND a.in_office_during && daterange(CAST(:day AS date), NULL)
HAVING count(*) > 0""")
_SHOWN = ("id", "institution_id", "unit_id", "name", "role", "needed", "filled")


async def find_posts(connection: Connection, chosen: Chosen, moment: Moment) -> Listed:
    """A page of the posts that exist on a day, with how many people fill them."""
    return await FILTERS.page(connection, chosen, LISTED, reach=("all", _THEN, moment.values))


async def find_post(connection: Connection, identity: UUID, moment: Moment) -> Row | None:
    """A post, with how many people fill it on a day; unless the day is stated, also one that doesn't exist on it."""
    return await _ONE.fetchrow(connection, id=identity, as_of=moment.day, stated=moment.stated)


def shown(row: Row) -> dict[str, Any]:
    """A row as it is sent."""
    return {name: row[name] for name in _SHOWN} | {"valid_during": shown_period(row)}


async def establish(
    connection: Connection, content: Mapping[str, Any], *, actor: Actor, terms: Terms, now: datetime
) -> Row:
    """Establish a post: `content` as of NewPost. Raises Forbidden, Unprocessable."""
    terms.check(content, {"role": "appointment_roles"})
    place = await find_place(connection, content)
    rights.require_manager(actor, place.institution_id)
    zone: str = iana_name(await _ZONE.fetchval(connection, id=place.institution_id))
    period = content["valid_during"]
    begins, ends = period["from_"] or local_day(now, zone), period["to"]
    if ends is not None and ends <= begins:
        raise empty_period()
    identity = new_id()
    row = {"id": identity, "version": 1, "created_at": now, **place._asdict()}
    row |= {name: content[name] for name in ("name", "role", "needed")}
    await _INSERT.execute(connection, **row, begins=begins, ends=ends)
    return await _found(connection, identity, now=now)


async def end(
    connection: Connection, identity: UUID, *, valid_to: date, actor: Actor, now: datetime, expected: Expected
) -> Row:
    """End a post; `valid_to` is the first day without it.

    Raises NotFound, Forbidden, StaleVersion, AlreadyEnded, Unprocessable (before it begins at its place), and StillInUse
    that names who holds it on that day or later.
    """
    await begin_change(connection)
    post = await _LOCKED.fetchrow(connection, id=identity)
    if post is None:
        raise NotFound
    rights.require_manager(actor, post["institution_id"])
    expected.check(post["version"])
    begins, ends = post["valid_from"], post["valid_to"]
    if ends is not None and ends <= valid_to:
        raise problems.AlreadyEnded
    if begins is not None and valid_to <= begins:
        raise problems.ends_before_it_begins(begins)
    if holding := await _HOLDING.fetch(connection, id=identity, day=valid_to):
        raise standing.refusal(holding)
    await _END.execute(connection, id=identity, begins=begins, ends=valid_to)
    return await _found(connection, identity, now=now)


async def _found(connection: Connection, identity: UUID, *, now: datetime) -> Row:
    row = await find_post(connection, identity, Moment(today(now), stated=False))
    assert row is not None
    return row
