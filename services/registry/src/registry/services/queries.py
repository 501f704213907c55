"""Reading services: full text in Indonesian, typos forgiven, and by what people look for."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import Enum
from itertools import product, starmap
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Double,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement, Statements
from chassis.http.filters import Chosen, Filters, Listed, Parameter, Part, Sort, matching, one_of, together
from chassis.http.models import RegionCode
from registry.institutions.tables import institution_identities, institutions
from registry.moments import Moment
from registry.services.past import SERVICES_PLACED_THEN, SERVICES_THEN, changed_since, ends_then, offered
from registry.services.tables import services
from registry.units.subtrees import is_wide, of_units

COLUMNS = (
    "id", "institution_id", "unit_id", "code", "name", "description", "kind", "field", "funding_route", "legal_basis",
    "target_groups", "vulnerable_groups", "channels", "life_events", "region_codes", "locations", "opening_hours",
    "partners", "place_ids", "open_on_holidays", "special_hours", "state",
)  # fmt: skip
_SHOWN = (*COLUMNS, "active_until")
_Q = bindparam("q", type_=Text)
_ID = bindparam("id", type_=Uuid)


def _listed(table: FromClause) -> Select[Any]:
    ends = func.upper(table.c.active_during, type_=Date) if table is services else ends_then(table)
    return select(*(table.c[name] for name in COLUMNS), ends.label("active_until"), table.c.version)


def _words() -> ColumnElement[Any]:
    asked = func.websearch_to_tsquery("indonesian", func.without_stop_words(_Q))
    return func.coalesce(cast(bindparam("corrected", type_=Text), TSQUERY), asked)


def _worded(table: FromClause) -> ColumnElement[bool]:
    return table.c.search.op("@@", is_comparison=True)(_words())


def _serving(table: FromClause) -> ColumnElement[bool]:
    line = func.array_append(func.region_line(bindparam("region", type_=Text)), literal_column("'everywhere'"))
    return func.areas_served(table.c.region_codes).op("&&", is_comparison=True)(line)


RELEVANCE = "relevance"


def _sorts(table: FromClause) -> dict[str, Sort]:
    return {
        "name": Sort((table.c.name, table.c.id), (str, UUID)),
        "created_at": Sort((table.c.id,), (UUID,)),
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


def _filters(table: FromClause, *, wide: bool) -> Filters:
    return Filters(
        parameters=[
            matching(
                "q",
                lambda: _worded(table),
                "Words of name and description, in any form; if none has them, words like them",
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
        default_sort="name",
    )


# The day is bound in any case: the unit's subtree is that of the day. A list asks what was offered only if one is named.
def _offered(table: FromClause) -> ColumnElement[bool]:
    return or_(~bindparam("stated", type_=Boolean), offered(table))


class _Tables(Enum):
    NOW = (services,)
    THEN = SERVICES_THEN[False]
    THEN_FEW = SERVICES_THEN[True]
    PLACED_THEN = SERVICES_PLACED_THEN[False]
    PLACED_THEN_FEW = SERVICES_PLACED_THEN[True]


_OF_PLACES = frozenset({"institution", "unit", "code"})
"""Filters by where a service is."""


class _Way(NamedTuple):
    """`sought`: with words. `ranked`: by relevance. `wide`: of a large subtree.

    `tables`: as they are, or as they were on the day, found by where they were (PLACED), few of them described otherwise (FEW).
    """

    sought: bool
    ranked: bool
    wide: bool
    tables: "_Tables"


def _search(way: _Way, table: FromClause) -> Part:
    """One way to find: its condition and its rows, with their distance if they come by relevance."""
    filters = _filters(table, wide=way.wide)
    if not way.ranked:
        return _by_name(table, filters) if way.sought else Part(_listed(table), filters, _offered(table))
    far = (-cast(func.ts_rank(table.c.search, _words()), Double)).label("distance")  # less is better
    nearest = Sort((far, table.c.name, table.c.id), (float, str, UUID))
    filters = replace(filters, sorts={RELEVANCE: nearest}, statements=Statements())
    return Part(_listed(table).add_columns(far), filters, _offered(table))


def _by_name(table: FromClause, filters: Filters) -> Part:
    """What has words, by name: all of it is found and sorted. Reading the names in order, until enough of them have the words,
    takes seconds where those stand late in the alphabet; the planner takes them for spread evenly."""
    name = table.c.name.concat("").label("by_name")
    sorts = {**filters.sorts, "name": Sort((name, table.c.id), (str, UUID))}
    filters = replace(filters, sorts=sorts, statements=Statements())
    return Part(_listed(table).add_columns(name), filters, _offered(table))


def _searched(way: _Way) -> tuple[Part, ...]:
    return tuple(_search(way, table) for table in way.tables.value)


_SEARCHES = {way: _searched(way) for way in starmap(_Way, product(*[(True, False)] * 3, _Tables))}
FILTERS = replace(
    _filters(services, wide=False),
    sorts={**_sorts(services), RELEVANCE: Sort((services.c.id,), (UUID,))},
    default_sort=RELEVANCE,
)
"""What a caller may ask for. `relevance` counts with words alone; without them the order is that of names."""
MOST_RANKED = 5_000
"""Of more hits than that the best are no better than the rest: they come by name, and a page costs what it did."""
_CORRECTION = Statement("""
SELECT string_agg('(' || (
    SELECT string_agg(nullif(CAST(plainto_tsquery('indonesian', word) AS text), ''), ' | ') FROM (
        SELECT sought.word UNION (
            SELECT word FROM service_words WHERE word % sought.word AND length(sought.word) > 2
            ORDER BY similarity(word, sought.word) DESC, word LIMIT 5)
        ORDER BY word) AS alike
    ) || ')', ' & ')
