"""On what a seat is held, by what is on record: columns of each appointment, asked for only where its role or its decree needs them."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    FromClause,
    Select,
    Text,
    all_,
    and_,
    any_,
    case,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from chassis.data.statements import Row
from directory.roles import BY_MANDATE, RESPONSIBLE_OFFICER, STANDING_BESIDE, SUPERVISOR, UNIT_HEAD
from registry.appointments.holding import SINGLE, Grounds
from registry.appointments.tables import appointments_known
from registry.moments import recorded
from registry.units.tables import units, units_known

SECRETARIAT = "secretariat"
"""The kind of the unit whose head is the Penanggung jawab by default: Sekjen, Sestama, Sekda (vocabulary unit_kinds)."""
_BESIDE = literal(sorted(STANDING_BESIDE), ARRAY(Text))


def grounds_of(table: FromClause) -> list[ColumnElement[Any]]:
    """The columns that `read_grounds` reads, of the table of appointments or of its view of all that was known."""
    known = table is appointments_known
    first = func.lower(table.c.valid_during, type_=Date)
    decreed = func.coalesce(table.c.decree_date, first)
    answers = table.c.role == RESPONSIBLE_OFFICER
    secretaries, supervisors = _secretaries(table, first, known=known), _supervisors(table, decreed, known=known)
    other = table.alias()
    seated = select(literal(1)).where(
        _of_the_seat(other, table),
        other.c.acting != all_(_BESIDE),
        _in_office(other, first, known=known),
    )
    beside = and_(table.c.role == any_(literal(sorted(SINGLE), ARRAY(Text))), table.c.acting == any_(_BESIDE))
    another = select(literal(1)).where(
        _of_the_seat(other, table),
        other.c.id != table.c.id,
        other.c.acting == any_(_BESIDE),
        _overlaps(other, table.c.in_office_during, known=known),
    )
    his_own = secretaries.where(secretaries.selected_columns.person_id == table.c.person_id)
    appointer = supervisors.where(
        or_(
            supervisors.selected_columns.id == table.c.appointed_by,
            supervisors.selected_columns.person_id == table.c.appointed_by,
        )
    )
    return [
        case((answers & his_own.exists(), true()), (answers & secretaries.exists(), literal(value=False))).label(
            "heads_secretariat"
        ),
        case((table.c.appointed_by.is_not(None), appointer.exists())).label("by_supervisor"),
        (answers & supervisors.exists()).label("supervisor_on_record"),
        case((beside, seated.exists()), else_=true()).label("has_holder"),
        (answers & _secretariats(table, known=known).exists()).label("secretariat_on_record"),
        (beside & another.exists()).label("others_beside"),
    ]


def terms_before(table: FromClause) -> ColumnElement[Any]:
    """The terms that the same person acted at the same seat before this one, the last first, as `holding.line_of_terms` takes them."""
    term, begins = table.alias(), func.lower(table.c.valid_during, type_=Date)
    started, ended = func.lower(term.c.in_office_during, type_=Date), func.upper(term.c.in_office_during, type_=Date)
    told = func.jsonb_build_array(started, ended, func.jsonb_array_length(term.c.extensions))
    terms = select(func.jsonb_agg(aggregate_order_by(told, ended.desc().nulls_first()))).where(
        term.c.person_id == table.c.person_id,
        _of_the_seat(term, table),
        term.c.acting == table.c.acting,
        started < begins,
        *((recorded(term),) if table is appointments_known else ()),
    )
    acts = table.c.acting == any_(literal(sorted(BY_MANDATE), ARRAY(Text)))
    return case((acts, terms.scalar_subquery())).label("terms_before")


def read_grounds(row: Row) -> Grounds:
    """What these columns say."""
    return Grounds(*(row[name] for name in Grounds._fields))


def _of_the_seat(other: FromClause, table: FromClause) -> ColumnElement[bool]:
    return and_(
        other.c.role == table.c.role,
        other.c.institution_id == table.c.institution_id,
        other.c.unit_id.is_not_distinct_from(table.c.unit_id),
    )


def _overlaps(table: FromClause, days: ColumnElement[Any], *, known: bool) -> ColumnElement[bool]:
    sits: ColumnElement[bool] = table.c.in_office_during.op("&&", is_comparison=True)(days)
    return and_(sits, recorded(table)) if known else sits


def _in_office(table: FromClause, day: ColumnElement[Any], *, known: bool) -> ColumnElement[bool]:
    sits: ColumnElement[bool] = table.c.in_office_during.op("@>", is_comparison=True)(day)
    return and_(sits, recorded(table)) if known else sits


def _secretaries(table: FromClause, day: ColumnElement[Any], *, known: bool) -> Select[Any]:
    """Who heads a secretariat of the institution on a day."""
    head, unit = table.alias(), (units_known if known else units).alias()
    lasts = unit.c.valid_during.op("@>", is_comparison=True)(day)
    return (
        select(head.c.person_id)
        .join_from(head, unit, unit.c.id == head.c.unit_id)
        .where(
            head.c.institution_id == table.c.institution_id,
            head.c.role == UNIT_HEAD,
            _in_office(head, day, known=known),
            unit.c.kind == SECRETARIAT,
            and_(lasts, recorded(unit)) if known else lasts,
        )
        .correlate(table)
    )


def _secretariats(table: FromClause, *, known: bool) -> Select[Any]:
    """The secretariats that the institution has at any time of the appointment."""
    unit = (units_known if known else units).alias()
    lasts = unit.c.valid_during.op("&&", is_comparison=True)(table.c.valid_during)
    return (
        select(unit.c.id)
        .where(
            unit.c.institution_id == table.c.institution_id,
            unit.c.kind == SECRETARIAT,
            and_(lasts, recorded(unit)) if known else lasts,
        )
        .correlate(table)
    )


def _supervisors(table: FromClause, day: ColumnElement[Any], *, known: bool) -> Select[Any]:
    """Who fills the seat of the institution's Pembina on a day."""
    head = table.alias()
    return (
        select(head.c.id, head.c.person_id)
        .where(
            head.c.institution_id == table.c.institution_id,
            head.c.role == SUPERVISOR,
            head.c.acting != all_(_BESIDE),
            _in_office(head, day, known=known),
        )
        .correlate(table)
    )
