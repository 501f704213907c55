"""Reading units, as of a day and as recorded at an instant; their ancestors and descendants."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    SmallInteger,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Listed, Parameter, Sort, matching, one_of
from registry.moments import AS_OF, Moment, bounds, held, recorded
from registry.shapes import shown_period
from registry.units.subtrees import of_units
from registry.units.tables import unit_ancestors, unit_identities, units, units_known

_COLUMNS = (
    "id", "institution_id", "parent_id", "code", "name", "short_name", "kind", "region_code", "functions",
)  # fmt: skip
_ID, _Q = bindparam("id", type_=Uuid), bindparam("q", type_=Text)


def _listed(table: FromClause) -> Select[Any]:
    return select(*(table.c[name] for name in _COLUMNS), unit_identities.c.version, *bounds(table)).join_from(
        table, unit_identities, unit_identities.c.id == table.c.id
    )


def _filters(table: FromClause) -> Filters:
    return Filters(
        parameters=[
            matching(
                "q",
                lambda: or_(table.c.name.op("%>")(_Q), table.c.short_name.op("%>")(_Q), table.c.code == _Q),
                "A name, short name or code; typos are forgiven",
            ),
            one_of("institution", table.c.institution_id, UUID, "Institutions"),
            one_of("parent", table.c.parent_id, UUID, "The unit directly above"),
            one_of("kind", table.c.kind, str, "Kind, see the vocabulary unit_kinds"),
            Parameter(
                "function",
                list[str],
                lambda: table.c.functions.op("@>", is_comparison=True)(bindparam("function", type_=ARRAY(Text))),
                "That have all of these functions, see service_unit_functions (UU 25/2009 art. 8)",
                many=True,
            ),
            Parameter(
                "lacks_function",
                list[str],
                lambda: ~table.c.functions.op("@>", is_comparison=True)(bindparam("lacks_function", type_=ARRAY(Text))),
                "That lack one of these functions",
                many=True,
            ),
            one_of("region", table.c.region_code, str, "Code of the region where it is"),
            one_of("code", table.c.code, str, "Codes within the institution"),
            *of_units(table.c.id, known=table is units_known),
        ],
        sorts={
            "name": Sort((table.c.name, table.c.id), (str, UUID)),
            "code": Sort((table.c.code, table.c.id), (str, UUID)),
        },
        default_sort="name",
    )


FILTERS = _filters(units)
_KNOWN_FILTERS = _filters(units_known)
_LISTED, _KNOWN_LISTED = _listed(units), _listed(units_known)


def _one(table: FromClause, source: Select[Any], *, known: bool) -> tuple[Statement, Statement]:
    """The version on a day; and the one to show when no day is stated: today's, else the last or next one."""
    mine = source.where(table.c.id == _ID)
    nearest = mine.where(recorded(table)) if known else mine
    today_first = table.c.valid_during.op("@>")(AS_OF).desc(), func.lower(table.c.valid_during).desc()
    return Statement(mine.where(held(table, known=known))), Statement(nearest.order_by(*today_first).limit(1))


_ONE = _one(units, _LISTED, known=False)
_KNOWN_ONE = _one(units_known, _KNOWN_LISTED, known=True)


def _upward(table: FromClause, *, known: bool) -> Statement:
    """The line upward by the rows themselves: the closure has no recorded time, and a line is short."""
    here = (
        select(table.c.id, table.c.parent_id, cast(literal_column("0"), SmallInteger).label("depth"))
        .where(table.c.id == _ID, held(table, known=known))
        .cte("line", recursive=True)
    )
    above = table.alias("above")
    step = select(above.c.id, above.c.parent_id, cast(here.c.depth + literal_column("1"), SmallInteger)).where(
        above.c.id == here.c.parent_id, held(above, known=known), here.c.depth < literal_column("50")
    )
    line = here.union_all(step)
    return Statement(
        _listed(table)
        .add_columns(line.c.depth)
        .join(line, line.c.id == table.c.id)
        .where(held(table, known=known))
        .order_by(line.c.depth)
    )


_LINE, _KNOWN_LINE = _upward(units, known=False), _upward(units_known, known=True)


@dataclass(frozen=True, slots=True)
class _Descent:
    """A list of what lies below a unit: its rows, filters and condition."""

    source: Select[Any]
    filters: Filters
    held: ColumnElement[bool]


def _descent(table: FromClause, below: FromClause, held_: ColumnElement[bool]) -> _Descent:
    joined = and_(below.c.unit_id == table.c.id, below.c.depth > literal_column("0"))
    return _Descent(
        _listed(table).add_columns(below.c.depth).join(below, joined),
        Filters(
            parameters=[one_of("kind", table.c.kind, str, "Kind, see the vocabulary unit_kinds")],
            sorts={"depth": Sort((below.c.depth, table.c.name, table.c.id), (int, str, UUID))},
            default_sort="depth",
        ),
        held_,
    )


