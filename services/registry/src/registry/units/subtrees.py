"""The filter `unit=…&scope=subtree`, the same for every list of what belongs to units."""

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, any_, bindparam, func, select

from chassis.http.filters import Parameter
from registry.moments import AS_OF
from registry.units.tables import unit_ancestors

_SCOPE = bindparam("scope", type_=Text)
_UNITS = bindparam("unit", type_=ARRAY(Uuid))


def of_units(unit_id: ColumnElement[Any]) -> list[Parameter]:
    """Parameters of rows by their column of the unit. The query must bind `as_of`, the day of the tree."""

    def within() -> ColumnElement[bool]:
        line = unit_ancestors.c
        below = select(line.unit_id).where(
            _SCOPE == "subtree", line.ancestor_id == any_(_UNITS), line.valid_during.op("@>")(AS_OF)
        )
        # The units themselves count also on a day when they aren't in force: what they left behind is found by them.
        return unit_id.in_(select(func.unnest(_UNITS, type_=Uuid)).union_all(below))

    return [
        Parameter("unit", list[UUID], within, "Units", many=True),
        Parameter(
            "scope",
            Literal["unit", "subtree"],
            lambda: _SCOPE.is_not(None),
            "With `unit`: those units alone (default), or also everything below them",
        ),
    ]
