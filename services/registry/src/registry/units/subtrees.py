"""The filter `unit=…&scope=subtree`, the same for every list of what belongs to units."""

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    false,
    func,
    select,
    true,
)

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.http.filters import Chosen, Parameter
from registry.moments import AS_OF, Moment, held
from registry.units.tables import unit_ancestors, units_known

_SCOPE = bindparam("scope", type_=Text)
_UNITS = bindparam("unit", type_=ARRAY(Uuid))


WIDE = 2_000
"""Of a subtree of more units than that, a list reads its rows in order and asks each whether it belongs there; of a smaller
one it fetches what belongs there and sorts. The planner doesn't consider the first by itself."""
_SIZE = Statement(
    select(func.count()).select_from(
        select(unit_ancestors.c.unit_id)
        .where(unit_ancestors.c.ancestor_id == any_(_UNITS), unit_ancestors.c.valid_during.op("@>")(AS_OF))
        .limit(bindparam("most", type_=Integer))
        .subquery()
    )
)


async def is_wide(connection: Connection, chosen: Chosen, moment: Moment) -> bool:
    """Whether a list asks for a large subtree."""
    if chosen.values.get("scope") != "subtree" or "unit" not in chosen.values:
        return False
    size: int = await _SIZE.fetchval(connection, unit=chosen.values["unit"], as_of=moment.day, most=WIDE + 1)
    return size > WIDE


def of_units(unit_id: ColumnElement[Any], *, known: bool = False, wide: bool = False) -> list[Parameter]:
    """Parameters of rows by their column of the unit. The query must bind `as_of`, the day of the tree.

    `known`: the tree as it was recorded at `known_at`, which it must bind too. `wide`: for large subtrees, see `is_wide`.
    """

    def within() -> ColumnElement[bool]:
        line = unit_ancestors.c
        below: Select[Any] = select(line.unit_id).where(
            _SCOPE == "subtree", line.ancestor_id == any_(_UNITS), line.valid_during.op("@>")(AS_OF)
        )
        if known:
            below = _known_below()
        # The units themselves count also on a day when they aren't in force: what they left behind is found by them.
        belongs = unit_id.in_(select(func.unnest(_UNITS, type_=Uuid)).union_all(below))
        # Within CASE it is a hash to ask, and not one side of a join.
        return case((belongs, true()), else_=false()) if wide else belongs

    return [
        Parameter("unit", list[UUID], within, "Units", many=True),
        Parameter(
            "scope",
            Literal["unit", "subtree"],
            lambda: _SCOPE.is_not(None),
            "With `unit`: those units alone (default), or also everything below them",
        ),
    ]


def _known_below() -> Select[Any]:
    """By the rows themselves: the closure has no recorded time."""
    roots = select(func.unnest(_UNITS, type_=Uuid).label("id")).where(_SCOPE == "subtree")
    below = roots.cte(recursive=True)  # unnamed: a list of several parts has one for each
    step = select(units_known.c.id).where(units_known.c.parent_id == below.c.id, held(units_known, known=True))
    return select(below.union(step).c.id)
