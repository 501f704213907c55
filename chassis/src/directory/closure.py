"""The dated closure of a unit tree: which units lie above a unit, how far, and when. One statement keeps it right.

Written over any pair of tables with these columns, so that the registry keeps its own tree with it too.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Insert,
    SmallInteger,
    Table,
    Uuid,
    any_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import DATERANGE, array


def rebuild_closure(units: Table, ancestors: Table) -> Insert:
    """The statement that makes `ancestors` right for the units `unit_ids` and everything ever below them.

    `units`: id, parent_id, valid_during (a row per dated version); `ancestors`: unit_id, ancestor_id, depth, valid_during.
    Parameter: `unit_ids` uuid[]. Run it after the change of the units' rows. A parent that isn't there (yet) ends the
    line, and its own arrival rebuilds what is below; so the order of arrival doesn't matter. A circle ends the line too.
    Only rows that differ are written.
    """
    affected = _subtree(units)
    lines = _lines(units, affected)
    # Versions of a unit that differ in name only have the same line: join their periods.
    right = (
        select(
            lines.c.unit_id,
            lines.c.ancestor_id,
            lines.c.depth,
            func.unnest(func.range_agg(lines.c.valid_during), type_=DATERANGE).label("valid_during"),
        )
        .group_by(lines.c.unit_id, lines.c.ancestor_id, lines.c.depth)
        .cte("right_lines")
    )
    held = select(ancestors).where(_is_one_of(ancestors.c.unit_id, affected)).cte("held")
    removed = (
        delete(ancestors)
        .where(_is_one_of(ancestors.c.unit_id, affected), ~_is_among(ancestors, right))
        .returning(ancestors.c.unit_id)
        .cte("removed")
    )
    # Counting what was removed makes the server remove before it inserts: a key without overlaps needs that order.
    removed_first = select(func.count()).select_from(removed).scalar_subquery() >= literal_column("0")
    missing = select(right).where(removed_first, ~_is_among(right, held))
    return insert(ancestors).from_select(["unit_id", "ancestor_id", "depth", "valid_during"], missing)


def _subtree(units: Table) -> Any:
    """The changed units and whatever was ever below them."""
    changed = select(func.unnest(bindparam("unit_ids", type_=ARRAY(Uuid)), type_=Uuid).label("id")).cte(
        "affected", recursive=True
    )
    return changed.union(select(units.c.id).where(units.c.parent_id == changed.c.id))


def _lines(units: Table, affected: Any) -> Any:
    """Each affected unit's way up, version by version, cut to the days on which every step of it holds."""
    start = (
        select(
            units.c.id.label("unit_id"),
            units.c.id.label("ancestor_id"),
            units.c.parent_id.label("next_id"),
            cast(literal_column("0"), SmallInteger).label("depth"),
            units.c.valid_during,
            array([units.c.id]).label("passed"),
        )
        .where(_is_one_of(units.c.id, affected))
        .cte("lines", recursive=True)
    )
    above = units.alias("above")
    step = select(
        start.c.unit_id,
        above.c.id,
        above.c.parent_id,
        cast(start.c.depth + literal_column("1"), SmallInteger),
        _overlap(start.c.valid_during, above.c.valid_during),
        func.array_append(start.c.passed, above.c.id),
    ).where(
        above.c.id == start.c.next_id,
        above.c.valid_during.op("&&")(start.c.valid_during),
        above.c.id != func.all(start.c.passed),
    )
    return start.union_all(step)


def _overlap(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    return one.op("*", return_type=DATERANGE())(other)


def _is_one_of(column: ColumnElement[Any], affected: Any) -> ColumnElement[bool]:
    """As an array, not as a join: the planner guesses few affected units and goes by the index, which is nearly always right."""
    return column == any_(func.array(select(affected.c.id).scalar_subquery(), type_=ARRAY(Uuid)))


def _is_among(row: FromClause, others: FromClause) -> ColumnElement[bool]:
    same = (row.c[name] == others.c[name] for name in ("unit_id", "ancestor_id", "depth", "valid_during"))
    return select(others.c.unit_id).where(*same).exists()