def _known_below() -> FromClause:
    """By the rows themselves: the closure has no recorded time."""
    here = (
        select(units_known.c.id.label("unit_id"), cast(literal_column("0"), SmallInteger).label("depth"))
        .where(units_known.c.id == _ID, held(units_known, known=True))
        .cte("known_below", recursive=True)
    )
    step = select(units_known.c.id, cast(here.c.depth + literal_column("1"), SmallInteger)).where(
        units_known.c.parent_id == here.c.unit_id, held(units_known, known=True), here.c.depth < literal_column("50")
    )
    return here.union_all(step)


_BELOW = unit_ancestors.alias("below")
_DESCENT = _descent(
    units, _BELOW, and_(_BELOW.c.ancestor_id == _ID, held(units, known=False), _BELOW.c.valid_during.op("@>")(AS_OF))
)
_KNOWN_DESCENT = _descent(units_known, _known_below(), held(units_known, known=True))
DESCENDANT_FILTERS = _DESCENT.filters
# A line holds on days on which its unit does: counting all needs the closure's index alone, a twentieth of the time.
_BELOW_COUNT = Statement(
    select(func.count()).where(
        unit_ancestors.c.ancestor_id == _ID,
        unit_ancestors.c.depth > literal_column("0"),
        unit_ancestors.c.valid_during.op("@>")(AS_OF),
    )
)
_EXISTS = Statement(select(unit_identities.c.institution_id).where(unit_identities.c.id == _ID))
_ANCESTOR_IDS = Statement(
    select(unit_ancestors.c.ancestor_id)
    .where(unit_ancestors.c.unit_id == _ID, unit_ancestors.c.valid_during.op("@>")(AS_OF))
    .order_by(unit_ancestors.c.depth)
)


async def find_units(connection: Connection, chosen: Chosen, moment: Moment) -> Listed:
    """A page of units in force at a moment."""
    known = moment.known_at is not None
    filters, table, source = (_KNOWN_FILTERS, units_known, _KNOWN_LISTED) if known else (FILTERS, units, _LISTED)
    reach = ("known" if known else "current", held(table, known=known), moment.values)
    return await filters.page(connection, chosen, source, reach=reach)


async def find_unit(connection: Connection, identity: UUID, moment: Moment) -> Row | None:
    """A unit at a moment; without a stated day also one that isn't in force today."""
    on_day, nearest = _KNOWN_ONE if moment.known_at else _ONE
    return await (on_day if moment.stated else nearest).fetchrow(connection, id=identity, **moment.values)


async def find_line(connection: Connection, identity: UUID, moment: Moment) -> list[Row]:
    """The unit itself and the units above it at a moment, nearest first; empty if it isn't in force then."""
    return await (_KNOWN_LINE if moment.known_at else _LINE).fetch(connection, id=identity, **moment.values)


async def find_descendants(connection: Connection, identity: UUID, chosen: Chosen, moment: Moment) -> Listed:
    """A page of the units below a unit at a moment."""
    values = {**moment.values, "id": identity}
    if moment.known_at is not None:
        reach = ("known", _KNOWN_DESCENT.held, values)
        return await _KNOWN_DESCENT.filters.page(connection, chosen, _KNOWN_DESCENT.source, reach=reach)
    counted = chosen.count and not chosen.values
    wanted = replace(chosen, count=False) if counted else chosen
    page = await _DESCENT.filters.page(connection, wanted, _DESCENT.source, reach=("current", _DESCENT.held, values))
    return replace(page, count=await _BELOW_COUNT.fetchval(connection, **values)) if counted else page


async def find_institution_id(connection: Connection, identity: UUID) -> UUID | None:
    """The institution of a unit, whenever it is in force."""
    found: UUID | None = await _EXISTS.fetchval(connection, id=identity)
    return found


async def find_ancestor_ids(connection: Connection, identity: UUID, moment: Moment) -> frozenset[UUID]:
    """The unit itself and the units above it on a day: what rights ask for."""
    rows = await _ANCESTOR_IDS.fetch(connection, id=identity, as_of=moment.day)
    return frozenset(row["ancestor_id"] for row in rows)


def shown(row: Row) -> dict[str, Any]:
    """A row as it is sent."""
    return {**{name: row[name] for name in _COLUMNS}, "valid_during": shown_period(row)}


def shown_relative(row: Row) -> dict[str, Any]:
    """A row of a line or a subtree as it is sent."""
    return {**shown(row), "depth": row["depth"]}
