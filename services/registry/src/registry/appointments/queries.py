"""Reading appointments, as of a day and as recorded at an instant."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    FromClause,
    Select,
    Text,
    Uuid,
    all_,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Listed, Sort, one_of
from directory.roles import STANDING_BESIDE
from registry.appointments.grounds import grounds_of, terms_before
from registry.appointments.tables import appointments, appointments_known, people
from registry.moments import AS_OF, Moment, bounds, recorded
from registry.shapes import shown_period
from registry.units.subtrees import of_units

_COLUMNS = (
    "id", "person_id", "institution_id", "unit_id", "post_id", "role", "acting", "decree_number", "decree_date",
    "appointed_by", "extensions", "version", "created_at",
)  # fmt: skip
_SHOWN = (*_COLUMNS[:2], "person_name", *_COLUMNS[2:10], "state")
_EXTENSION = ("decree_number", "decree_date", "valid_to_before", "valid_to")
_ID = bindparam("id", type_=Uuid)


def _listed(table: FromClause) -> Select[Any]:
    first, last = bounds(table)
    state = case(
        (table.c.cancelled, "cancelled"),
        (first.element > AS_OF, "scheduled"),
        (last.element <= AS_OF, "ended"),
        else_="active",
    )
    return select(
        *(table.c[name] for name in _COLUMNS),
        people.c.name.label("person_name"),
        state.label("state"),
        first,
        last,
        *grounds_of(table),
        terms_before(table),
        table.c.recorded_at,
    ).join_from(table, people, people.c.id == table.c.person_id)


def _filters(table: FromClause) -> Filters:
    return Filters(
        parameters=[
            one_of("institution", table.c.institution_id, UUID, "Institutions"),
            one_of("person", table.c.person_id, UUID, "People"),
            one_of("role", table.c.role, str, "Role, see the vocabulary appointment_roles"),
            one_of("acting", table.c.acting, str, "Kind of holder, see the vocabulary acting_kinds"),
            *of_units(table.c.unit_id, known=table is appointments_known),
        ],
        sorts={"created_at": Sort((table.c.created_at, table.c.id), (datetime, UUID))},
        default_sort="created_at",
    )


def _in_office(table: FromClause, *, known: bool, always: bool) -> ColumnElement[bool] | None:
    conditions = [recorded(table)] if known else []
    if not always:
        conditions.append(table.c.in_office_during.op("@>", is_comparison=True)(AS_OF))
    return and_(*conditions) if conditions else None


FILTERS = _filters(appointments)
_KNOWN_FILTERS = _filters(appointments_known)
_LISTED, _KNOWN_LISTED = _listed(appointments), _listed(appointments_known)
_ONE = Statement(_LISTED.where(appointments.c.id == _ID))
_KNOWN_ONE = Statement(_KNOWN_LISTED.where(appointments_known.c.id == _ID, recorded(appointments_known)))

_DAYS = func.daterange(bindparam("begins", type_=Date), bindparam("ends", type_=Date))
_UNIT, _ROLE = bindparam("unit_id", type_=Uuid), bindparam("role", type_=appointments.c.role.type)
_INSTITUTION = bindparam("institution_id", type_=Uuid)
_FILLS = appointments.c.acting != all_(bindparam("beside", type_=ARRAY(Text)))
# With a unit the index of units is used, without one that of institutions: two statements, not one with OR.
_IN_SEAT = (
    select(appointments.c.id, people.c.name.label("person_name"), *bounds(appointments))
    .join_from(appointments, people, people.c.id == appointments.c.person_id)
    .where(
        appointments.c.role == _ROLE,
        or_(_FILLS & bindparam("fills", type_=Boolean), appointments.c.person_id == bindparam("person_id", type_=Uuid)),
        appointments.c.in_office_during.op("&&")(_DAYS),
        appointments.c.id != _ID,
    )
    .order_by(appointments.c.valid_during)
)
_HOLDERS_OF_UNIT = Statement(_IN_SEAT.where(appointments.c.unit_id == _UNIT))
_HOLDERS_OF_INSTITUTION = Statement(
    _IN_SEAT.where(appointments.c.institution_id == _INSTITUTION, appointments.c.unit_id.is_(None))
)
_APPOINTER_EXISTS = Statement(
    select(people.c.id).where(people.c.id == _ID).union_all(select(appointments.c.id).where(appointments.c.id == _ID))
)


async def find_appointments(connection: Connection, chosen: Chosen, moment: Moment, *, always: bool) -> Listed:
    """A page of appointments: those in office at a moment, or all whenever they are."""
    known = moment.known_at is not None
    filters, table, source = (
        (_KNOWN_FILTERS, appointments_known, _KNOWN_LISTED) if known else (FILTERS, appointments, _LISTED)
    )
    shape = f"{'known' if known else 'current'} {'always' if always else 'in office'}"
    reach = (shape, _in_office(table, known=known, always=always), moment.values)
    return await filters.page(connection, chosen, source, reach=reach)


async def find_appointment(connection: Connection, identity: UUID, moment: Moment) -> Row | None:
    """An appointment, whenever it is in office, as it was recorded at a moment."""
    return await (_KNOWN_ONE if moment.known_at else _ONE).fetchrow(connection, id=identity, **moment.values)


async def find_holders(
    connection: Connection,
    *,
    institution_id: UUID,
    unit_id: UUID | None,
    role: str,
    begins: date,
    ends: date | None,
    person_id: UUID,
    fills: bool,
    besides: UUID,
) -> list[Row]:
    """Who is in the way of a person at a seat on any of these days, but for the appointment `besides`.

    Whoever `fills` it is in the way of another who does; a Plh only stands beside. Nobody is there twice at once.
    """
    sought = {"role": role, "begins": begins, "ends": ends, "id": besides, "beside": sorted(STANDING_BESIDE)}
    sought |= {"person_id": person_id, "fills": fills}
    if unit_id is not None:
        return await _HOLDERS_OF_UNIT.fetch(connection, unit_id=unit_id, **sought)
    return await _HOLDERS_OF_INSTITUTION.fetch(connection, institution_id=institution_id, **sought)


async def is_appointer(connection: Connection, identity: UUID) -> bool:
    """Whether there is a person or an appointment of this id."""
    return await _APPOINTER_EXISTS.fetchrow(connection, id=identity) is not None


def shown(row: Row) -> dict[str, Any]:
    """A row as it is sent, without its warnings."""
    extensions = [{name: each[name] for name in _EXTENSION} for each in row["extensions"]]
    return {**{name: row[name] for name in _SHOWN}, "extensions": extensions, "valid_during": shown_period(row)}
