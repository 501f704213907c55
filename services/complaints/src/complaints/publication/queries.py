"""Reading public cases: which they are, the list under its filter, one of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Listed, Sort, between, matching, one_of
from complaints.cases.public import IS_PUBLIC
from complaints.cases.tables import cases
from complaints.publication.tables import public_texts
from directory.tables import TODAY, institutions, units
from directory.zones import DEFAULT_ZONE

_REGENCY = 5

_newest = (
    select(public_texts.c.title, public_texts.c.text, public_texts.c.answer)
    .where(public_texts.c.case_id == cases.c.id)
    .order_by(public_texts.c.version.desc())
    .limit(1)
    .lateral("cleared")
)
_unit = (
    select(units.c.name)
    .where(units.c.id == cases.c.unit_id)
    .order_by(units.c.valid_during.op("@>")(TODAY).desc(), units.c.valid_during.desc())
    .limit(1)
    .scalar_subquery()
)
_region = func.left(cases.c.region_code, _REGENCY)


def _day(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(func.timezone(DEFAULT_ZONE, column), Date)


def _in_region() -> ColumnElement[bool]:
    code = bindparam("region", type_=Text)
    return or_(_region == code, func.starts_with(_region, code + "."))


def _words() -> ColumnElement[bool]:
    """In what is cleared now alone: a search of the rest would show what is in it."""
    empty: ColumnElement[str] = literal_column("''", Text)
    words = (
        func.coalesce(public_texts.c.title, empty)
        + literal_column("' '", Text)
        + func.coalesce(public_texts.c.text, empty)
    )
    later = public_texts.alias("later")
    found = select(public_texts.c.case_id).where(
        func.case_words(words).op("@@")(func.case_question(bindparam("q", type_=Text))),
        ~exists().where(later.c.case_id == public_texts.c.case_id, later.c.version > public_texts.c.version),
    )
    # An array is computed once and then searched for by key.
    return cases.c.id == any_(func.array(found.scalar_subquery(), type_=ARRAY(Uuid)))


FILTERS = Filters(
    parameters=[
        one_of("state", cases.c.state, str, "State, see the vocabulary case_states"),
        one_of("type", cases.c.type, str, "Type, see case_types"),
        one_of("class", cases.c.case_class, str, "Class, see case_classes"),
        one_of("category", cases.c.category, str, "Category, see lapor_categories"),
        one_of("institution", cases.c.institution_id, UUID, "Institution that has it"),
        one_of("unit", cases.c.unit_id, UUID, "Unit that holds it"),
        one_of("service", cases.c.service_id, UUID, "Service complained of"),
        matching("region", _in_region, "Region code down to the regency or city; also all regions inside it"),
        one_of("channel", cases.c.channel, str, "Channel, see channels"),
        *between("created", cases.c.created_at, "When it was received"),
        matching("q", _words, "Words of cleared titles and texts"),
    ],
    sorts={"created_at": Sort((cases.c.created_at, cases.c.id), (datetime, UUID))},
    default_sort="-created_at",
)
PUBLIC = (
    select(
        *(
            cases.c[name]
            for name in (
                "id", "type", "case_class", "state", "custody", "category", "channel", "anonymous", "institution_id",
                "unit_id", "service_id", "outcome_code", "rating", "created_at",
            )
        ),
        _region.label("region_code"),
        institutions.c.name.label("institution_name"),
        _unit.label("unit_name"),
        _day(cases.c.received_at).label("received_on"),
        _day(cases.c.resolved_at).label("resolved_on"),
        or_(cases.c.late, func.coalesce(cases.c.due_at < func.now(), false())).label("late"),
        _newest.c.title,
        _newest.c.text,
        _newest.c.answer,
    )
    .select_from(cases)
    .outerjoin(institutions, institutions.c.id == cases.c.institution_id)
    .outerjoin(_newest, true())
    .where(IS_PUBLIC)
)  # fmt: skip
_ONE = Statement(PUBLIC.where(cases.c.id == bindparam("id", type_=Uuid)))
_CLEARED = Statement(
    select(public_texts)
    .where(public_texts.c.case_id == bindparam("case_id", type_=Uuid))
    .order_by(public_texts.c.version.desc())
    .limit(1)
)


async def list_public(connection: Connection, chosen: Chosen) -> Listed:
    """A page of public cases."""
    return await FILTERS.page(connection, chosen, PUBLIC)


async def find_public(connection: Connection, case_id: UUID) -> Row | None:
    """A public case; None for any other."""
    return await _ONE.fetchrow(connection, id=case_id)


async def find_cleared(connection: Connection, case_id: UUID) -> Row | None:
    """The newest version of what was cleared of a case's words."""
    return await _CLEARED.fetchrow(connection, case_id=case_id)
