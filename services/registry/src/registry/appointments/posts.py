"""Posts: what is to be filled, where and when, and how much of it is."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, Uuid, bindparam, case, func, insert, or_, select, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Listed, Sort, one_of
from chassis.http.problems import NotFound
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from directory.zones import national_day
from registry import rights
from registry.appointments import problems
from registry.appointments.places import find_place
from registry.appointments.tables import appointments, placed_posts, post_former_places, posts
from registry.institutions import standing
from registry.institutions.problems import empty_period
from registry.institutions.queries import find_local_day, local_day_of
from registry.moments import AS_OF, Moment, bounds
from registry.recorded import begin_change
from registry.shapes import shown_period
from registry.terms import Terms
from registry.units.subtrees import of_units

_P = placed_posts.c
_ID = bindparam("id", type_=Uuid)
_DAYS = func.daterange(bindparam("begins", type_=Date), bindparam("ends", type_=Date))
_STATED, _NOW = bindparam("stated", type_=Boolean), bindparam("now", type_=DateTime(timezone=True))
_DAY = case((_STATED, AS_OF), else_=local_day_of(_P.institution_id, _NOW))
"""The day that is asked for, else today where the institution is."""
_THEN = _P.valid_during.op("@>", is_comparison=True)(_DAY)
_filled = (
    select(func.count(appointments.c.person_id.distinct()))
    .where(appointments.c.post_id == _P.id, appointments.c.in_office_during.op("@>")(_DAY))
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
    LISTED.where(_P.id == _ID, or_(~_STATED, _THEN))
    .order_by(_THEN.desc(), func.lower(_P.valid_during).desc().nulls_last())
    .limit(1)
)
_COLUMNS = ("id", "institution_id", "unit_id", "name", "role", "needed", "version", "created_at")
_INSERT = Statement(
    insert(posts).values(valid_during=_DAYS, **{name: bindparam(name, type_=posts.c[name].type) for name in _COLUMNS})
)
_LOCKED = Statement(select(posts, *bounds(posts)).where(posts.c.id == _ID).with_for_update())
_CHANGED = ("name", "needed")
_CHANGE = Statement(
    update(posts)
    .where(posts.c.id == _ID)
    .values(
        valid_during=_DAYS,
        version=posts.c.version + 1,
        **{name: bindparam(f"new_{name}", type_=posts.c[name].type) for name in _CHANGED},
    )
)
_LEFT = Statement(
    select(func.max(func.upper(post_former_places.c.valid_during))).where(post_former_places.c.post_id == _ID)
)
# Who fills it may have sat there before it was established, but not left before; `begins` null: it is as it was.
_OUTSIDE = Statement("""
SELECT 'appointment' AS kind, count(*) AS count, array_agg(a.id ORDER BY people.name, a.id) AS ids,
    array_agg(people.name ORDER BY people.name, a.id) AS names
FROM appointments AS a JOIN people ON people.id = a.person_id
WHERE a.post_id = CAST(:id AS uuid) AND (upper(a.in_office_during) <= CAST(:begins AS date)
    OR CAST(:ends AS date) IS NOT NULL AND a.in_office_during && daterange(CAST(:ends AS date), NULL))
HAVING count(*) > 0""")
_SHOWN = ("id", "institution_id", "unit_id", "name", "role", "needed", "filled")


async def find_posts(connection: Connection, chosen: Chosen, moment: Moment, *, now: datetime) -> Listed:
    """A page of the posts that exist on a day, with how many people fill them; by default today where each of them is."""
    return await FILTERS.page(connection, chosen, LISTED, reach=("all", _THEN, _asked(moment, now)))


async def find_post(connection: Connection, identity: UUID, moment: Moment, *, now: datetime) -> Row | None:
    """A post, with how many people fill it on a day; unless the day is stated, also one that doesn't exist on it."""
    return await _ONE.fetchrow(connection, id=identity, **_asked(moment, now))


def _asked(moment: Moment, now: datetime) -> dict[str, Any]:
    return {"as_of": moment.day, "stated": moment.stated, "now": now}


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
    period = content["valid_during"]
    begins, ends = period["from_"] or await find_local_day(connection, place.institution_id, now=now), period["to"]
    if ends is not None and ends <= begins:
        raise empty_period()
    identity = new_id()
    row = {"id": identity, "version": 1, "created_at": now, **place._asdict()}
    row |= {name: content[name] for name in ("name", "role", "needed")}
    await _INSERT.execute(connection, **row, begins=begins, ends=ends)
    return await _found(connection, identity, now=now)


async def change(
    connection: Connection,
    identity: UUID,
    stated: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    expected: Expected,
) -> Row:
    """Correct a post, or say how many people it needs now: `stated` as of PostPatch.

    Raises NotFound, Forbidden, StaleVersion, Unprocessable (also where it was elsewhere before), and StillInUse that names who would hold
    it outside its days.
    """
    post = await _locked(connection, identity, actor=actor, expected=expected)
    period = stated.get("valid_during", {})
    begins, ends = period.get("from_", post["valid_from"]), period.get("to", post["valid_to"])
    if begins is not None and ends is not None and ends <= begins:
        raise empty_period()
    moved = begins != post["valid_from"]
    if moved and (left := await _LEFT.fetchval(connection, id=identity)) is not None:
        raise problems.elsewhere_before(left)
    if found := await _OUTSIDE.fetch(connection, id=identity, begins=begins if moved else None, ends=ends):
        raise standing.refusal(found, pointer="/valid_during")
    new = {f"new_{name}": stated.get(name, post[name]) for name in _CHANGED}
    await _CHANGE.execute(connection, id=identity, begins=begins, ends=ends, **new)
    return await _found(connection, identity, now=now)


async def end(
    connection: Connection, identity: UUID, *, valid_to: date, actor: Actor, now: datetime, expected: Expected
) -> Row:
    """End a post; `valid_to` is the first day without it.

    Raises NotFound, Forbidden, StaleVersion, AlreadyEnded, Unprocessable (before it begins at its place), and StillInUse
    that names who holds it on that day or later.
    """
    post = await _locked(connection, identity, actor=actor, expected=expected)
    begins, ends = post["valid_from"], post["valid_to"]
    if ends is not None and ends <= valid_to:
        raise problems.AlreadyEnded
    if begins is not None and valid_to <= begins:
        raise problems.ends_before_it_begins(begins)
    if found := await _OUTSIDE.fetch(connection, id=identity, begins=None, ends=valid_to):
        raise standing.refusal(found, pointer="/valid_to")
    kept = {f"new_{name}": post[name] for name in _CHANGED}
    await _CHANGE.execute(connection, id=identity, begins=begins, ends=valid_to, **kept)
    return await _found(connection, identity, now=now)


async def _locked(connection: Connection, identity: UUID, *, actor: Actor, expected: Expected) -> Row:
    await begin_change(connection)
    post = await _LOCKED.fetchrow(connection, id=identity)
    if post is None:
        raise NotFound
    rights.require_manager(actor, post["institution_id"])
    expected.check(post["version"])
    return post


async def _found(connection: Connection, identity: UUID, *, now: datetime) -> Row:
    row = await find_post(connection, identity, Moment(national_day(now), stated=False), now=now)
    assert row is not None
    return row
