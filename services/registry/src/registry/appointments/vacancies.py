"""Vacancies: seats that nobody fills on a day (a Plh alone doesn't fill one), and posts with fewer people than they need."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    all_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Listed, Sort, one_of
from directory.roles import RESPONSIBLE_OFFICER, STANDING_BESIDE, SUPERVISOR, UNIT_HEAD
from directory.world import JAKARTA
from registry.appointments.tables import appointments, placed_posts
from registry.institutions.queries import local_day_of
from registry.institutions.tables import institution_identities, institutions
from registry.moments import AS_OF, Moment, held
from registry.units.subtrees import of_units
from registry.units.tables import unit_identities, units

_A = appointments.c
_IN_OFFICE = _A.in_office_during.op("@>", is_comparison=True)(AS_OF)
_BESIDE = bindparam("beside", type_=ARRAY(Text))


def _asked_for(name: str) -> ColumnElement[Any]:
    return bindparam(name, type_=ARRAY(Uuid))


def _seat(table: FromClause, role: str, *, at_unit: bool) -> Select[Any]:
    """One seat of each place in force that nobody fills."""
    place = _A.unit_id == table.c.id if at_unit else (_A.institution_id == table.c.id) & _A.unit_id.is_(None)
    taken = select(literal(1)).where(place, _A.role == literal(role), _IN_OFFICE)
    none = cast(null(), Uuid)
    return select(
        literal("seat", Text).label("kind"),
        table.c.id.label("id"),
        literal(role, Text).label("role"),
        (table.c.institution_id if at_unit else table.c.id).label("institution_id"),
        (table.c.id if at_unit else none).label("unit_id"),
        none.label("post_id"),
        table.c.name.label("name"),
        literal(1, Integer).label("needed"),
        literal(0, Integer).label("filled"),
        taken.exists().label("stood_in"),  # somebody acts beside an empty seat
    ).where(held(table, known=False), ~taken.where(_A.acting != all_(_BESIDE)).exists())


def _goes_on(table: FromClause, identity: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a place is in force on the day or later: nobody is wanted where it has ended."""
    from_then = func.daterange(AS_OF, cast(null(), Date))
    period = table.c.valid_during.op("&&", is_comparison=True)(from_then)
    return select(literal(1)).where(table.c.id == identity, period).exists()


def _posts() -> Select[Any]:
    post = placed_posts.c
    filled: ColumnElement[int] = (
        select(cast(func.count(_A.person_id.distinct()), Integer))
        .where(_A.post_id == post.id, _IN_OFFICE)
        .scalar_subquery()
    )
    of_the_whole = post.unit_id.is_(None) & _goes_on(institutions, post.institution_id)
    return select(
        literal("post", Text),
        post.id,
        post.role,
        post.institution_id,
        post.unit_id,
        post.id,
        post.name,
        post.needed,
        filled,
        literal(value=False),
    ).where(held(placed_posts, known=False), filled < post.needed, or_(_goes_on(units, post.unit_id), of_the_whole))


_AUTONOMOUS = or_(
    institutions.c.kind != all_(literal(["regency", "city"], ARRAY(Text))),
    func.coalesce(func.split_part(institutions.c.region_code, ".", 1), "") != JAKARTA,
)
"""Regencies and cities of DK Jakarta have no Pembina of their own: the governor is."""
_ALL = union_all(
    _seat(institutions, SUPERVISOR, at_unit=False).where(_AUTONOMOUS),
    _seat(institutions, RESPONSIBLE_OFFICER, at_unit=False),
    _seat(units, UNIT_HEAD, at_unit=True),
    _posts(),
).subquery("vacancies")
_V = _ALL.c
FILTERS = Filters(
    parameters=[
        one_of("institution", _V.institution_id, UUID, "Institutions"),
        one_of("role", _V.role, str, "Role, see the vocabulary appointment_roles"),
        one_of("kind", _V.kind, str, "seat or post"),
        *of_units(_V.unit_id),
    ],
    sorts={"name": Sort((_V.name, _V.role, _V.id), (str, str, UUID))},
    default_sort="name",
)
_LISTED = select(_ALL)
_SHOWN = ("kind", "role", "institution_id", "unit_id", "post_id", "name", "needed", "filled", "stood_in")


_OF_UNITS = select(unit_identities.c.institution_id).where(unit_identities.c.id == any_(_asked_for("unit")))
_TODAYS = Statement(
    select(local_day_of(institution_identities.c.id, bindparam("now", type_=DateTime(timezone=True))).label("day"))
    .where(
        or_(institution_identities.c.id == any_(_asked_for("institution")), institution_identities.c.id.in_(_OF_UNITS))
    )
    .distinct()
)


async def find_vacancies(connection: Connection, chosen: Chosen, moment: Moment, *, now: datetime) -> Listed:
    """A page of what is vacant on a day; by default today where the institutions or units are that are asked for. Of several
    places that have different days it is the nation's."""
    if not moment.stated:
        asked = {name: chosen.values.get(name, []) for name in ("institution", "unit")}
        days = [row["day"] for row in await _TODAYS.fetch(connection, **asked, now=now)]
        moment = replace(moment, day=days[0]) if len(days) == 1 else moment
    values = {**moment.values, "beside": sorted(STANDING_BESIDE)}
    return await FILTERS.page(connection, chosen, _LISTED, reach=("all", None, values))


def shown(row: Row) -> dict[str, Any]:
    """A vacancy as it is sent."""
    return {name: row[name] for name in _SHOWN}