FROM (SELECT DISTINCT word FROM regexp_split_to_table(without_stop_words(CAST(:q AS text)), '\\W+') AS word) AS sought
WHERE CAST(:q AS text) !~ '(^|\\s)-'
""")
"""A tsquery: of each word itself or one of the likest that services have. Whoever excludes words is taken at their word."""
_ONE = Statement(_listed(services).where(services.c.id == _ID))
_PROVIDER = Statement(
    select(institutions.c.time_zone, institutions.c.region_code, institution_identities.c.code)
    .join(services, services.c.institution_id == institutions.c.id)
    .join(institution_identities, institution_identities.c.id == institutions.c.id)
    .where(services.c.id == _ID)
    .order_by(func.lower(institutions.c.valid_during).desc())
    .limit(1)
)
_PROVIDER_KIND = Statement(
    select(institutions.c.kind)
    .where(institutions.c.id == _ID)
    .order_by(
        institutions.c.valid_during.op("@>", is_comparison=True)(bindparam("on", type_=Date)).desc(),
        func.lower(institutions.c.valid_during).desc(),
    )
    .limit(1)
)
_LOCKED = Statement(_listed(services).where(services.c.id == _ID).with_for_update())
_OFFERED_ONE = Statement(
    union_all(*(_listed(table).where(table.c.id == _ID, _offered(table)) for table in SERVICES_THEN[True]))
)


async def find_services(connection: Connection, chosen: Chosen, moment: Moment) -> Listed:
    """A page of services: whatever their state, or those that were active on the day that was stated, where they were then.

    Words that nobody has are corrected on each page anew: by the same words, unless likelier ones are entered meanwhile.
    """
    values = {**moment.values, "stated": moment.stated}
    wide, tables = await is_wide(connection, chosen, moment), _Tables.NOW
    few = await changed_since(connection, moment.day) if moment.stated else None
    if few is not None:
        placed = not wide and bool(_OF_PLACES & chosen.values.keys())
        tables = _Tables((SERVICES_PLACED_THEN if placed else SERVICES_THEN)[few])
    way = _Way(sought="q" in chosen.values, ranked=False, wide=wide, tables=tables)
    rankable = False
    if way.sought:
        values["corrected"] = None
        hits = await _count_hits(connection, chosen, way, values)
        if not hits:
            # Others may use the word, or misspell it: where nobody does among those that are sought, it is a typo here.
            values["corrected"] = await _CORRECTION.fetchval(connection, q=chosen.values["q"])
            hits = await _count_hits(connection, chosen, way, values)
        rankable = hits <= MOST_RANKED
    chosen = _ordered(chosen, rankable=rankable)
    first, *others = _SEARCHES[way._replace(ranked=chosen.sort.lstrip("-") == RELEVANCE)]
    reach = ("all", first.predicate, values)
    return await first.filters.page(connection, chosen, first.source, reach=reach, besides=others)


async def _count_hits(connection: Connection, chosen: Chosen, way: _Way, values: Mapping[str, Any]) -> int:
    """How many of the services that are sought have the words; of more than can be ranked, one more than those."""
    parts, most = _SEARCHES[way], bindparam("most", type_=Integer)
    statement = parts[0].filters.statements.get(
        ("hits", *sorted(chosen.values)),
        # Of each as many as may matter, and of all of them no more than that.
        lambda: select(func.count()).select_from(
            select(together([part.all(chosen).limit(most) for part in parts])).limit(most).subquery()
        ),
    )
    hits: int = await statement.fetchval(connection, **chosen.values, **values, most=MOST_RANKED + 1)
    return hits


def _ordered(chosen: Chosen, *, rankable: bool) -> Chosen:
    """The order of the first page is kept to the last, whatever is entered meanwhile: it stands in the address of the next."""
    if not chosen.sort.endswith(RELEVANCE):
        return chosen
    sort = chosen.sort if rankable or (chosen.cursor is not None and "q" in chosen.values) else "name"
    query = (*((name, value) for name, value in chosen.query if name != "sort"), ("sort", sort))
    return replace(chosen, sort=sort, query=query)


async def find_provider(connection: Connection, identity: UUID) -> Row | None:
    """Where and by which calendar the institution that provides a service works: time_zone, region_code, code."""
    return await _PROVIDER.fetchrow(connection, id=identity)


async def find_provider_kind(connection: Connection, institution_id: UUID, *, on: date) -> str | None:
    """The kind of an institution on a day, else its last one."""
    found: str | None = await _PROVIDER_KIND.fetchval(connection, id=institution_id, on=on)
    return found


async def find_service(
    connection: Connection, identity: UUID, *, lock: bool = False, on: date | None = None
) -> Row | None:
    """A service, whatever its state; with a day, only if it was offered then, and where it was."""
    if on is not None:
        return await _OFFERED_ONE.fetchrow(connection, id=identity, stated=True, as_of=on)
    return await (_LOCKED if lock else _ONE).fetchrow(connection, id=identity)


def shown(row: Row) -> dict[str, Any]:
    """A row as it is sent."""
    return {name: row[name] for name in _SHOWN}
