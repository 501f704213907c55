"""The copy's read statements, compiled once. Periods come as `valid_from` and `valid_to` (exclusive, null = open)."""

from datetime import date

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    func,
    or_,
    select,
)

from chassis.data.statements import Statement
from directory.roles import LIAISON, OFFICER, RESPONSIBLE_OFFICER, SUPERVISOR, UNIT_HEAD
from directory.tables import (
    appointments,
    calendars,
    institutions,
    people,
    services,
    supervision,
    unit_ancestors,
    units,
)
from directory.world import JAKARTA, LOCAL_GOVERNMENTS
from directory.zones import DEFAULT_ZONE

_DAY = bindparam("day", type_=Date)
_INSTITUTION_IDS = bindparam("institution_ids", type_=ARRAY(Uuid))
_UNIT_IDS = bindparam("unit_ids", type_=ARRAY(Uuid))


def _on_day(table: FromClause) -> ColumnElement[bool]:
    return table.c.valid_during.op("@>")(_DAY)


def _period(table: FromClause) -> tuple[ColumnElement[date], ColumnElement[date]]:
    return (
        func.lower(table.c.valid_during, type_=Date).label("valid_from"),
        func.upper(table.c.valid_during, type_=Date).label("valid_to"),
    )


def _seats_of(caller: ColumnElement[str | None]) -> Statement:
    """The person, once for each seat in office on the local day of its institution; once without a seat if none is."""
    zone = func.coalesce(institutions.c.time_zone, DEFAULT_ZONE)
    today = cast(func.timezone(zone, bindparam("at", type_=DateTime(timezone=True))), Date)
    seated = (
        select(
            appointments.c.person_id,
            appointments.c.role,
            appointments.c.institution_id,
            appointments.c.unit_id,
            appointments.c.acting,
            *_period(appointments),
        )
        .select_from(appointments.outerjoin(institutions, institutions.c.id == appointments.c.institution_id))
        .where(appointments.c.person_id == people.c.id, appointments.c.valid_during.op("@>")(today))
        .lateral("seated")
    )
    return Statement(
        select(
            people.c.id.label("person_id"),
            seated.c.role,
            seated.c.institution_id,
            seated.c.unit_id,
            seated.c.acting,
            seated.c.valid_from,
            seated.c.valid_to,
        )
        .select_from(people.outerjoin(seated, seated.c.person_id == people.c.id))
        .where(caller == bindparam("caller_id"))
    )


SEATS_OF_ACCOUNT = _seats_of(people.c.account_id)
SEATS_OF_CLIENT = _seats_of(people.c.client_id)


def _edges() -> FromClause:
    """Who supervises whom on a day: the registered edges, and in DK Jakarta the province over its administrative areas."""
    area, province = institutions.alias("area"), institutions.alias("province")
    registered = select(supervision.c.institution_id, supervision.c.supervisor_id).where(_on_day(supervision))
    by_law = select(area.c.id, province.c.id).where(
        area.c.region_code.like(f"{JAKARTA}.%"),
        _one_of(area.c.kind, "regency", "city"),
        province.c.region_code == JAKARTA,
        province.c.kind == "province",
        _on_day(area),
        _on_day(province),
    )
    return registered.union_all(by_law).cte("edges")


def _one_of(column: ColumnElement[str], *values: str) -> ColumnElement[bool]:
    return column == any_(bindparam(None, list(values), type_=ARRAY(Text)))


def _supervised() -> Statement:
    """The institutions below some others, at any distance; not themselves, unless edges run in a circle."""
    edges = _edges()
    below = (
        select(edges.c.institution_id.label("id"))
        .where(edges.c.supervisor_id == any_(_INSTITUTION_IDS))
        .cte("below", recursive=True)
    )
    further = select(edges.c.institution_id).where(edges.c.supervisor_id == below.c.id)
    return Statement(select(below.union(further).c.id))


SUPERVISED = _supervised()


def _institutions_upward() -> Statement:
    """Some institutions, the local governments of some regions, and everything above them along edges."""
    edges = _edges()
    start = (
        select(institutions.c.id)
        .where(
            or_(
                institutions.c.id == any_(_INSTITUTION_IDS),
                and_(
                    institutions.c.region_code == any_(bindparam("region_codes", type_=ARRAY(Text))),
                    _one_of(institutions.c.kind, *sorted(LOCAL_GOVERNMENTS)),
                ),
            )
        )
        .cte("upward", recursive=True)
    )
    upward = start.union(select(edges.c.supervisor_id).where(edges.c.institution_id == start.c.id))
    return Statement(
        select(
            institutions.c.id,
            institutions.c.code,
            institutions.c.name,
            institutions.c.kind,
            institutions.c.region_code,
            institutions.c.time_zone,
            *_period(institutions),
        ).where(institutions.c.id == upward.c.id, _on_day(institutions))
    )


INSTITUTIONS_UPWARD = _institutions_upward()

EDGES = Statement(
    select(supervision.c.institution_id, supervision.c.supervisor_id, *_period(supervision)).where(
        supervision.c.institution_id == any_(_INSTITUTION_IDS), _on_day(supervision)
    )
)

SERVICES = Statement(
    select(
        services.c.id,
        services.c.institution_id,
        services.c.unit_id,
        services.c.code,
        services.c.name,
        services.c.region_codes,
    ).where(services.c.id == any_(bindparam("service_ids", type_=ARRAY(Uuid))))
)

UNIT_LINES = Statement(
    select(
        units.c.id,
        units.c.institution_id,
        units.c.parent_id,
        units.c.name,
        units.c.kind,
        units.c.region_code,
        *_period(units),
    ).where(
        units.c.id.in_(
            select(unit_ancestors.c.ancestor_id).where(
                unit_ancestors.c.unit_id == any_(_UNIT_IDS), _on_day(unit_ancestors)
            )
        ),
        _on_day(units),
    )
)

ANCESTORS = Statement(
    select(unit_ancestors.c.ancestor_id)
    .where(unit_ancestors.c.unit_id == bindparam("unit_id", type_=Uuid), _on_day(unit_ancestors))
    .order_by(unit_ancestors.c.depth)
)

APPOINTMENTS = Statement(
    select(
        appointments.c.id,
        appointments.c.person_id,
        appointments.c.person_name,
        appointments.c.institution_id,
        appointments.c.unit_id,
        appointments.c.role,
        appointments.c.acting,
        appointments.c.decree_number,
        *_period(appointments),
    ).where(
        or_(
            appointments.c.unit_id == any_(_UNIT_IDS),
            and_(appointments.c.institution_id == any_(_INSTITUTION_IDS), appointments.c.unit_id.is_(None)),
        ),
        _one_of(appointments.c.role, LIAISON, OFFICER, UNIT_HEAD, RESPONSIBLE_OFFICER, SUPERVISOR),
        _on_day(appointments),
    )
)

CALENDAR_PLACE = Statement(
    select(institutions.c.region_code, institutions.c.time_zone, institutions.c.code.label("own_code")).where(
        institutions.c.id == bindparam("institution_id", type_=Uuid)
    )
)

CALENDARS = Statement(
    select(
        calendars.c.code,
        calendars.c.version,
        calendars.c.time_zone,
        calendars.c.region_code,
        cast(calendars.c.working_blocks, Text).label("working_blocks"),
        cast(calendars.c.days, Text).label("days"),
    )
    .where(
        or_(
            calendars.c.code == any_(bindparam("codes", type_=ARRAY(Text))),
            calendars.c.region_code == any_(bindparam("region_codes", type_=ARRAY(Text))),
        )
    )
    .order_by(calendars.c.code)
)
