"""The list of services: what may be asked of it, and the parts that it is found in, as they are or as they were on a day."""

from dataclasses import replace
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    FromClause,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from chassis.data.pool import Connection
from chassis.http.filters import Chosen, Filters, Listed, Parameter, Part, Sort, matching, one_of
from chassis.http.models import RegionCode
from directory.reach import Reach, in_subtree
from registry.moments import Moment
from registry.services.past import SERVICES_PLACED_THEN, SERVICES_THEN, changed_since, ends_then, offered
from registry.services.tables import services
from registry.units.subtrees import is_wide, of_units
from registry.units.tables import unit_ancestors

COLUMNS = (
    "id", "institution_id", "unit_id", "code", "name", "description", "kind", "field", "funding_route", "legal_basis",
    "target_groups", "vulnerable_groups", "channels", "life_events", "region_codes", "locations", "opening_hours",
    "partners", "place_ids", "open_on_holidays", "special_hours", "state",
)  # fmt: skip
_Q = bindparam("q", type_=Text)


def rows_of(table: FromClause) -> Select[Any]:
    ends = func.upper(table.c.active_during, type_=Date) if table is services else ends_then(table)
    return select(*(table.c[name] for name in COLUMNS), ends.label("active_until"), table.c.version)


def words() -> ColumnElement[Any]:
    """A subquery, so that it is made once: a plan for any words would make it anew for each row that it ranks."""
    asked = func.websearch_to_tsquery("indonesian", func.without_stop_words(_Q))
    return select(func.coalesce(cast(bindparam("corrected", type_=Text), TSQUERY), asked)).scalar_subquery()


def _worded(table: FromClause, *, crowded: bool) -> ColumnElement[bool]:
    """`crowded`: asked of each row that is read in the order of a list. No index answers what is asked of an answer."""
    found = table.c.search.op("@@", is_comparison=True)(words())
    return found.is_(true()) if crowded else found


def _serving(table: FromClause) -> ColumnElement[bool]:
    line = func.array_append(func.region_line(bindparam("region", type_=Text)), literal_column("'everywhere'"))
    return func.areas_served(table.c.region_codes).op("&&", is_comparison=True)(line)


RELEVANCE, ENTERED, NAMED = "relevance", "created_at", "name"


def _sorts(table: FromClause) -> dict[str, Sort]:
    return {
        NAMED: Sort((table.c.name, table.c.id), (str, UUID)),
        ENTERED: Sort((table.c.id,), (UUID,)),
    }


def _any_term(name: str, column: ColumnElement[Any], description: str) -> Parameter:
    """`name=a&name=b`: the column's list holds one of them."""
    return Parameter(
        name,
        list[str],
        lambda: column.op("&&", is_comparison=True)(bindparam(name, type_=ARRAY(Text))),
        description,
        many=True,
    )


def _filters(table: FromClause, *, wide: bool, crowded: bool) -> Filters:
    return Filters(
        parameters=[
            matching(
                "q",
                lambda: _worded(table, crowded=crowded),
                "Words of name and description, in any form; if none has them all, words like them, then most of them",
            ),
            one_of("institution", table.c.institution_id, UUID, "Institutions"),
            one_of("kind", table.c.kind, str, "Kind, see the vocabulary service_kinds"),
            one_of("field", table.c.field, str, "Field, see the vocabulary service_fields"),
            one_of("state", table.c.state, str, "draft, active, inactive"),
            one_of("code", table.c.code, str, "Codes within the institution"),
            matching(
                "region", lambda: _serving(table), "A region that it serves, itself or by a larger area", RegionCode
            ),
            _any_term("life_event", table.c.life_events, "Life events"),
            _any_term("target_group", table.c.target_groups, "Target groups"),
            _any_term("vulnerable_group", table.c.vulnerable_groups, "Vulnerable groups"),
            Parameter(
                "place",
                list[UUID],
                lambda: table.c.place_ids.op("&&", is_comparison=True)(bindparam("place", type_=ARRAY(Uuid))),
                "Public service malls (units) where it is given",
                many=True,
            ),
            _any_term("channel", table.c.channels, "Channels, see the vocabulary service_delivery_channels"),
            *of_units(table.c.unit_id, wide=wide),
        ],
        sorts=_sorts(table),
        default_sort=NAMED,
    )


# The day is bound in any case: the unit's subtree is that of the day. A list asks what was offered only if one is named.
def offered_if_stated(table: FromClause) -> ColumnElement[bool]:
    return or_(~bindparam("stated", type_=Boolean), offered(table))


class Tables(Enum):
    NOW = (services,)
    THEN = SERVICES_THEN[False]
    THEN_FEW = SERVICES_THEN[True]
    PLACED_THEN = SERVICES_PLACED_THEN[False]
    PLACED_THEN_FEW = SERVICES_PLACED_THEN[True]


_OF_PLACES = frozenset({"institution", "unit", "code"})
"""Filters by where a service is."""


class Way(NamedTuple):
    """`wide`: of a large subtree. `tables`: as they are, or as they were on the day, found by where they were (PLACED), few of
    them described otherwise (FEW). `drafts`: they alone."""

    wide: bool
    tables: Tables
    drafts: bool


async def way_of(connection: Connection, chosen: Chosen, moment: Moment) -> Way:
    """How the services that are asked for are found."""
    wide, tables = await is_wide(connection, chosen, moment), Tables.NOW
    few = await changed_since(connection, moment.day) if moment.stated else None
    if few is not None:
        placed = not wide and bool(_OF_PLACES & chosen.values.keys())
        tables = Tables((SERVICES_PLACED_THEN if placed else SERVICES_THEN)[few])
    return Way(wide, tables, drafts=set(chosen.values.get("state", ())) == {"draft"})


def seen(table: FromClause) -> ColumnElement[bool]:
    """Whether a caller sees a row: a draft is seen by its insiders alone. Binds `values_of` a reach.

    One text for every caller: it is asked of each row that is found otherwise, and nearly all of them are no drafts.
    """
    return or_(
        table.c.state != "draft",
        bindparam("seen_all", type_=Boolean),
        table.c.institution_id == any_(bindparam("seen_institutions", type_=ARRAY(Uuid))),
        in_subtree(table.c.unit_id, name="seen", ancestors=unit_ancestors),
    )


def values_of(drafts: Reach, day: date) -> dict[str, Any]:
    """The parameters of `seen`, for who reaches these drafts on a day."""
    return {
        "seen_all": drafts.everything,
        "seen_institutions": sorted(drafts.institutions),
        "seen_units": sorted(drafts.units),
        "seen_day": day,
    }


@cache
def part(table: FromClause, *, wide: bool, drafts: bool, crowded: bool = False) -> Part:
    """The services of a table; `crowded`: so many have the words that they are read in order rather than found by those.

    Of a day only what was offered is asked for: no draft. `drafts`: they alone, which have an index of their own."""
    wanted = and_(offered_if_stated(table), seen(table)) if table is services else offered_if_stated(table)
    if drafts:
        wanted = and_(wanted, table.c.state == literal_column("'draft'", Text))
    return Part(rows_of(table), _filters(table, wide=wide, crowded=crowded), wanted)


async def page_of(
    connection: Connection, chosen: Chosen, parts: tuple[Part, ...], *, shape: Any, values: dict[str, Any]
) -> Listed:
    """A page of what is in any of the parts; `shape` tells which those are."""
    first, *others = parts
    reach = (shape, first.predicate, values)
    return await first.filters.page(connection, chosen, first.source, reach=reach, besides=others)


def in_order(chosen: Chosen, sort: str) -> Chosen:
    """In this order, which stands in the address of the next page."""
    query = (*((name, value) for name, value in chosen.query if name != "sort"), ("sort", sort))
    return replace(chosen, sort=sort, query=query)


FILTERS = replace(
    _filters(services, wide=False, crowded=False),
    sorts={**_sorts(services), RELEVANCE: Sort((services.c.id,), (UUID,))},
    default_sort=RELEVANCE,
)
"""What a caller may ask for. `relevance` counts with words alone; without them the order is that of names."""
